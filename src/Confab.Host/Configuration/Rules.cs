using Confab.Server;
using Confab.Server.Stores;

namespace Confab.Host.Configuration;

/// <summary>What each key allows. A key that is not named here is held to its type.</summary>
static class Rules
{
    static readonly Rule SipAddress = Rule.Matching("sip:USER@HOST", Names.IsSipAddress);
    static readonly Rule SipUri = Rule.Matching("sip:USER@HOST[:PORT][;PARAMETERS]", Names.IsSipUriWithUser);
    static readonly Rule Advertise = Rule.Matching("HOST or HOST:PORT, HOST a name or an IP address (IPv6 in brackets)", Names.IsHostWithOptionalPort);
    static readonly Rule Positive = Rule.Number(1, int.MaxValue);

    static readonly Dictionary<string, Rule> ByPath = new(StringComparer.Ordinal)
    {
        ["Domain"] = Rule.Matching("a host name such as example.com", Names.IsHostName),
        ["Sip:Listen:*"] = Rule.Listener(["udp", "tcp"], ["tls", "ws", "wss"]),
        ["Sip:ConferenceFactory"] = SipUri,
        ["Sip:Exploder"] = SipUri,
        ["Sip:TrustedPeers:*"] = Rule.Matching("an IP address, or a CIDR block such as 10.0.0.0/8 with no bit set behind its length", Names.IsAddressOrBlock),
        ["Sip:DigestAlgorithms:*"] = Rule.OneOf(["MD5", "SHA-256"], []),
        ["Sip:Advertise"] = Advertise,
        ["Sip:OutboundProxy"] = Rule.Matching("HOST:PORT or sip:[USER@]HOST[:PORT][;PARAMETERS]", Names.IsProxy),
        ["Msrp:Listen:*"] = Rule.Listener(["tcp"], ["tls", "ws", "wss"]),
        ["Msrp:Advertise"] = Advertise,
        ["Msrp:MaxMessageSize"] = Rule.Number(2048, long.MaxValue),
        ["Http:Listen:*"] = Rule.Listener(["http"], ["https"]),
        ["Storage:Provider"] = Rule.OneOf(["Sqlite", "PostgreSql", "Memory"], []),
        ["Storage:ConnectionString"] = Rule.Matching("Host=...;Username=...;Password=...;Database=... and other keywords of Npgsql", PostgresDatabase.IsConnectionString),
        ["Session:NumberOfRemainingParticipants"] = Rule.Number(0, 1),
        ["Session:MaxAdhocGroupSize"] = Rule.Number(2, 10_000),
        ["Session:MinNotifyIntervalSeconds"] = Rule.Number(0, 3600),
        ["Session:TimerSeconds"] = Rule.NumberOrZero(90, 86_400),
        ["Session:MinTimerSeconds"] = Rule.Number(90, 86_400),
        ["Users:*:Address"] = SipAddress,
    };

    public static Rule For(ConfigurationKey key) =>
        ByPath.TryGetValue(key.Path, out var rule) ? rule
        : key.Path.StartsWith(nameof(ServerOptions.Limits) + ":", StringComparison.Ordinal) ? Positive
        : ForType(key.Type);

    static Rule ForType(Type type) =>
        type == typeof(bool) ? Rule.Boolean
        : type == typeof(int) ? Rule.Number(0, int.MaxValue)
        : type == typeof(long) ? Rule.Number(0, long.MaxValue)
        : Rule.Text;
}
