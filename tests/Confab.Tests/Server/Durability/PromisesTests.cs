using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Durability;

/// <summary>What an answer promises is stored before it (D-15): what happens while the store works, when it fails, and when it has too much to do.</summary>
public sealed class PromisesTests
{
    [Fact]
    public void IMS_FCTY_7_the_200_of_a_group_comes_after_the_commit_that_has_all_of_it()
    {
        using var rig = new ServerRig();
        var (alice, bob) = (rig.Alice, rig.Bob);
        var answered = new List<int>();
        Call? call = null;
        rig.Store.Committing = _ => answered.Add(call?.Status ?? 0);
        call = alice.InviteGroup(bob.Address, rig.Carol.Address);
        Assert.All(answered, static status => Assert.Equal(0, status));
        Assert.Equal(200, call.Status);
        var (session, members) = Assert.Single(rig.Disk.Sessions.Load());
        Assert.Equal(("AdHoc", alice.Address, 100, 1, true), (session.Kind, session.Originator, session.Rules.MostParticipants, session.Rules.RemainingParticipants, session.Rules.EndsWithOriginator));
        Assert.Equal([(alice.Address, "Connected"), (bob.Address, "Invited"), (rig.Carol.Address, "Invited")], members.Select(static m => (m.Address, m.Status)));
        bob.LastCall.Respond(200);
        rig.Carol.LastCall.Respond(486);
        Assert.Equal(["Connected", "Connected", "Disconnected"], Stored(rig).Select(static m => m.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_that_cannot_be_stored_is_refused_500_and_there_is_nothing_of_it(bool isGroup)
    {
        using var rig = new ServerRig();
        rig.Rest();
        rig.Store.Fails = static _ => true;
        var call = isGroup ? rig.Alice.InviteGroup(rig.Bob.Address) : rig.Alice.Invite(rig.Bob.Address);
        if (!isGroup) rig.Bob.LastCall.Respond(200);
        Assert.Equal(500, call.Status);
        if (isGroup) Assert.Empty(rig.Bob.Calls);
        else Assert.Equal(1, rig.Bob.LastCall.Byes);
        Assert.Equal(0, rig.Server.Node.Router.SessionCount);
        rig.Store.Fails = null;
        rig.Advance(10); // the removal of what was never stored is tried again
        Assert.Empty(rig.Disk.Sessions.Load());
        Forgive(rig);
        rig.AssertAtRest();
    }

    [Fact]
    public void IMS_REJOIN_8_one_whose_return_cannot_be_stored_is_refused_500_and_all_is_as_before()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        rig.Store.Fails = static _ => true;
        Assert.Equal(500, rig.Bob.Invite(alice.Identity).Status);
        Assert.Equal([rig.Alice.Address, rig.Carol.Address], Session(rig).Participants.Select(static p => p.Address));
        rig.Store.Fails = null;
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
        Assert.Equal("Connected", Stored(rig)[1].Status);
        Forgive(rig);
    }

    [Theory]
    [InlineData("<sip:dave@example.com>")]
    [InlineData("<sip:bob@example.com;method=BYE>")]
    public void IMS_ADD_6_IMS_RBYE_2a1_a_REFER_that_cannot_be_stored_is_refused_500_and_changes_nothing(string target)
    {
        using var rig = new ServerRig();
        var dave = rig.Phone("dave");
        var (alice, bob, _) = rig.Group();
        rig.Store.Fails = static _ => true;
        Assert.Equal(500, Refer(rig, alice, target));
        Assert.Empty(dave.Calls);
        Assert.Equal(0, bob.Byes);
        Assert.Equal(3, Session(rig).Participants.Count);
        rig.Store.Fails = null;
        rig.Advance(10);
        Assert.Equal(3, Stored(rig).Count);
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status); // not expelled
        Assert.Equal(403, dave.Invite(alice.Identity).Status); // nor invited
        Forgive(rig);
    }

    [Fact]
    public void IMS_GEN_1_where_the_store_has_too_much_to_do_503_says_when_to_come_again()
    {
        using var rig = new ServerRig();
        var dave = rig.Phone("dave");
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        rig.Run();
        using var full = Full(rig);
        var rejoin = rig.Bob.Invite(alice.Identity);
        Assert.Equal(503, rejoin.Status);
        Assert.True(rejoin.Answer!.TryGet(HeaderName.RetryAfter, out var seconds));
        Assert.Equal("5", seconds.ToString());
        Assert.Equal(503, Refer(rig, alice, "<sip:dave@example.com>"));
        Assert.Empty(dave.Calls);
        Assert.Equal(503, rig.Bob.InviteGroup(dave.Address).Status);
        full.Dispose();
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void A_caller_who_cancels_while_his_session_is_stored_has_487_and_nobody_is_invited()
    {
        using var rig = new ServerRig();
        rig.Rest();
        var call = WhileStored(rig, () => rig.Alice.InviteGroup(rig.Bob.Address), static c => c.Cancel());
        Assert.Equal(487, call.Status);
        Assert.Empty(rig.Bob.Calls);
        Assert.Empty(rig.Disk.Sessions.Load());
        rig.AssertAtRest();
    }

    [Fact]
    public void One_who_cancels_while_his_return_is_stored_is_not_in_and_the_session_goes_on()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        var rejoin = WhileStored(rig, () => rig.Bob.Invite(alice.Identity), static c => c.Cancel());
        Assert.Equal(487, rejoin.Status);
        Assert.Equal(2, Session(rig).Participants.Count);
        Assert.Equal("Disconnected", Stored(rig)[1].Status);
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void One_whose_return_is_stored_while_the_session_is_released_hears_404()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        rig.Rest();
        bob.Bye();
        var rejoin = WhileStored(rig, () => rig.Bob.Invite(alice.Identity), _ => alice.Bye());
        Assert.Equal(404, rejoin.Status);
        Assert.Empty(rig.Disk.Sessions.Load());
        Assert.Equal(0, rig.Server.Node.Router.SessionCount);
    }

    [Fact]
    public void The_originator_who_leaves_by_his_old_leg_while_his_new_one_is_stored_is_still_there()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        var again = WhileStored(rig, () => rig.Alice.Invite(alice.Identity), _ => alice.Bye());
        Assert.Equal(200, again.Status);
        Assert.Equal(0, bob.Byes);
        Assert.Equal("Connected", Stored(rig)[0].Status);
    }

