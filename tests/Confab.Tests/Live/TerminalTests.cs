using Confab.Tests.House;
using Xunit;

namespace Confab.Tests.Live;

/// <summary><c>confab chat</c> on a terminal: a pseudo-terminal of Python's, whose screen is looked at.</summary>
[Collection(LiveCollection.Name)]
public sealed class TerminalTests
{
    static async Task<Running> Chat(LiveServer server, string name, params string[] environment)
    {
        var terminal = server.Keep(new Running(
            "env",
            [.. environment, "python3", Path.Combine(Repository.Root, "tests", "interop", "terminal.py"), "dotnet", Path.Combine(AppContext.BaseDirectory, "confab.dll"),
                "chat", "--as", $"sip:{name}@example.com", "--password", "demo", "--server", server.Tcp.ToString()],
            server.Folder));
        await Does(terminal, "wait You are online");
        return terminal;
    }

    static async Task<string> Ask(Running terminal, string what)
    {
        await terminal.Type(what);
        return await terminal.Line(static _ => true, what);
    }

    static async Task Does(Running terminal, params string[] steps)
    {
        foreach (var step in steps) Assert.Equal((step, "ok"), (step, await Ask(terminal, step)));
    }

    [Fact]
    public async Task A_line_that_is_being_typed_stays_whole_while_others_talk_and_what_was_said_is_marked()
    {
        Tool.Need("python3", "env");
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await Chat(server, "alice"), await server.User("bob"));
        await Does(alice, "type /call bob", "key enter", "wait bob is being asked");
        await bob.Accept();
        await Does(alice, "wait you are in a session with bob", "type half a li");
        await bob.Event("composing", ("from", "sip:alice@example.com"), ("active", "True"));
        for (var i = 1; i <= 5; i++) await bob.Type($"number {i}");
        await Does(alice, "wait ^[0-9:]+ bob: number 5$", "row ^> half a li$", "type ne", "key enter");
        await bob.Hears("alice", "half a line");
        await bob.Event("composing", ("from", "sip:alice@example.com"), ("active", "False"));
        await Does(alice, @"wait ^[0-9:]+ ● you: half a line$", "key up", "row ^> half a line$", "key ctrl-c", "row ^>$", "type /sess", "key tab", "row ^> /sessions$", "key enter", @"wait \* s1 1-1 bob established");
        await bob.Type("/leave");
        await Does(alice, "wait s1: the session has ended", "type /quit", "key enter");
        Assert.Equal("0", await Ask(alice, "exit"));
    }

    [Fact]
    public async Task A_group_shows_its_roster_and_who_comes_and_goes()
    {
        Tool.Need("python3", "env");
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = (await Chat(server, "alice"), await server.User("bob"), await server.User("carol"));
        await Does(alice, "type /group bob carol", "key enter");
        await bob.Accept();
        await Does(alice, "wait you are in the group", "wait carol is being asked");
        await carol.Accept();
        await Does(alice, "wait carol is here", "type /who", "key enter", "wait ^  bob is here");
        await bob.Type("/leave");
        await Does(alice, "wait bob has left");
        await carol.Type("\u001b[2Jnobody moves the cursor");
        await Does(alice, "wait carol: ·\\[2Jnobody moves the cursor", "key ctrl-d");
        Assert.Equal("0", await Ask(alice, "exit"));
    }

    [Fact]
    public async Task Large_content_shows_how_far_it_is_and_where_it_went()
    {
        Tool.Need("python3", "env");
        await using var server = await LiveServer.Start();
        var alice = await Chat(server, "alice");
        var file = Path.Combine(server.Folder, "large");
        await File.WriteAllBytesAsync(file, new byte[5_000_000], TestContext.Current.CancellationToken);
        var sender = server.Keep(new Running(
            "dotnet", [Path.Combine(Repository.Root, "samples", "FileSender", "bin", "Release", "net10.0", "FileSender.dll"), server.Tcp.ToString(), "sip:bob@example.com", "demo", "sip:alice@example.com", file], server.Folder));
        await Does(alice, "wait invites you to a session", "type /accept", "key enter", "wait bob: application/octet-stream, 5000000 octets in", "row ^>$", "type /leave", "key enter");
        Assert.Equal(0, await sender.Exit());
    }

    [Theory]
    [InlineData("NO_COLOR=1", "no")]
    [InlineData("NO_COLOR=", "yes")]
    public async Task Colours_respect_NO_COLOR(string environment, string colours)
    {
        Tool.Need("python3", "env");
        await using var server = await LiveServer.Start();
        var alice = await Chat(server, "alice", environment);
        await Does(alice, "type /nonsense", "key enter", "wait There is no command");
        Assert.Equal(colours, await Ask(alice, "colours"));
    }
}
