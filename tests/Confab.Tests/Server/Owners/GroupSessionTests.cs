using Confab.Runtime;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>How INVITEs to a group find the one session of it.</summary>
public sealed class GroupSessionTests
{
    private const string Team = GroupScene.Team;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IMS_INIT_4_two_who_begin_at_once_meet_in_one_session(bool udp)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            using var rig = new ServerRig(seed: seed, shuffles: true, transport: udp ? Transport.Udp : Transport.Tcp);
            rig.Rest();
            rig.Store("of alice, bob, carol");
            rig.Run();
            rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(2);
            var calls = new[] { rig.Alice, rig.Bob, rig.Carol }.Select(static p => p.Invite(Team)).ToArray();
            rig.Advance(0.1);
            Assert.Equal([200, 200, 200], calls.Select(static c => c.Status));
            Assert.Single(calls.Select(static c => c.Identity).Distinct());
            Assert.Equal(3, Assert.Single(rig.Server.Node.Router.Sessions).ConnectedCount);
            rig.Sim.Network.Latency = TimeSpan.Zero;
            foreach (var call in calls) call.Bye();
            rig.AssertAtRest();
        }
    }

    [Fact]
    public void IMS_INIT_4_what_is_handed_over_is_one_transaction_answered_cancelled_and_repeated_where_the_session_is()
    {
        using var rig = new ServerRig(transport: Transport.Udp);
        rig.Rest();
        rig.Store("of alice, bob, carol | max 2");
        rig.Run();
        rig.Alice.Invite(Team);
        var bob = rig.Bob.Invite(Team);
        Assert.Equal(200, bob.Status);
        var answers = rig.Bob.Heard.OfType<SipResponse>().Count(r => r.CallId.ToString() == bob.CallId && r.Status == 200);
        Assert.Equal(1, answers);
        bob.Cancel(); // too late, but known
        Assert.Equal(200, rig.Bob.Heard.OfType<SipResponse>().Last(static r => r.CSeq.Method == SipMethod.Cancel).Status);

        // A refusal is repeated until its ACK, and acknowledged once.
        var carol = rig.Carol.Invite(Team);
        Assert.Equal(486, carol.Status);
        rig.Advance(40);
        Assert.Equal(1, rig.Carol.Heard.OfType<SipResponse>().Count(r => r.CallId.ToString() == carol.CallId && r.Status == 486));
        bob.Bye();
        rig.AssertAtRest();
    }

    [Fact]
    public void IMS_RPOL_1f_a_group_that_is_deleted_while_somebody_comes_back_has_no_session_to_come_to()
    {
        foreach (var milliseconds in (int[])[0, 1, 2, 3, 4, 6])
        {
            using var rig = new ServerRig();
            rig.Rest();
            rig.Store("of alice, bob");
            rig.Run();
            var alice = rig.Alice.Invite(Team);
            rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(2);
            var identity = alice.Identity;
            var bob = rig.Bob.Invite(identity);
            rig.Advance(milliseconds / 1000.0);
            rig.Store(null);
            rig.Advance(0.1);
            Assert.True(bob.Status == 404 || (bob is { Status: 200, Byes: 1 }), $"{milliseconds} ms: {bob.Status}, {bob.Byes} BYE");
            Assert.Equal(1, alice.Byes);
            rig.Sim.Network.Latency = TimeSpan.Zero;
            Assert.Equal(404, rig.Bob.Invite(identity).Status);
            Assert.Equal(404, rig.Bob.Invite(Team).Status);
            rig.AssertAtRest();
        }
    }

    [Fact]
    public void IMS_RPOL_2a_a_document_that_changes_while_a_join_is_under_way_counts_before_or_after_it()
    {
        foreach (var milliseconds in (int[])[0, 1, 2, 3, 4, 6])
        {
            using var rig = new ServerRig();
            rig.Rest();
            rig.Store("of alice, bob");
            rig.Run();
            var alice = rig.Alice.Invite(Team);
            rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(2);
            var bob = rig.Bob.Invite(Team);
            rig.Advance(milliseconds / 1000.0);
            rig.Store("of alice");
            rig.Advance(0.1);
            Assert.True(bob.Status == 403 || (bob is { Status: 200, Byes: 1 }), $"{milliseconds} ms: {bob.Status}, {bob.Byes} BYE");
            rig.Sim.Network.Latency = TimeSpan.Zero;
            alice.Bye();
            rig.AssertAtRest();
        }
    }

    [Fact]
    public void A_stranger_who_calls_a_group_again_and_again_does_not_fill_the_mailbox_of_its_session()
    {
        using var rig = new ServerRig(static options =>
        {
            options.Limits.TransactionsPerOwner = 8;
            options.Sip.TrustedPeers[0] = "10.0.1.0/24";
        });
        rig.Rest();
        rig.Store("of alice, bob");
        rig.Run();
        var alice = rig.Alice.Invite(Team);
        var stranger = new Phone(rig, "mallory", "10.0.9.9", Transport.Udp) { IsPolite = false };
        for (var i = 0; i < 50; i++) stranger.Invite(Team);
        Assert.Equal(200, rig.Bob.Invite(Team).Status);
        alice.Bye();
        rig.Bob.LastCall.Bye();
        rig.AssertAtRest();
    }

    [Fact]
    public void IMS_GEN_10_the_kinds_of_request_uri_are_told_apart()
    {
        using var rig = new ServerRig(static options => options.Sip.Exploder = "sip:explode@example.com");
        rig.Rest();
        rig.Store("of alice, bob");
        rig.Run();
        var identity = rig.Alice.Invite(Team).Identity;
        (string Uri, RequestKind Kind)[] kinds =
        [
            ("sip:bob@example.com", RequestKind.User), ("SIP:nobody@EXAMPLE.com", RequestKind.User), ("sip:bob@elsewhere.example", RequestKind.Unknown),
            ("sip:conference-factory@example.com", RequestKind.Factory), ("sip:conference-factory@EXAMPLE.com;transport=tcp", RequestKind.Factory),
            ("sip:explode@example.com", RequestKind.Exploder), (Team, RequestKind.Group), ("SIP:te%61m@GROUPS.example.com;transport=udp", RequestKind.Group),
            ("sip:Team@groups.example.com", RequestKind.Unknown), ("sip:other@groups.example.com", RequestKind.Unknown),
            (identity, RequestKind.SessionIdentity), ("sip:sess-aaaaaaaaaaaaaaaa@10.0.0.1", RequestKind.Unknown), ("sip:example.com", RequestKind.Server),
        ];
        foreach (var (text, kind) in kinds)
        {
            Assert.True(SipUri.TryParse(Text.Of(text), out var uri));
            Assert.Equal((text, kind), (text, RequestKinds.Of(rig.Server.Node, uri)));
        }
    }

    [Fact]
    public void A_document_of_more_members_than_a_group_may_have_makes_no_group_and_ends_the_one_that_was()
    {
        using var rig = new ServerRig(static options => options.Limits.GroupMembers = 3);
        rig.Rest();
        rig.Store("of alice, bob, carol");
        rig.Run();
        var alice = rig.Alice.Invite(Team);
        Assert.Equal(200, alice.Status);
        rig.Store("of alice, bob, carol, dave");
        rig.Run();
        Assert.Equal(1, alice.Byes);
        Assert.Equal(404, rig.Alice.Invite(Team).Status);
        rig.AssertAtRest();
    }

    [Fact]
    public void A_document_takes_no_users_place()
    {
        using var rig = new ServerRig();
        rig.Rest();
        var documents = rig.Server.Node.Documents;
        var id = new Confab.Server.Xdm.DocumentId(Confab.Server.Xdm.Usages.GroupsUsage.Id, "sip:carol@example.com", "trap.xml");
        var trap = System.Text.Encoding.UTF8.GetBytes(Confab.Sim.Flows.GroupText.Write("team", "of carol | everybody may join")!.Replace(Team, "sip:bob@example.com", StringComparison.Ordinal));
        documents.Change(id, _ => documents.NewVersion(id, trap, ["sip:bob@example.com"]), static _ => { });
        rig.Run();
        Assert.NotNull(rig.Server.Node.Groups.Find("sip:bob@example.com"));
        rig.Alice.Invite(rig.Bob.Address);
        Assert.False(rig.Bob.LastCall.IsCaller); // he is called, as ever
    }
}