    [Fact]
    public void One_who_is_removed_while_his_return_is_stored_is_in_and_out_again()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        var rejoin = WhileStored(rig, () => rig.Bob.Invite(alice.Identity), _ => Refer(rig, alice, "<sip:bob@example.com;method=BYE>"));
        Assert.Equal((200, 1), (rejoin.Status, rejoin.Byes));
        Assert.True(Stored(rig)[1].IsExpelled);
        Assert.Equal(403, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void One_who_leaves_and_comes_back_while_his_removal_is_stored_is_removed()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        Call? back = null;
        WhileStored(rig, () =>
        {
            Refer(rig, alice, "<sip:bob@example.com;method=BYE>");
            return alice;
        }, _ =>
        {
            bob.Bye();
            back = rig.Bob.Invite(alice.Identity);
        });
        Assert.Equal(403, back!.Status);
        Assert.True(Stored(rig)[1].IsExpelled);
        Assert.Equal("Disconnected", Stored(rig)[1].Status);
        Assert.DoesNotContain(Session(rig).Participants, p => p.Address == rig.Bob.Address);
    }

    [Fact]
    public void A_callee_who_leaves_while_the_session_is_stored_leaves_nobody_behind()
    {
        using var rig = new ServerRig();
        rig.Rest();
        var call = rig.Alice.Invite(rig.Bob.Address);
        WhileStored(rig, () =>
        {
            rig.Bob.LastCall.Respond(200);
            return rig.Bob.LastCall;
        }, static c => c.Bye());
        Assert.Equal(480, call.Status);
        Assert.Empty(rig.Disk.Sessions.Load());
        rig.AssertAtRest();
    }

