using Confab.Host.Configuration;
using Xunit;

namespace Confab.Tests.Host;

/// <summary>Every error names the key, the value and what is allowed.</summary>
public sealed class ConfigurationErrorTests
{
    [Theory]
    [InlineData("Domian", "x", "unknown key; the nearest known one is Domain")]
    [InlineData("Sip:Lisen:0", "udp://127.0.0.1:1", "the nearest known one is Sip:Listen")]
    [InlineData("MaxAdhocGroupSize", "5", "the nearest known one is Session:MaxAdhocGroupSize")]
    [InlineData("Limits:SipBodyByte", "5", "the nearest known one is Limits:SipBodyBytes")]
    [InlineData("Limits:Foo", "5", "the nearest known one is Limits:")]
    [InlineData("Sip:MaxMessageSize", "5000", "the nearest known one is Msrp:MaxMessageSize")]
    [InlineData("Users:0:Adress", "sip:a@b", "the nearest known one is Users:*:Address")]
    public void An_unknown_key_names_its_nearest_known_one(string key, string value, string expected) =>
        Assert.Contains(Load($"{key}={value}"), e => e.Contains(expected, StringComparison.Ordinal) && e.EndsWith("(from --set)", StringComparison.Ordinal));

    [Theory]
    [InlineData("Domain", "not a host", "a host name")]
    [InlineData("Domain", "-x.example", "a host name")]
    [InlineData("DataDirectory", "", "not empty")]
    [InlineData("Sip:Listen:0", "tls://127.0.0.1:5061", "tls listeners are a later capability")]
    [InlineData("Sip:Listen:0", "wss://127.0.0.1:5061", "wss listeners are a later capability")]
    [InlineData("Sip:Listen:0", "udp://127.0.0.1", "udp://HOST:PORT or tcp://HOST:PORT")]
    [InlineData("Sip:Listen:0", "udp://127.0.0.1:65536", "PORT 0 to 65535")]
    [InlineData("Sip:Listen:0", "udp://127.0.0.1:-1", "PORT 0 to 65535")]
    [InlineData("Sip:Listen:0", "udp://im.example.com:5060", "HOST an IP address or localhost")]
    [InlineData("Sip:Listen:0", "udp://1:5060", "HOST an IP address")]
    [InlineData("Sip:Listen:0", "udp://::1:5060", "HOST an IP address")]
    [InlineData("Sip:Listen:0", "127.0.0.1:5060", "udp://HOST:PORT")]
    [InlineData("Msrp:Listen:0", "udp://127.0.0.1:2855", "allowed: tcp://HOST:PORT")]
    [InlineData("Msrp:Listen:0", "tls://127.0.0.1:2855", "a later capability")]
    [InlineData("Http:Listen:0", "https://127.0.0.1:443", "https listeners are a later capability")]
    [InlineData("Http:Listen:0", "tcp://127.0.0.1:80", "allowed: http://HOST:PORT")]
    [InlineData("Sip:TrustedPeers:0", "10.0.0.1/8", "a CIDR block such as 10.0.0.0/8")]
    [InlineData("Sip:TrustedPeers:0", "10.0.0.0/33", "an IP address")]
    [InlineData("Sip:TrustedPeers:0", "core.example.com", "an IP address")]
    [InlineData("Sip:Advertise", "sip:im.example.com", "HOST or HOST:PORT")]
    [InlineData("Sip:Advertise", "im.example.com:0", "HOST or HOST:PORT")]
    [InlineData("Msrp:Advertise", "im.example.com:99999", "HOST or HOST:PORT")]
    [InlineData("Sip:OutboundProxy", "core.example.com", "HOST:PORT or sip:")]
    [InlineData("Sip:OutboundProxy", "tel:+1234", "HOST:PORT or sip:")]
    [InlineData("Sip:ConferenceFactory", "conference-factory", "sip:USER@HOST")]
    [InlineData("Sip:Exploder", "sip:example.com", "sip:USER@HOST")]
    [InlineData("Msrp:MaxMessageSize", "2047", "a whole number, 2048 or more")]
    [InlineData("Msrp:MaxMessageSize", "10M", "a whole number, 2048 or more")]
    [InlineData("Session:NumberOfRemainingParticipants", "2", "a whole number, 0 to 1")] // IMS-RPOL-REMV
    [InlineData("Session:NumberOfRemainingParticipants", "-1", "a whole number, 0 to 1")]
    [InlineData("Session:MaxAdhocGroupSize", "1", "a whole number, 2 to 10000")]
    [InlineData("Session:MaxAdhocGroupSize", "10001", "a whole number, 2 to 10000")]
    [InlineData("Session:MaxLengthSeconds", "-1", "a whole number, 0 or more")]
    [InlineData("Session:StaleLegSeconds", "1.5", "a whole number, 0 or more")]
    [InlineData("Session:StaleLegSeconds", "-1", "a whole number, 0 or more")]
    [InlineData("Session:AutoRelease", "yes", "true or false")] // IMS-RPOL-VAR
    [InlineData("Session:ReleaseAdhocOnOriginatorLeave", "1", "true or false")]
    [InlineData("Storage:Provider", "MySql", "Sqlite or PostgreSql or Memory")]
    [InlineData("Limits:Owners", "0", "a whole number, 1 or more")]
    [InlineData("Limits:SipBodyBytes", "3000000000", "a whole number, 1 or more")]
    public void A_wrong_value_names_the_key_the_value_and_what_is_allowed(string key, string value, string allowed) =>
        Assert.Contains(Load($"{key}={value}"), e =>
            e.StartsWith($"{key}: \"{value}\" is not allowed", StringComparison.Ordinal) && e.Contains(allowed, StringComparison.Ordinal));

