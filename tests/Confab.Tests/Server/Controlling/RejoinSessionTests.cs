using Confab.Server;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Controlling;

/// <summary>OMA-IM 7.2.1.5: what the flows of that clause cannot bring about; and the roster behind them.</summary>
public sealed class RejoinSessionTests
{
    [Fact]
    public void IMS_REJOIN_ADHOC_a_full_session_is_486_with_the_text_of_the_clause()
    {
        using var rig = Rig(out _);
        var (alice, bob, _) = rig.Group();
        bob.Bye();
        Focus(rig).Rules = Focus(rig).Rules with { MostParticipants = 2 }; // as if another had been added meanwhile
        var rejoin = rig.Bob.Invite(alice.Identity, body: "v=0\r\n"); // full comes before the media
        Assert.Equal(486, rejoin.Status);
        Assert.True(rejoin.Answer!.TryGet(HeaderName.Warning, out var warning));
        Assert.Equal("399 example.com \"Too many participants\"", warning.ToString());
        Assert.Equal(403, rig.Phone("dave").Invite(alice.Identity).Status); // and who may not join comes before full
        Focus(rig).Rules = Focus(rig).Rules with { MostParticipants = 3 };
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void IMS_REJOIN_STALE_the_own_leg_takes_no_room()
    {
        using var rig = Rig(out _);
        var (alice, bob, _) = rig.Group();
        Focus(rig).Rules = Focus(rig).Rules with { MostParticipants = 3 };
        bob.Media.Break();
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
        Assert.Equal(1, bob.Byes);
        Assert.Equal(3, Focus(rig).Participants.Count);
    }

    [Fact]
    public void IMS_REJOIN_ADHOC_invitees_who_may_still_come_take_room()
    {
        using var rig = Rig(out _);
        var alice = rig.Alice.InviteGroup(rig.Bob.Address, rig.Carol.Address);
        rig.Carol.LastCall.Respond(486);
        rig.Bob.LastCall.Respond(180);
        Focus(rig).Rules = Focus(rig).Rules with { MostParticipants = 2 };
        Assert.Equal(486, rig.Carol.Invite(alice.Identity).Status);
        rig.Bob.LastCall.Respond(603);
        Assert.Equal(404, rig.Carol.Invite(alice.Identity).Status); // the last invitation came to nothing: released
    }

    [Fact]
    public void IMS_JPOL_3_who_was_expelled_comes_back_by_a_new_invitation_alone()
    {
        using var rig = Rig(out _);
        var (alice, bob, _) = rig.Group();
        var focus = Focus(rig);
        rig.Bob.IsPolite = false;
        InTurn(rig, focus, () => RemoveParticipant.Run(focus.Present(rig.Bob.Address)!, RemoveParticipant.Removed, DisconnectionMethod.Booted, rig.Alice.Address));
        Assert.Equal(1, bob.Byes);
        Assert.Equal(403, rig.Bob.Invite(alice.Identity).Status); // his BYE has no answer yet
        rig.Advance(33);
        Assert.Equal(DisconnectionMethod.Booted, focus.Roster.Find(rig.Bob.Address)!.Disconnected!.Method);
        rig.Bob.IsPolite = true;
        Assert.Equal(403, rig.Bob.Invite(alice.Identity).Status);

        InTurn(rig, focus, () => InviteParticipant.Run(focus, rig.Bob.Address, null, 70));
        rig.Bob.LastCall.Respond(603);
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void IMS_REJOIN_9_the_roster_shows_him_once_and_how_he_came()
    {
        using var rig = Rig(out _);
        var (alice, bob, _) = rig.Group();
        var focus = Focus(rig);
        Assert.Equal(JoiningMethod.DialedOut, focus.Roster.Find(rig.Bob.Address)!.Joined!.Method);
        var told = new List<(string Address, EndpointStatus Status)>();
        focus.Roster.Changed = attendee => told.Add((attendee.Address, attendee.Status));
        bob.Media.Break();
        rig.Bob.Invite(alice.Identity);
        Assert.Equal([(rig.Bob.Address, EndpointStatus.Connected)], told);
        Assert.Equal(JoiningMethod.DialedIn, focus.Roster.Find(rig.Bob.Address)!.Joined!.Method);
        Assert.Equal(3, focus.Roster.Attendees.Count);
        rig.Bob.LastCall.Bye();
        Assert.Equal((rig.Bob.Address, EndpointStatus.Disconnected), told[^1]);
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void IMS_REJOIN_STALE_a_pending_invitation_that_ends_is_no_news_of_who_came_by_himself()
    {
        using var rig = Rig(out _);
        var alice = rig.Alice.InviteGroup(rig.Bob.Address);
        var ringing = rig.Bob.LastCall;
        ringing.Respond(180);
        var bob = rig.Bob.Invite(alice.Identity);
        Assert.Equal(200, bob.Status);
        Assert.True(ringing.Cancelled);
        alice.Media.Bind();
        bob.Media.Bind();
        rig.Advance(60);
        var focus = Focus(rig);
        Assert.Equal(2, focus.Participants.Count);
        Assert.Equal(EndpointStatus.Connected, focus.Roster.Find(rig.Bob.Address)!.Status);
        Assert.False(focus.IsReleased);
    }

    [Fact]
    public void Who_comes_in_again_and_again_is_told_to_wait_until_his_older_legs_are_gone()
    {
        using var rig = Rig(out _);
        var (alice, _, _) = rig.Group();
        rig.Bob.IsPolite = false; // no ACK, no answer to a BYE
        for (var i = 0; i < rig.World.Limits.LeavingLegsPerUser; i++) Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
        var refused = rig.Bob.Invite(alice.Identity);
        Assert.Equal(503, refused.Status);
        Assert.True(refused.Answer!.TryGet(HeaderName.RetryAfter, out _));
        Assert.NotNull(Focus(rig).Present(rig.Bob.Address));
        rig.Advance(70);
        rig.Bob.IsPolite = true;
        Assert.Equal(200, rig.Bob.Invite(alice.Identity).Status);
    }

    [Fact]
    public void IMS_BYE_1_to_3_the_roster_hears_of_a_leaver_after_the_release_that_he_caused()
    {
        using var rig = Rig(out _);
        var (alice, bob, carol) = rig.Group();
        var focus = Focus(rig);
        var order = new List<string>();
        focus.Roster.Changed = attendee => order.Add($"{attendee.Address} {bob.Byes + carol.Byes}");
        alice.Bye();
        Assert.Equal(200, alice.ByeStatus);
        Assert.Contains(order, static line => line.StartsWith("sip:alice@", StringComparison.Ordinal));
        Assert.Equal((1, 1), (bob.Byes, carol.Byes));
        Assert.All(focus.Roster.Attendees, static a => Assert.Equal(DisconnectionMethod.Departed, a.Disconnected!.Method));
        Assert.All(focus.Roster.Attendees, static a => Assert.False(a.IsExpelled));
    }

    private static ServerRig Rig(out ServerOptions options)
    {
        ServerOptions? set = null;
        var rig = new ServerRig(o => set = o);
        options = set!;
        return rig;
    }

    private static Focus Focus(ServerRig rig) => Assert.Single(rig.Server.Node.Router.Sessions);

    private static void InTurn(ServerRig rig, Focus focus, Action action)
    {
        focus.Owner.Mailbox.Post(action);
        rig.Run();
    }
}
