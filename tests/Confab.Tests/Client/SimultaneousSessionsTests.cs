using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>How many sessions a user has at one time (6.2.7).</summary>
public sealed class SimultaneousSessionsTests
{
    static Scene With(int sessions) => new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxSimultaneousSessions = sessions }).Registered();

    [Fact]
    public void IMC_SIM_2_and_TERM_1a_who_has_a_session_and_takes_no_second_is_busy_and_goes_on_with_the_first()
    {
        using var scene = With(1);
        var session = scene.Called(out var invite);
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 486 ");
        Assert.Empty(scene.Events()); // the user is not bothered
        Assert.Equal(ImSessionState.Established, session.State);
        _ = session.SendAsync("Still here");
        var send = scene.Peer.Msrp!.Expect();
        Assert.Contains("Still here", send, StringComparison.Ordinal);
        Assert.Contains(invite.Sdp("path")!.Split('/')[^1], send, StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_SIM_1_as_many_as_the_configuration_says_and_one_that_rings_counts()
    {
        using var scene = With(2);
        scene.Called(out _);
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 180 ");
        scene.Invite(branch: "z9hG4bKinvite2", callId: "invitation-2");
        scene.Peer.Expect("SIP/2.0 486 ");
    }

    [Fact]
    public void IMC_SIM_1_a_session_of_ones_own_beyond_it_is_not_sent()
    {
        using var scene = With(1);
        scene.Called(out _);
        foreach (var outcome in new[] { scene.Client.CallAsync("sip:bob@example.com"), scene.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.com"]) })
        {
            scene.World.Run();
            Assert.Equal((SessionFailure.TooManySessions, "There is a session already; leave one first."), (outcome.Result().Failure, outcome.Result().Text));
        }

        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_SIM_2_who_leaves_can_take_the_next_at_once()
    {
        using var scene = With(1);
        var session = scene.Called(out _);
        _ = session.LeaveAsync();
        scene.Peer.Expect("BYE"); // not answered yet
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 180 ");
    }

    [Fact]
    public void IMC_SIM_1_coming_back_to_the_session_that_stands_is_no_second_one()
    {
        using var scene = With(1);
        var session = scene.Called(out _);
        _ = scene.Client.RejoinAsync(session.Identity!);
        scene.Peer.Expect("INVITE sip:one-5c1d@");
    }

    [Fact]
    public void IMC_SIM_4_each_has_its_own_dialog_MSRP_session_and_identity_over_one_connection()
    {
        using var scene = With(2);
        var first = scene.Called(out var firstInvite);
        var calling = scene.Client.CallAsync("sip:carol@example.com");
        var secondInvite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(secondInvite, 200, "Contact: <sip:two-77aa@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im", ScriptedPeer.Sdp(), tag: "caroltag");
        scene.Peer.Expect("ACK");
        scene.World.Run();
        var second = calling.Result().Session!;
        Assert.NotEqual(firstInvite["Call-ID"], secondInvite["Call-ID"]);
        Assert.NotEqual(firstInvite.Tag("From"), secondInvite.Tag("From"));
        Assert.NotEqual(first.Identity, second.Identity);
        Assert.NotEqual(firstInvite.Sdp("path"), secondInvite.Sdp("path"));
        scene.Events();

        // What comes for the one is not told of the other.
        scene.Peer.Msrp!.SendMessage(
            secondInvite.Sdp("path")!, "msrp://198.51.100.5:2855/peersession;tcp", "From: <sip:carol@example.com>\nTo: <sip:alice@example.com>\n\nContent-Type: text/plain\n\nfor the second");
        Assert.Same(second, Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).Session);
    }
}