    [Fact]
    public void RFC_3261_17_2_1_a_slow_store_is_covered_by_100()
    {
        using var rig = new ServerRig();
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        var rejoin = WhileStored(rig, () => rig.Bob.Invite(alice.Identity), _ => rig.Advance(0.199));
        Assert.Empty(rejoin.Provisional);
        rejoin.Bye();
        rejoin = WhileStored(rig, () => rig.Bob.Invite(alice.Identity), _ => rig.Advance(0.2));
        Assert.Equal([100], rejoin.Provisional);
        Assert.Equal(200, rejoin.Status);
    }

    [Fact]
    public void Messages_do_not_touch_the_store()
    {
        using var rig = new ServerRig();
        var (alice, bob, carol) = rig.Group();
        rig.Run();
        var commits = rig.Store.Commits;
        for (var i = 0; i < 50; i++)
        {
            alice.Media.Say($"message {i}");
            bob.Media.Chunk($"chunked{i}", 1, "*", bob.Media.Cpim("in parts "), '+');
        }

        Assert.Contains("message 49", carol.Media.Text, StringComparison.Ordinal);
        Assert.Equal(commits, rig.Store.Commits);
    }

    [Fact]
    public void What_no_answer_promises_is_written_when_the_disk_has_room_again()
    {
        using var rig = new ServerRig();
        var (_, bob, _) = rig.Group();
        rig.Run();
        rig.Store.Fails = static _ => true;
        bob.Bye();
        rig.Advance(12);
        Assert.Equal("Connected", Stored(rig)[1].Status);
        rig.Store.Fails = null;
        rig.Advance(5);
        Assert.Equal(("Disconnected", "Departed"), (Stored(rig)[1].Status, Stored(rig)[1].Left!.Method));
        Forgive(rig);
    }

    private static IReadOnlyList<Confab.Server.Ports.StoredMember> Stored(ServerRig rig) => Assert.Single(rig.Disk.Sessions.Load()).Members;

    private static Focus Session(ServerRig rig) => Assert.Single(rig.Server.Node.Router.Sessions);

    /// <summary>Sends a REFER in the call's dialog, and gives its status.</summary>
    private static int Refer(ServerRig rig, Call call, string target)
    {
        var before = call.Phone.Heard.Count;
        call.InDialog("REFER", more: $"Contact: {call.Phone.Contact}\r\nRefer-To: {target}\r\nRefer-Sub: false\r\nSupported: norefersub\r\n");
        rig.Run();
        return call.Phone.Heard.Skip(before).OfType<SipResponse>().LastOrDefault(static r => r.CSeq.Method == SipMethod.Refer)?.Status ?? 0;
    }

    /// <summary>Does the first thing, and the second while the store has not yet written what the first asks for.</summary>
    private static Call WhileStored(ServerRig rig, Func<Call> first, Action<Call> second)
    {
        rig.Lane.Hold();
        var call = first();
        second(call);
        rig.Lane.Release();
        rig.Run();
        return call;
    }

    /// <summary>That a full disk is logged is wanted here.</summary>
    private static void Forgive(ServerRig rig) => rig.Sim.Log.ForgetErrors();

    private static Filling Full(ServerRig rig) => new(rig);

    private sealed class Filling : IDisposable
    {
        private readonly ServerRig _rig;

        public Filling(ServerRig rig)
        {
            _rig = rig;
            rig.Lane.Hold();
            var mailbox = new Mailbox(rig.World);
            for (var i = 0; i < rig.World.Limits.StoreLaneRequests; i++) rig.Server.Node.Lane.Write(mailbox, static () => { }, static _ => { });
        }

        public void Dispose()
        {
            _rig.Lane.Release();
            _rig.Run();
        }
    }
}
