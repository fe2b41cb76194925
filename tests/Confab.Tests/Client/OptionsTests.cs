using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>What a program asks of the client that no client can do is misuse.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void Options_out_of_range_are_misuse_and_named()
    {
        using var world = new Confab.Sim.SimWorld();
        (string Name, ImClientOptions Options)[] wrong =
        [
            ("MaxAdhocGroupSize", new() { Address = "sip:alice@example.com", MaxAdhocGroupSize = 0 }),
            ("MaxSimultaneousSessions", new() { Address = "sip:alice@example.com", MaxSimultaneousSessions = 0 }),
            ("MaxSessions", new() { Address = "sip:alice@example.com", MaxSessions = 0 }),
            ("RingSeconds", new() { Address = "sip:alice@example.com", RingSeconds = 0 }),
            ("MaxMessageSize", new() { Address = "sip:alice@example.com", MaxMessageSize = -1 }),
            ("RegistrationSeconds", new() { Address = "sip:alice@example.com", RegistrationSeconds = 0 }),
            ("EventsKept", new() { Address = "sip:alice@example.com", EventsKept = 0 }),
            ("EventOctetsKept", new() { Address = "sip:alice@example.com", EventOctetsKept = 0 }),
            ("KeepAliveSeconds", new() { Address = "sip:alice@example.com", KeepAliveSeconds = -1 }),
            ("SessionTimerSeconds", new() { Address = "sip:alice@example.com", SessionTimerSeconds = -1 }),
            ("StreamOver", new() { Address = "sip:alice@example.com", StreamOver = -1 }),
            ("SessionIdentityRetention", new() { Address = "sip:alice@example.com", SessionIdentityRetention = TimeSpan.FromSeconds(-1) }),
            ("AcceptTypes", new() { Address = "sip:alice@example.com", AcceptTypes = [] }),
            ("AcceptTypes", new() { Address = "sip:alice@example.com", AcceptTypes = null! }),
            ("AcceptTypes", new() { Address = "sip:alice@example.com", AcceptTypes = [null!] }),
            ("AcceptTypes", new() { Address = "sip:alice@example.com", AcceptTypes = ["text/plain\r\na=evil"] }),
            ("AcceptWrappedTypes", new() { Address = "sip:alice@example.com", AcceptWrappedTypes = ["nonsense"] }),
            ("Password", new() { Address = "sip:alice@example.com", Password = null! }),
            ("Server", new() { Address = "sip:alice@example.com", Server = null! }),
            ("Address", new() { Address = null! }),
            ("Address", new() { Address = "alice" }),
            ("ConferenceFactory", new() { Address = "sip:alice@example.com", ConferenceFactory = "nonsense" }),
            ("options", null!),
        ];
        foreach (var (name, options) in wrong) Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(() => new ImClient(world.Host("192.0.2.11", idSeed: 1), options)).ParamName);
    }

    [Fact]
    public void A_telephone_number_has_no_domain_where_groups_could_be_started()
    {
        using var world = new Confab.Sim.SimWorld();
        var host = world.Host("192.0.2.11", idSeed: 1);
        Assert.Contains("ConferenceFactory", Assert.Throws<ArgumentException>(() => new ImClient(host, new() { Address = "tel:+15551234" })).Message, StringComparison.Ordinal);
        _ = new ImClient(host, new() { Address = "tel:+15551234", ConferenceFactory = "sip:factory@example.com", Exploder = "sip:exploder@example.com" });
    }
}
