using Xunit;

namespace Confab.Tests.Live;

/// <summary>Users at <c>confab chat --json</c> with a real server between them.</summary>
[Collection(LiveCollection.Name)]
public sealed class ChatTests
{
    [Theory]
    [InlineData("tcp", "tcp")]
    [InlineData("udp", "udp")]
    [InlineData("tcp", "udp")]
    public async Task Two_users_talk_and_either_end_hears_of_the_leave(string callerOver, string calleeOver)
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice", callerOver), await server.User("bob", calleeOver));
        await alice.Type("/call bob");
        var invited = await bob.Event("invited", ("from", "sip:alice@example.com"), ("group", "False"));
        await bob.Type("/accept");
        var (there, here) = (await alice.Event("established"), await bob.Event("established"));
        Assert.Equal(invited.GetProperty("session").GetString(), here.GetProperty("session").GetString());
        Assert.StartsWith("sip:sess-", there.GetProperty("identity").GetString(), StringComparison.Ordinal);

        await alice.Type("hello, Bob: żółw & \"quotes\"");
        await bob.Hears("alice", "hello, Bob: żółw & \"quotes\"");
        var id = (await alice.Event("sent", ("status", "200"))).GetProperty("id").GetString()!;
        await alice.Event("delivered", ("id", id), ("from", "sip:bob@example.com"), ("status", "200"));
        await alice.Event("displayed", ("id", id), ("from", "sip:bob@example.com"), ("status", "200"));
        await bob.Type("hello, Alice");
        await alice.Hears("bob", "hello, Alice");

        await bob.Type("/leave");
        await bob.Event("ended", ("reason", "left"));
        await alice.Event("ended", ("reason", "released"));
        await Quit(alice, bob);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task In_a_group_each_hears_all_others_and_none_himself(string over)
    {
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = await Group(server, over);
        await alice.Type("from alice");
        await bob.Type("from bob");
        await carol.Type("from carol");
        await Task.WhenAll(
            alice.Hears("bob", "from bob"), alice.Hears("carol", "from carol"),
            bob.Hears("alice", "from alice"), bob.Hears("carol", "from carol"),
            carol.Hears("alice", "from alice"), carol.Hears("bob", "from bob"));
        await Task.WhenAll(alice.Event("sent"), bob.Event("sent"), carol.Event("sent"));
        foreach (var (one, others) in ((Chatter, Chatter[])[])[(alice, [bob, carol]), (bob, [alice, carol]), (carol, [alice, bob])])
        {
            foreach (var other in others)
            {
                foreach (var what in (string[])["delivered", "displayed"]) await one.Event(what, ("from", $"sip:{other.Name}@example.com"));
            }
        }

        Assert.DoesNotContain("\"from\":\"sip:alice@example.com\",\"text\"", alice.Program.Printed, StringComparison.Ordinal);
        await Quit(alice, bob, carol);
    }

    [Fact]
    public async Task A_members_leave_keeps_the_others_together_until_one_is_left()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = await Group(server);
        await bob.Type("/leave");
        await bob.Event("ended", ("reason", "left"));
        await alice.Type("still here?");
        await carol.Hears("alice", "still here?");
        await carol.Type("yes");
        await alice.Hears("carol", "yes");
        Assert.False(bob.HasSeen("message"));

        await carol.Type("/leave");
        await alice.Event("ended", ("reason", "released"));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task A_session_of_two_becomes_a_group_of_three(string over)
    {
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = (Chatter.Start(server, "alice", "demo", over), Chatter.Start(server, "bob", "demo", over), Chatter.Start(server, "carol", "demo", over));
        await Task.WhenAll(alice.Event("registered"), bob.Event("registered"), carol.Event("registered"));
        await alice.Type("/call bob");
        await bob.Accept();
        await alice.Event("established", ("group", "False"));
        await alice.Type("/extend carol");
        await alice.Event("established", ("session", "s2"), ("group", "True"));
        await Task.WhenAll(bob.Accept(), carol.Accept());
        await Task.WhenAll(alice.Event("ended", ("session", "s1"), ("reason", "moved")), bob.Event("ended", ("session", "s1"), ("reason", "moved")));
        await bob.Type("now we are three");
        await Task.WhenAll(alice.Hears("bob", "now we are three"), carol.Hears("bob", "now we are three"));
        await bob.Type("/modify hold");
        await bob.Event("modified", ("held", "True"));
        await carol.Type("not for bob");
        await alice.Hears("carol", "not for bob");
        await bob.Type("/modify resume");
        await bob.Event("modified", ("held", "False"));
        await carol.Type("for bob too");
        await bob.Hears("carol", "for bob too");
        Assert.DoesNotContain("not for bob", bob.Program.Printed, StringComparison.Ordinal);
        Assert.Contains("\"sessions\":1", await server.Health(), StringComparison.Ordinal);
        await Quit(alice, bob, carol);
    }