    [Theory]
    [InlineData("Sip:Listen:0=tcp://0.0.0.0:0")]
    [InlineData("Sip:Listen:0=tcp://[::1]:5060")]
    [InlineData("Msrp:Listen:0=tcp://[::]:65535")]
    [InlineData("Http:Listen:0=http://localhost:0")]
    [InlineData("Sip:TrustedPeers:0=10.0.0.0/8")]
    [InlineData("Sip:TrustedPeers:0=2001:db8::/32")]
    [InlineData("Sip:TrustedPeers:0=::1")]
    [InlineData("Sip:Advertise=im.example.com:5060")]
    [InlineData("Msrp:Advertise=[2001:db8::1]:2855")]
    [InlineData("Sip:OutboundProxy=sip:core.example.com;lr;transport=tcp")]
    [InlineData("Sip:OutboundProxy=10.0.0.1:5060")]
    [InlineData("Sip:Exploder=sip:im-exploder@example.com:5070;transport=tcp")]
    [InlineData("Msrp:MaxMessageSize=2048")]
    [InlineData("Session:NumberOfRemainingParticipants=0")]
    [InlineData("Session:MaxAdhocGroupSize=10000")]
    [InlineData("Storage:ConnectionString=Host=db.example.com;Username=confab;Password=secret;Database=confab")]
    public void What_is_allowed_is_taken(string setting) => Assert.Empty(Load(setting));

