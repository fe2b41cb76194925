using Xunit;

namespace Confab.Tests.Live;

/// <summary>Groups with clients that are not ours: SIPp for SIP, a few lines of Python for MSRP.</summary>
[Collection(LiveCollection.Name)]
public sealed class OthersTests
{
    [Theory]
    [InlineData("udp", "tcp")]
    [InlineData("tcp", "udp")]
    public async Task A_group_of_our_client_with_two_of_SIPp_hears_every_text(string bobOver, string carolOver)
    {
        Tool.Need("sipp", "python3");
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = (await server.User("alice"), await Sipp.Register(server, "bob", bobOver), await Sipp.Register(server, "carol", carolOver));
        await alice.Type("/group bob carol");
        await alice.Event("established", ("group", "True"));
        await Task.WhenAll(alice.Hears("bob", "hello from bob"), alice.Hears("carol", "hello from carol"));

        await alice.Type("who is there?");
        await Task.WhenAll(
            bob.Hears("alice", "who is there?"), carol.Hears("alice", "who is there?"),
            alice.Hears("bob", "bob is here"), alice.Hears("carol", "carol is here"),
            bob.Hears("carol", "carol is here"), carol.Hears("bob", "bob is here"));

        await alice.Type("/leave");
        await alice.Event("ended", ("reason", "left"));
        await Task.WhenAll(bob.Logs("closed"), carol.Logs("closed"));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_two_of_our_clients_with_one_of_SIPp_goes_on_when_ours_leaves()
    {
        Tool.Need("sipp", "python3");
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = (await server.User("alice"), await Sipp.Register(server, "bob"), await server.User("carol", "udp"));
        await alice.Type("/group bob carol");
        await carol.Accept();
        await alice.Hears("bob", "hello from bob");
        await carol.Type("anybody?");
        await Task.WhenAll(alice.Hears("carol", "anybody?"), bob.Hears("carol", "anybody?"), carol.Hears("bob", "bob is here"));

        await carol.Type("/leave");
        await carol.Event("ended", ("reason", "left"));
        await alice.Type("still there?");
        await bob.Hears("alice", "still there?");
        await alice.Type("/leave");
        await bob.Logs("closed");
    }

    [Fact]
    public async Task SIPp_starts_a_group_with_two_of_our_clients_and_its_BYE_releases_it()
    {
        Tool.Need("sipp", "python3");
        await using var server = await LiveServer.Start();
        var (bob, carol) = (await server.User("bob"), await server.User("carol", "udp"));
        var alice = Sipp.StartGroup(server, "alice");
        await Task.WhenAll(bob.Accept(), carol.Accept());
        await bob.Type("ready?");
        await Task.WhenAll(alice.Hears("bob", "ready?"), carol.Hears("bob", "ready?"), bob.Hears("alice", "alice is here"), carol.Hears("alice", "alice is here"));

        await carol.Type("time to go");
        await bob.Event("ended", ("reason", "released"));
        await carol.Event("ended", ("reason", "released"));
        Assert.Equal(0, await alice.Program.Exit());
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task SIPp_subscribes_to_who_is_in_its_group_and_our_client_does(string over)
    {
        Tool.Need("sipp");
        await using var server = await LiveServer.Start();
        var bob = await server.User("bob");
        var alice = Sipp.StartSubscribedGroup(server, "alice", over);
        await alice.Logs("whole");
        await bob.Accept();
        await alice.Logs("connected");
        await bob.Event("participants");
        await alice.Logs("unsubscribed");
        await bob.Event("ended", ("reason", "released"));
        Assert.Equal(0, await alice.Program.Exit());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task SIPp_adds_one_of_our_clients_to_its_group_takes_it_out_and_adds_two_by_a_list(string over)
    {
        Tool.Need("sipp");
        await using var server = await LiveServer.Start();
        var (bob, carol, dave) = (await server.User("bob"), await server.User("carol", "udp"), await server.User("dave"));
        var alice = Sipp.StartReferringGroup(server, "alice", over);
        await bob.Accept();
        await alice.Logs("asked");
        await carol.Accept();
        await alice.Logs("came");
        await carol.Event("ended", ("reason", "removed"));
        await alice.Logs("removed");
        await Task.WhenAll(carol.Accept(), dave.Accept());
        await alice.Logs("several");
        await dave.Type("all here?");
        await Task.WhenAll(bob.Hears("dave", "all here?"), carol.Hears("dave", "all here?"));

        await carol.Type("/leave");
        await carol.Event("ended", ("reason", "left"));
        await dave.Type("/leave");
        await dave.Event("ended", ("reason", "left"));
        await bob.Type("/leave");
        await bob.Event("ended", ("reason", "left"));
        Assert.Equal(0, await alice.Program.Exit());
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_message_without_a_session_goes_from_SIPp_to_SIPp_and_between_it_and_our_client(string over)
    {
        Tool.Need("sipp");
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await Sipp.RegisterForPages(server, "bob", over));
        var carol = Sipp.Page(server, "carol", "sip:bob@example.com", over);
        await Task.WhenAll(carol.Logs("delivered"), bob.Logs("paged by sip:carol@example.com: Hello from SIPp"));
        Assert.Equal(0, await carol.Program.Exit());
        var dave = Sipp.Page(server, "dave", "sip:alice@example.com", over);
        await alice.Event("page", ("from", "sip:dave@example.com"), ("text", "Hello from SIPp"));
        Assert.Equal(0, await dave.Program.Exit());
        await alice.Type("/page bob Hello, SIPp");
        await bob.Logs("paged by sip:alice@example.com: Hello, SIPp");
        await alice.Event("sent", ("status", "200"));
    }

    [Fact]
    public async Task SIPp_and_our_client_leave_a_group_and_come_back_to_it()
    {
        Tool.Need("sipp", "python3");
        await using var server = await LiveServer.Start();
        var (alice, carol) = (await server.User("alice"), await server.User("carol"));
        await alice.Type("/group bob carol"); // bob is not there yet
        await carol.Accept();
        var identity = (await alice.Event("established")).GetProperty("identity").GetString()!;
        for (var time = 1; time <= 2; time++)
        {
            var bob = Sipp.Rejoin(server, "bob", identity);
            await alice.Hears("bob", "hello from bob");
            await alice.Type($"{time}");
            await Task.WhenAll(bob.Hears("alice", $"{time}"), carol.Hears("alice", $"{time}"));

            await carol.Type("/leave");
            await carol.Event("ended", ("reason", "left"));
            await carol.Type("/rejoin");
            await carol.Event("established", ("rejoined", "True"));
            await carol.Type("time to go");
            await Task.WhenAll(alice.Hears("carol", "time to go"), bob.Hears("carol", "time to go"));
            Assert.Equal(0, await bob.Program.Exit());
        }

        await alice.Type("/leave");
        await carol.Event("ended", ("reason", "released"));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }
}