    [Fact]
    public async Task The_inviters_leave_releases_the_group()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = await Group(server);
        await alice.Type("/leave");
        await alice.Event("ended", ("reason", "left"));
        await bob.Event("ended", ("reason", "released"));
        await carol.Event("ended", ("reason", "released"));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_comes_about_without_those_who_are_offline_whatever_their_place_in_the_list()
    {
        await using var server = await LiveServer.Start();
        var (alice, carol) = (await server.User("alice"), await server.User("carol"));
        await alice.Type("/group bob carol nobody");
        await alice.Event("established", ("group", "True"));
        await carol.Accept();
        await carol.Type("just us two");
        await alice.Hears("carol", "just us two");
    }

    [Fact]
    public async Task A_group_in_which_nobody_can_be_had_is_released()
    {
        await using var server = await LiveServer.Start();
        var alice = await server.User("alice");
        await alice.Type("/group bob carol");
        await alice.Event("ended");
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_declined_offline_or_unknown_is_told_with_the_status()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await server.User("bob"));
        await alice.Type("/call bob");
        await bob.Event("invited");
        await bob.Type("/decline");
        await alice.Event("ended", ("reason", "declined"), ("status", "603"));
        await bob.Event("ended", ("reason", "declined"));

        await alice.Type("/call carol");
        await alice.Event("ended", ("reason", "failed"), ("status", "480"));
        await alice.Type("/call nobody");
        await alice.Event("ended", ("reason", "failed"), ("status", "404"));
    }

    [Fact]
    public async Task A_call_that_is_given_up_stops_ringing()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await server.User("bob"));
        await alice.Type("/call bob");
        await bob.Event("invited");
        await alice.Type("/leave");
        await bob.Event("ended");
        await alice.Event("ended");
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice", "wrong", "401")]
    [InlineData("mallory", "demo", "401")]
    public async Task Who_is_not_known_or_has_a_wrong_password_is_told_and_exit_code_1(string name, string password, string status)
    {
        await using var server = await LiveServer.Start();
        await using var user = Chatter.Start(server, name, password);
        await user.Event("error", ("command", "register"), ("status", status));
        Assert.Equal(1, await user.Program.Exit());
    }

    [Fact]
    public async Task Without_a_server_it_says_so_and_exit_code_1()
    {
        await using var server = await LiveServer.Start();
        await server.Program.Signal("TERM");
        await server.Program.Exit();
        await using var user = Chatter.Start(server, "alice", "demo");
        await user.Event("error", ("command", "register"));
        Assert.Equal(1, await user.Program.Exit());
    }

    [Fact]
    public async Task Users_of_a_killed_server_hear_of_it_and_chat_again_when_it_is_back()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await server.User("bob", "udp"));
        await alice.Type("/call bob");
        await bob.Accept();
        await alice.Event("established");
        await server.Program.Signal("KILL");
        await Task.WhenAll(alice.Event("ended", ("reason", "failed")), bob.Event("ended", ("reason", "failed")), alice.Event("unregistered"));

        await server.StartAgainInPlace();
        await alice.Event("registered");
        await alice.Type("/call bob");
        await bob.Accept();
        await alice.Type("where were we?");
        await bob.Hears("alice", "where were we?");
    }

    [Fact]
    public async Task The_end_of_input_leaves_the_session()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob) = (await server.User("alice"), await server.User("bob"));
        await alice.Type("/call bob");
        await bob.Accept();
        await alice.Type("last words");
        alice.Program.EndInput();
        await bob.Hears("alice", "last words");
        await bob.Event("ended", ("reason", "released"));
        Assert.Equal(0, await alice.Program.Exit());
    }

    private static async Task<(Chatter Alice, Chatter Bob, Chatter Carol)> Group(LiveServer server, string over = "tcp")
    {
        var users = await Task.WhenAll(server.User("alice", over), server.User("bob", over), server.User("carol", over));
        await users[0].Type("/group bob carol");
        await Task.WhenAll(users[0].Event("established", ("group", "True")), users[1].Accept(), users[2].Accept());
        return (users[0], users[1], users[2]);
    }

    private static async Task Quit(params Chatter[] users)
    {
        foreach (var user in users) await user.Type("/quit");
        foreach (var user in users) Assert.Equal(0, await user.Program.Exit());
    }
}