    [Theory]
    [InlineData("Host=db;Pasword=secret;Database=x")]
    [InlineData("Password=secret")]
    [InlineData("Host=db;Port=secret;Database=x")]
    public void A_wrong_connection_string_is_named_without_what_is_in_it(string value)
    {
        var error = Assert.Single(Load($"Storage:ConnectionString={value}"));
        Assert.StartsWith("Storage:ConnectionString: this value is not allowed; allowed: Host=", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void PostgreSql_needs_to_be_told_where_it_is() =>
        Assert.StartsWith("Storage:ConnectionString: is missing", Assert.Single(Load("Storage:Provider=postgresql")), StringComparison.Ordinal);

    [Theory]
    [InlineData("Sip=x", "Sip: is a section; set one of its keys: Sip:Listen, ")]
    [InlineData("Sip:Listen=udp://127.0.0.1:5060", "Sip:Listen: is a list; its first element is Sip:Listen:0")]
    [InlineData("Sip:Listen:first=udp://127.0.0.1:5060", "Sip:Listen:first: is not an element of a list; the first one is Sip:Listen:0")]
    [InlineData("Domain:0=example.com", "Domain: takes one value, not a list or a section")]
    [InlineData("Domain", "Domain: is not KEY=VALUE")]
    [InlineData("=x", "=x: is not KEY=VALUE")]
    [InlineData("Sip:Listen=", "Sip:Listen: is empty; a server needs at least one")]
    [InlineData("Msrp:Listen=", "Msrp:Listen: is empty; a server needs at least one")]
    [InlineData("Users:0:Address=sip:a@example.com", "Users:0:Password: is missing")]
    [InlineData("Users:0:Password=x", "Users:0:Address: is missing; allowed: sip:USER@HOST")]
    public void A_wrong_shape_says_which_is_right(string setting, string expected) =>
        Assert.Contains(Load(setting), e => e.StartsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("sips:a@example.com")]
    [InlineData("sip:example.com")]
    [InlineData("sip:a@example.com;transport=tcp")]
    [InlineData("sip:a@example.com:5060")]
    [InlineData("a@example.com")]
    public void An_account_has_a_plain_SIP_address(string address) =>
        Assert.Contains(Load($"Users:0:Address={address}", "Users:0:Password=x"), e =>
            e.StartsWith($"Users:0:Address: \"{address}\" is not allowed; allowed: sip:USER@HOST", StringComparison.Ordinal));

    [Fact]
    public void An_account_is_of_the_domain_that_is_served()
    {
        string[] erin = ["Users:0:Address=sip:erin@Lab.example", "Users:0:Password=x"];
        Assert.Contains("Users:0:Address: \"sip:erin@Lab.example\" is not allowed; allowed: sip:USER@example.com, of the Domain (from all sources together)", Load(erin));
        Assert.Empty(Load([.. erin, "Domain=lab.example"]));
    }

    [Fact]
    public void An_account_is_there_once() =>
        Assert.Contains(
            Load("Users:0:Address=sip:a@example.com", "Users:0:Password=x", "Users:1:Address=sip:A@example.com", "Users:1:Password=y"),
            e => e.StartsWith("Users:1:Address: \"sip:A@example.com\" is there twice", StringComparison.Ordinal));

    [Fact]
    public void A_password_is_never_shown()
    {
        var errors = Load("Users:0:Address=sip:a@example.com", "Users:0:Password= ");
        Assert.Contains(errors, e => e.StartsWith("Users:0:Password: this value is not allowed", StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_are_told_at_once_each_with_its_source()
    {
        var loaded = ServerConfiguration.Load(
            null, [new("CONFAB__Domian", "x"), new("CONFAB__Limits__Owners", "none")], ["Sip:Listen:0=x", "Session:MaxAdhocGroupSize=1"]);
        Assert.Equal(4, loaded.Errors.Count);
        Assert.Equal(["the environment", "the environment", "--set", "--set"], loaded.Errors.Select(e => e.Origin));
    }

    [Theory]
    [InlineData("{ \"Domain\": ", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{ \"Domain\": \"a.example\", \"Domain\": \"b.example\" }", "not a JSON object")]
    [InlineData("{ \"Domain\": null }", "Domain: null is not allowed")]
    [InlineData("{ \"Domain\": { \"Name\": \"x\" } }", "Domain: takes one value")]
    [InlineData("{ \"Sip\": { \"TrustedPeers\": \"10.0.0.1\" } }", "Sip:TrustedPeers: is a list")]
    public void A_file_that_is_wrong_is_named(string json, string expected)
    {
        var file = Path.Combine(AppContext.BaseDirectory, Path.GetRandomFileName() + ".json");
        File.WriteAllText(file, json);
        try
        {
            var error = Assert.Single(ServerConfiguration.Load(file, [], []).Errors).ToString();
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Contains(file, error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json: the configuration file cannot be read", ServerConfiguration.Load("nowhere.json", [], []).Errors[0].ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("udp://0.0.0.0:5060")]
    [InlineData("udp://[::]:0")]
    public void A_datagram_listener_on_every_address_needs_a_name_for_peers(string listen)
    {
        Assert.Contains(Load($"Sip:Listen:0={listen}"), e =>
            e.StartsWith($"Sip:Listen:0: \"{listen}\" is not allowed without Sip:Advertise", StringComparison.Ordinal) && e.Contains("allowed: that, or udp:// with one address", StringComparison.Ordinal));
        Assert.Empty(Load($"Sip:Listen:0={listen}", "Sip:Advertise=im.example.com"));
    }

    [Fact]
    public void Behind_a_proxy_peers_must_be_told_where_MSRP_is()
    {
        string[] settings = ["Sip:Listen:0=tcp://0.0.0.0:5060", "Sip:OutboundProxy=10.0.0.1:5060", "Msrp:Listen:0=tcp://0.0.0.0:2855"];
        Assert.Contains(Load(settings), e => e.StartsWith("Msrp:Listen:0: \"tcp://0.0.0.0:2855\" is not allowed with Sip:OutboundProxy", StringComparison.Ordinal));
        Assert.Empty(Load([.. settings, "Msrp:Advertise=im.example.com"]));
        Assert.Empty(Load([.. settings, "Sip:Advertise=im.example.com"]));
        Assert.Empty(Load([.. settings, "Sip:Listen:1=udp://10.0.0.2:5060"]));
    }

    static string[] Load(params string[] settings) => [.. ServerConfiguration.Load(null, [], settings).Errors.Select(e => e.ToString())];
}
