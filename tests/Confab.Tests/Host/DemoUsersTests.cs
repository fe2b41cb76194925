using Confab.Host.Configuration;
using Xunit;

namespace Confab.Tests.Host;

/// <summary>The demo users are there for a server that was told nothing, and never where a network reaches it.</summary>
public sealed class DemoUsersTests
{
    [Fact]
    public void A_server_that_was_told_nothing_has_the_demo_users_of_its_domain()
    {
        var loaded = Load("Domain=lab.example");
        Assert.True(loaded.HasDemoUsers);
        Assert.Equal(
            ["sip:alice@lab.example", "sip:bob@lab.example", "sip:carol@lab.example", "sip:dave@lab.example"],
            loaded.Options.Users.Select(u => u.Address));
        Assert.All(loaded.Options.Users, u => Assert.Equal("demo", u.Password));
    }

    [Theory]
    [InlineData("Sip:Listen:0=tcp://0.0.0.0:5060")]
    [InlineData("Msrp:Listen:0=tcp://192.0.2.1:2855")]
    [InlineData("Http:Listen:0=http://[::]:8080")]
    public void One_listener_beside_loopback_keeps_them_away_and_the_log_says_why(string setting)
    {
        var loaded = Load(setting);
        Assert.False(loaded.HasDemoUsers);
        Assert.Empty(loaded.Options.Users);
        Assert.Contains("is not a loopback address", loaded.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sip:Listen:0=tcp://127.8.9.1:5060")]
    [InlineData("Http:Listen:0=http://[::1]:8080")]
    [InlineData("Http:Listen=")]
    public void Any_loopback_address_will_do(string setting) => Assert.True(Load(setting).HasDemoUsers);

    [Fact]
    public void Accounts_from_any_source_keep_them_away()
    {
        Assert.Single(Load("Users:0:Address=sip:eve@example.com", "Users:0:Password=x").Options.Users);
        Assert.Empty(Load("Users=").Options.Users);
    }

    [Fact]
    public void A_configuration_file_keeps_them_away()
    {
        var file = Path.Combine(AppContext.BaseDirectory, Path.GetRandomFileName() + ".json");
        File.WriteAllText(file, "{}");
        try
        {
            Assert.Empty(ServerConfiguration.Load(file, [], []).Options.Users);
        }
        finally
        {
            File.Delete(file);
        }
    }

    static ServerConfiguration Load(params string[] settings) => ServerConfiguration.Load(null, [], settings);
}
