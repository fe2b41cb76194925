using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Confab.Tests.Live;

/// <summary><c>confab serve</c> as an operator sees it: lines, exit codes, signals, and what outlives the process.</summary>
[Collection(LiveCollection.Name)]
public sealed class ServeTests
{
    [Fact]
    public async Task It_prints_a_line_a_listener_then_ready_and_ends_on_SIGTERM_with_0()
    {
        await using var server = await LiveServer.Start();
        Assert.All([server.Udp, server.Tcp, server.Msrp], e => Assert.NotEqual(0, e.Port));
        Assert.Contains("\"status\":\"ready\"", await server.Get("/health"), StringComparison.Ordinal);

        await server.Program.Signal("TERM");
        Assert.Equal(0, await server.Program.Exit(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task It_ends_on_Ctrl_C_with_0_in_the_middle_of_a_chat()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await server.User("bob", "udp"));
        await alice.Type("/call bob");
        await bob.Accept();
        await alice.Event("established");

        await server.Program.Signal("INT");
        Assert.Equal(0, await server.Program.Exit(TimeSpan.FromSeconds(10)));
        await alice.Event("ended", ("reason", "released"));
        await bob.Event("ended", ("reason", "released"));
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_key_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var folder = Directory.CreateTempSubdirectory("confab-live-").FullName;
        await using var server = LiveServer.Serve(folder, string.Create(CultureInfo.InvariantCulture, $"Sip:Listen:1=tcp://{taken.LocalEndpoint}"));
        Assert.Equal(1, await server.Exit());
        Assert.Contains("Sip:Listen:1", server.Printed, StringComparison.Ordinal);
        Assert.Contains($"{taken.LocalEndpoint}", server.Printed, StringComparison.Ordinal);
        Assert.Contains("Address already in use", server.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Printed, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Session:MaxLengthSeconds=long", "Session:MaxLengthSeconds", "long")]
    [InlineData("Storage:Provider=Paper", "Storage:Provider", "Sqlite")]
    [InlineData("Sip:Lisen:0=udp://127.0.0.1:0", "Sip:Lisen", "Sip:Listen")]
    public async Task A_wrong_setting_is_named_with_what_is_allowed_and_exit_code_2(string setting, string key, string told)
    {
        var folder = Directory.CreateTempSubdirectory("confab-live-").FullName;
        await using var server = Running.Confab(folder, "serve", "--set", setting);
        Assert.Equal(2, await server.Exit());
        Assert.Contains(key, server.Printed, StringComparison.Ordinal);
        Assert.Contains(told, server.Printed, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Registrations_outlive_a_restart_and_a_kill()
    {
        await using var server = await LiveServer.Start();
        var stays = new UdpUser(server.Udp, "bob", "demo");
        Assert.Equal(200, await stays.Register());

        await server.Program.Signal("KILL");
        await server.Program.Exit();
        await server.StartAgain();
        Assert.Contains("\"registrations\":1", await server.Get("/health"), StringComparison.Ordinal);

        // Called over what was registered with the process before the last one.
        await server.Program.Signal("TERM");
        Assert.Equal(0, await server.Program.Exit());
        await server.StartAgain();
        var alice = await server.User("alice");
        await alice.Type("/call bob");
        Assert.StartsWith("INVITE sip:bob@", await stays.Receive("INVITE"), StringComparison.Ordinal);
        stays.Dispose();
    }

    [Fact]
    public async Task Accounts_of_the_store_outlive_the_settings_that_made_them()
    {
        await using var server = await LiveServer.Start("Users:0:Address=sip:erin@example.com", "Users:0:Password=first");
        await server.Program.Signal("KILL");
        await server.Program.Exit();

        await server.StartAgain("Users:0:Address=sip:frank@example.com", "Users:0:Password=second");
        var erin = server.Keep(Chatter.Start(server, "erin", "first"));
        await erin.Event("registered");
    }
}
