using Xunit;

namespace Confab.Tests.Live;

/// <summary>Users without a name at <c>confab chat --json</c>, with a real server between them and the others.</summary>
[Collection(LiveCollection.Name)]
public sealed class AnonymityTests
{
    [Fact]
    public async Task Who_starts_a_group_without_a_name_is_told_to_nobody_and_talks_is_answered_leaves_and_comes_back_COM_PRIV_3()
    {
        await using var server = await LiveServer.Start("Session:ReleaseAdhocOnOriginatorLeave=false");
        var (alice, bob, carol) = (await server.User("alice"), await server.User("bob"), await server.User("carol"));
        await alice.Type("/anonymous");
        await alice.Event("anonymous", ("on", "True"));
        await alice.Type("/group bob carol");
        await bob.Event("invited", ("from", "sip:anonymous@anonymous.invalid"), ("group", "True"));
        await bob.Type("/accept");
        await bob.Event("established");
        await carol.Accept();
        await alice.Event("established");
        await alice.Type("who am I?");
        await bob.Event("message", ("from", "sip:anonymous1@anonymous.invalid"), ("text", "who am I?"));
        await carol.Event("message", ("from", "sip:anonymous1@anonymous.invalid"), ("text", "who am I?"));
        await bob.Type("no idea");
        await alice.Hears("bob", "no idea");
        await alice.Type("/leave");
        await alice.Event("ended", ("reason", "left"));
        await alice.Type("/rejoin");
        await alice.Event("established", ("rejoined", "True"));
        await alice.Type("back again");
        await bob.Event("message", ("from", "sip:anonymous1@anonymous.invalid"), ("text", "back again"));
        await bob.Type("/who");
        await bob.Event("participants");
        foreach (var other in new[] { bob, carol }) Assert.DoesNotContain("alice", other.Program.Printed, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_accepts_without_a_name_is_not_in_the_roster_by_it_and_is_removed_by_the_alias()
    {
        await using var server = await LiveServer.Start();
        var (alice, bob, carol) = (await server.User("alice"), await server.User("bob"), await server.User("carol"));
        await alice.Type("/group bob carol");
        await carol.Type("/anonymous");
        await carol.Accept();
        await bob.Accept();
        await carol.Type("hello");
        await alice.Event("message", ("from", "sip:anonymous1@anonymous.invalid"), ("text", "hello"));
        await bob.Event("message", ("from", "sip:anonymous1@anonymous.invalid"), ("text", "hello"));
        await alice.Type("/remove sip:anonymous1@anonymous.invalid"); // the roster, by which the short name is known, may come later
        await carol.Event("ended", ("reason", "removed"));
    }
}
