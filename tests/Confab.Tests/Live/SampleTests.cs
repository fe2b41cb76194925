using Xunit;
using Confab.Tests.House;

namespace Confab.Tests.Live;

/// <summary>The programs of samples/, as they were built, with the real server.</summary>
[Collection(LiveCollection.Name)]
public sealed class SampleTests
{
    static Running Sample(LiveServer server, string name, params string[] arguments) => server.Keep(
        new Running("dotnet", [Path.Combine(Repository.Root, "samples", name, "bin", "Release", "net10.0", name + ".dll"), .. arguments], server.Folder));

    static string[] As(LiveServer server, string user) => [server.Tcp.ToString(), $"sip:{user}@example.com", "demo"];

    [Fact]
    public void A_sample_has_at_most_60_lines_and_there_are_five()
    {
        var samples = Repository.Files("samples", "Program.cs").ToList();
        Assert.Equal(5, samples.Count);
        Assert.All(samples, f => Assert.InRange(Repository.Read(f).Count(c => c == '\n'), 1, 60));
    }

    [Theory]
    [InlineData("SayHello")]
    [InlineData("EchoServer")]
    [InlineData("GroupBot")]
    [InlineData("FileSender")]
    [InlineData("RosterWatcher")]
    public async Task A_sample_that_is_given_nothing_says_how_it_is_used(string name)
    {
        await using var program = new Running("dotnet", [Path.Combine(Repository.Root, "samples", name, "bin", "Release", "net10.0", name + ".dll")], Path.GetTempPath());
        Assert.Equal(2, await program.Exit());
        Assert.StartsWith(name, program.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SayHello_says_it_to_the_echo_server_which_says_it_back()
    {
        await using var server = await LiveServer.Start();
        var echo = Sample(server, "EchoServer", As(server, "bob"));
        await echo.Line(l => l == "ready", "ready");
        var hello = Sample(server, "SayHello", [.. As(server, "alice"), "sip:bob@example.com", "Hello, Bob"]);
        Assert.Equal(0, await hello.Exit());
        Assert.Equal("sip:bob@example.com has it.", hello.Printed.Trim());
        await echo.Line(l => l == "sip:alice@example.com is gone", "is gone");

        var carol = await server.User("carol");
        await carol.Type("/call bob");
        await carol.Event("established");
        await carol.Type("anybody?");
        await carol.Hears("bob", "anybody?");
        await echo.Signal("INT");
        Assert.Equal(0, await echo.Exit());
        await carol.Event("ended", ("reason", "released"));
    }

    [Fact]
    public async Task SayHello_tells_what_stands_in_the_way()
    {
        await using var server = await LiveServer.Start();
        var nobody = Sample(server, "SayHello", [.. As(server, "alice"), "sip:bob@example.com", "Hello"]);
        Assert.Equal(1, await nobody.Exit());
        Assert.Contains("sip:bob@example.com does not talk to us: 4", nobody.Printed, StringComparison.Ordinal);
        var wrong = Sample(server, "SayHello", server.Tcp.ToString(), "sip:alice@example.com", "wrong", "sip:bob@example.com", "Hello");
        Assert.Equal(1, await wrong.Exit());
        Assert.Contains("The server refuses sip:alice@example.com: 401", wrong.Printed, StringComparison.Ordinal);
        var nowhere = Sample(server, "SayHello", "127.0.0.1:1", "sip:alice@example.com", "demo", "sip:bob@example.com", "Hello");
        Assert.Equal(1, await nowhere.Exit());
        Assert.Contains("There is no way to the server", nowhere.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_bot_answers_in_its_group_and_declines_all_else()
    {
        await using var server = await LiveServer.Start("Session:MinNotifyIntervalSeconds=0");
        var bot = Sample(server, "GroupBot", As(server, "dave"));
        await bot.Line(l => l == "ready", "ready");
        var (alice, bob) = (await server.User("alice"), await server.User("bob"));
        await alice.Type("/group bob dave");
        await alice.Hears("dave", "Hello. I know !who and !count.");
        await bob.Accept();
        var count = "";
        while (count != "We are 3.") // the bot may not have been told of bob when he asks
        {
            await bob.Type("!count");
            count = (await alice.Event("message", ("from", "sip:dave@example.com"))).GetProperty("text").GetString();
        }

        await bob.Type("/call dave");
        await bob.Event("ended", ("reason", "declined"));
    }

    [Fact]
    public async Task The_file_sender_sends_a_file_that_arrives_as_it_was()
    {
        await using var server = await LiveServer.Start();
        var bob = await server.User("bob");
        var bytes = new byte[3_000_000];
        new Random(7).NextBytes(bytes);
        var file = Path.Combine(server.Folder, "photo.jpg");
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var sender = Sample(server, "FileSender", [.. As(server, "alice"), "sip:bob@example.com", file]);
        await bob.Accept();
        var message = await bob.Event("message", ("contentType", "application/octet-stream"), ("size", "3000000"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(message.GetProperty("path").GetString()!, TestContext.Current.CancellationToken));
        await bob.Type("/leave");
        Assert.Equal(0, await sender.Exit());
        Assert.Contains("100 %", sender.Printed, StringComparison.Ordinal);
        Assert.Contains("The server has all 3000000 octets", sender.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_roster_watcher_tells_who_comes_and_goes()
    {
        await using var server = await LiveServer.Start();
        var (bob, carol) = (await server.User("bob"), await server.User("carol"));
        var watcher = Sample(server, "RosterWatcher", [.. As(server, "alice"), "sip:bob@example.com", "sip:carol@example.com"]);
        await Task.WhenAll(bob.Accept(), carol.Accept());
        await watcher.Line(l => l == "3 are here", "3 are here");
        await bob.Type("/leave");
        await watcher.Line(l => l == "sip:bob@example.com disconnected (departed)", "bob departed");
        await carol.Type("/leave");
        await watcher.Line(l => l.StartsWith("over: Released", StringComparison.Ordinal), "over");
        Assert.Equal(0, await watcher.Exit());
    }
}
