using Confab.Host.Configuration;
using Xunit;

namespace Confab.Tests.Host;

/// <summary>Where the configuration comes from, and which source wins.</summary>
public sealed class ConfigurationTests : IDisposable
{
    readonly string _file = Path.Combine(AppContext.BaseDirectory, Path.GetRandomFileName() + ".json");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_any_source_the_defaults_stand()
    {
        var options = Load().Options;
        Assert.Equal("example.com", options.Domain);
        Assert.Equal(["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"], options.Sip.Listen);
        Assert.Equal("sip:conference-factory@example.com", options.Sip.ConferenceFactory);
        Assert.Equal("sip:im-exploder@example.com", options.Sip.Exploder);
    }

    [Fact]
    public void A_file_may_have_comments_and_trailing_commas()
    {
        var loaded = Load("""
            {
              // ours
              "Domain": "im.example.org", /* and */
              "Session": { "AutoRelease": true, "MaxAdhocGroupSize": 1000, },
              "Msrp": { "MaxMessageSize": 20000000000 }
            }
            """);
        Assert.Empty(loaded.Errors);
        Assert.Equal("im.example.org", loaded.Options.Domain);
        Assert.True(loaded.Options.Session.AutoRelease);
        Assert.Equal(1000, loaded.Options.Session.MaxAdhocGroupSize);
        Assert.Equal(20_000_000_000, loaded.Options.Msrp.MaxMessageSize);
        Assert.Equal("sip:conference-factory@im.example.org", loaded.Options.Sip.ConferenceFactory);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_set_over_both()
    {
        var loaded = Load(
            """{ "Domain": "file.example", "DataDirectory": "file", "Storage": { "Provider": "Memory" } }""",
            ["CONFAB__Domain=environment.example", "CONFAB__DataDirectory=environment", "PATH=/bin", "CONFAB_PASSWORD=x"],
            "Domain=set.example");
        Assert.Empty(loaded.Errors);
        Assert.Equal("set.example", loaded.Options.Domain);
        Assert.Equal("environment", loaded.Options.DataDirectory);
        Assert.Equal("Memory", loaded.Options.Storage.Provider);
    }

    [Fact]
    public void A_later_set_wins_over_an_earlier_one() =>
        Assert.Equal("two.example", Load(null, [], "Domain=one.example", "Domain=two.example").Options.Domain);

    [Fact]
    public void A_source_that_names_one_element_replaces_the_whole_list()
    {
        const string File = """{ "Sip": { "Listen": ["udp://127.0.0.1:1", "tcp://127.0.0.1:2", "udp://127.0.0.1:3"] } }""";
        Assert.Equal(3, Load(File).Options.Sip.Listen.Count);
        Assert.Equal(["udp://127.0.0.1:4"], Load(File, ["CONFAB__Sip__Listen__1=udp://127.0.0.1:4"]).Options.Sip.Listen);
        Assert.Equal(["tcp://127.0.0.1:5"], Load(File, ["CONFAB__Sip__Listen__0=udp://127.0.0.1:4"], "Sip:Listen:0=tcp://127.0.0.1:5").Options.Sip.Listen);
    }

    [Fact]
    public void The_elements_of_a_list_stand_in_the_order_of_their_numbers() =>
        Assert.Equal(["10.0.0.2", "10.0.0.10"], Load(null, [], "Sip:TrustedPeers:10=10.0.0.10", "Sip:TrustedPeers:2=10.0.0.2").Options.Sip.TrustedPeers);

    [Theory]
    [InlineData("""{ "Http": { "Listen": [] } }""", null)]
    [InlineData(null, "Http:Listen=")]
    public void An_empty_list_is_a_list(string? file, string? set) =>
        Assert.Empty(Load(file, [], set is null ? [] : [set]).Options.Http.Listen);

    [Fact]
    public void An_empty_value_unsets_a_key_that_may_be_without_one()
    {
        Assert.Null(Load("""{ "Sip": { "Advertise": "im.example.com" } }""", [], "Sip:Advertise=").Options.Sip.Advertise);
        Assert.Null(Load("""{ "Sip": { "Advertise": null } }""").Options.Sip.Advertise);
    }

    [Fact]
    public void Keys_and_words_are_taken_in_any_case_and_kept_in_ours()
    {
        var loaded = Load(null, ["CONFAB__STORAGE__PROVIDER=memory", "CONFAB__SIP__LISTEN__0=UDP://LocalHost:5070"]);
        Assert.Empty(loaded.Errors);
        Assert.Equal("Memory", loaded.Options.Storage.Provider);
        Assert.Equal(["udp://127.0.0.1:5070"], loaded.Options.Sip.Listen);
    }

    [Fact]
    public void Accounts_are_read_with_their_passwords()
    {
        var loaded = Load("""{ "Domain": "other.example", "Users": [ { "Address": "sip:eve@other.example", "Password": "@s3cret=" } ] }""");
        Assert.Empty(loaded.Errors);
        var user = Assert.Single(loaded.Options.Users);
        Assert.Equal(("sip:eve@other.example", "@s3cret="), (user.Address, user.Password));
        Assert.False(loaded.HasDemoUsers);
    }

    ServerConfiguration Load(string? json = null, string[]? environment = null, params string[] settings)
    {
        if (json is not null)
            File.WriteAllText(_file, json);
        return ServerConfiguration.Load(json is null ? null : _file, (environment ?? []).Select(Pair), settings);
    }

    static KeyValuePair<string, string?> Pair(string text) => new(text.Split('=')[0], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]);
}
