using System.Net;
using Confab.Server;

namespace Confab.Host.Configuration;

/// <summary>What only shows when all sources are read: lists that must not be empty, accounts named twice or of another domain.</summary>
static class WholeRules
{
    const string Origin = "all sources together";

    public static IEnumerable<ConfigurationError> Check(ServerOptions options)
    {
        if (options.Sip.Listen.Count == 0)
            yield return new("Sip:Listen", "is empty; a server needs at least one, such as udp://127.0.0.1:5060", Origin);
        if (options.Msrp.Listen.Count == 0)
            yield return new("Msrp:Listen", "is empty; a server needs at least one, such as tcp://127.0.0.1:2855", Origin);
        if (options.Storage.Provider == "PostgreSql" && options.Storage.ConnectionString is null)
            yield return new("Storage:ConnectionString", "is missing; Storage:Provider PostgreSql needs it: Host=...;Username=...;Password=...;Database=...", Origin);
        foreach (var error in Unreachable(options)) yield return error;
        var addresses = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Users.Count; i++)
        {
            var address = options.Users[i].Address;
            if (address.Length > 0 && !addresses.Add(address))
                yield return new($"Users:{i}:Address", $"\"{address}\" is there twice; allowed: each address once", Origin);
            if (address.Length > 0 && !address.EndsWith('@' + options.Domain, StringComparison.OrdinalIgnoreCase))
                yield return new($"Users:{i}:Address", $"\"{address}\" is not allowed; allowed: sip:USER@{options.Domain}, of the Domain", Origin);
        }
    }

    /// <summary>
    /// Listeners on every address of the machine, where nothing says which one peers are to be told. A TCP connection tells its own; a
    /// datagram does not.
    /// </summary>
    static IEnumerable<ConfigurationError> Unreachable(ServerOptions options)
    {
        if (options.Sip.Advertise is not null) yield break;
        for (var i = 0; i < options.Sip.Listen.Count; i++)
        {
            var listen = options.Sip.Listen[i];
            if (listen.StartsWith("udp:", StringComparison.OrdinalIgnoreCase) && IsEvery(listen))
                yield return new($"Sip:Listen:{i}", $"\"{listen}\" is not allowed without Sip:Advertise, the HOST or HOST:PORT that peers are told; allowed: that, or udp:// with one address of this machine", Origin);
        }

        if (options.Sip.OutboundProxy is not null && options.Msrp.Advertise is null && options.Sip.Listen.TrueForAll(IsEvery))
        {
            for (var i = 0; i < options.Msrp.Listen.Count; i++)
            {
                var listen = options.Msrp.Listen[i];
                if (IsEvery(listen))
                    yield return new($"Msrp:Listen:{i}", $"\"{listen}\" is not allowed with Sip:OutboundProxy and without Msrp:Advertise, the HOST or HOST:PORT that peers are told; allowed: that, or tcp:// with one address of this machine", Origin);
            }
        }
    }

    static bool IsEvery(string listen) =>
        ListenAddress.TryParse(listen, out var address) && (address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any));
}
