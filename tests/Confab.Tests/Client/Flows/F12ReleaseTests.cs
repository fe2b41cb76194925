using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F12: the server releases the session, or removes her after a change of the rules; what she sees is the same in each case of the table.</summary>
public sealed class F12ReleaseTests
{
    [Fact]
    public void IMC_REL_1_2_2b_and_CAUSE_a_released_participant_frees_all_and_comes_not_back_to_what_is_gone()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        Bye(flow, invite, "Session released");
        Assert.Equal((SessionEnd.Released, "Session released"), flow.Next<Ended>() is var ended ? (ended.Reason, ended.Text) : default);
        Assert.False(flow.Peer.Msrp!.IsOpen);
        notifier.Over("noresource", ConferenceNotifier.Deleted(9));
        flow.Scene.World.Advance(TimeSpan.FromMinutes(2)); // no SUBSCRIBE, nothing
        flow.Peer.ExpectSilence();
        var rejoining = flow.Client.RejoinAsync(session.Identity!);
        flow.Peer.Answer(flow.Sends($"INVITE {ClientFlow.Room}", ClientFlow.Initial), 404);
        flow.Sends("ACK");
        Assert.Equal((SessionFailure.Refused, 404), (rejoining.Result().Failure, rejoining.Result().Status));
        flow.EndsHere();
    }

    [Fact] // case e may come to both at once
    public void IMC_REL_2_the_last_notify_may_overtake_the_bye()
    {
        using var flow = new ClientFlow();
        flow.Hosts(out var invite, out var notifier);
        notifier.Over("noresource", ConferenceNotifier.Deleted(9));
        flow.Scene.World.Advance(TimeSpan.FromSeconds(1));
        flow.Peer.ExpectSilence();
        Bye(flow, invite, "Session released");
        Assert.Equal(SessionEnd.Released, flow.Next<Ended>().Reason);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_INV_RING_a_pending_invitee_hears_that_it_was_taken_back()
    {
        using var flow = new ClientFlow();
        var invite = flow.Invites("", "f12-p");
        var session = flow.Next<Invited>().Session;
        flow.Peer.Request("CANCEL", "sip:alice@192.0.2.11", $"From: {invite["From"]}\nTo: {invite["To"]}\nCall-ID: f12-p\nCSeq: 1 CANCEL", branch: invite.Branch);
        flow.Sends("SIP/2.0 200", "CSeq: 1 CANCEL");
        flow.Sends("SIP/2.0 487", "CSeq: 1 INVITE\nServer: IM-client/OMA1.0 Confab/*");
        Assert.Equal((session, SessionEnd.Failed, 487), flow.Next<Ended>() is var ended ? (ended.Session, ended.Reason, ended.Status) : default);
        flow.EndsHere();
    }

    [Fact] // case 2a
    public void IMC_REL_CAUSE_after_a_change_of_the_rules_she_is_removed_and_rejected()
    {
        using var flow = new ClientFlow();
        flow.Hosts(out var invite, out var notifier);
        Bye(flow, invite, "Removed from session");
        notifier.Over("rejected");
        Assert.Equal(SessionEnd.Removed, flow.Next<Ended>().Reason);
        flow.Scene.World.Advance(TimeSpan.FromMinutes(5));
        flow.EndsHere();
    }

    [Fact] // its negative twin: the rules still allow her
    public void IMC_SUB_3_a_change_that_takes_another_away_is_a_change_of_the_roster()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out var notifier);
        notifier.Partial(1, ("carol@example.net", "disconnected", "booted"));
        Assert.Equal("booted", Assert.Single(flow.Scene.Events().OfType<RosterChanged>().Single().Changed).Disconnection);
        flow.Writes(session, "I may stay", ClientFlow.Room);
        flow.EndsHere();
    }

    static void Bye(ClientFlow flow, WireMessage invite, string reason)
    {
        flow.Peer.Request(
            "BYE",
            "sip:alice@192.0.2.11",
            $"From: <sip:conference-factory@example.com>;tag=s111\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 2 BYE\nReason: SIP;cause=200;text=\"{reason}\"\nUser-Agent: IM-serv/OMA1.0 ExampleAs/1.0");
        flow.Sends("SIP/2.0 200", "CSeq: 2 BYE\nServer: IM-client/OMA1.0 Confab/*");
    }
}
