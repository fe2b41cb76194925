using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.12, 7.1.1.13, 7.1.2.3: leaving, and the session's release.</summary>
public sealed class LeaveSessionTests
{
    [Fact]
    public void IMC_LEAVE_1_to_4_leaving_sends_one_bye_to_the_session_identity_in_the_dialog()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        var leaving = session.LeaveAsync();
        var bye = scene.Peer.Expect($"BYE {session.Identity} SIP/2.0");
        Assert.Equal(invite["Call-ID"], bye["Call-ID"]);
        Assert.Equal(invite["From"], bye["From"]);
        Assert.Equal("<sip:bob@example.com>;tag=bobtag", bye["To"]);
        Assert.Equal("2 BYE", bye["CSeq"]);
        Assert.Null(bye["Privacy"]);
        Assert.StartsWith("IM-client/OMA1.0", bye["User-Agent"], StringComparison.Ordinal);
        Assert.False(leaving.IsCompleted);
        scene.Peer.ExpectSilence();
        scene.Peer.Answer(bye, 200);
        Assert.True(leaving.Result());
        var ended = Assert.IsType<Ended>(Assert.Single(scene.Events()));
        Assert.Equal(SessionEnd.Left, ended.Reason);
    }

    [Fact]
    public void IMC_LEAVE_2_the_bye_follows_the_route_set()
    {
        using var scene = new Scene();
        var session = scene.Called(out _, """
            Contact: <sip:one@203.0.113.77;transport=tcp>
            Record-Route: <sip:198.51.100.5:5060;transport=tcp;lr>, <sip:inner@203.0.113.5;lr>
            """);
        _ = session.LeaveAsync();
        var bye = scene.Peer.Expect("BYE sip:one@203.0.113.77;transport=tcp SIP/2.0");
        Assert.Equal(["<sip:inner@203.0.113.5;lr>", "<sip:198.51.100.5:5060;transport=tcp;lr>"], bye.All("Route"));
    }

    [Fact]
    public void IMC_LEAVE_3_the_bye_of_an_anonymous_session_has_privacy_id()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com", anonymous: true);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        _ = calling.Result().Session!.LeaveAsync();
        var bye = scene.Peer.Expect("BYE");
        Assert.Equal("id", bye["Privacy"]);
        Assert.DoesNotContain("alice", bye.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_LEAVE_200_no_send_follows_the_bye_and_the_connection_is_closed_by_its_200()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        _ = session.LeaveAsync();
        var bye = scene.Peer.Expect("BYE");
        var sending = session.SendAsync("too late");
        scene.Peer.Msrp!.ExpectSilence();
        Assert.False(sending.Result().IsSent);
        Assert.True(scene.Peer.Msrp.IsOpen);
        scene.Peer.Answer(bye, 200);
        Assert.False(scene.Peer.Msrp.IsOpen);
        scene.Peer.Msrp.ExpectSilence();
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    [InlineData(500)]
    public void IMC_LEAVE_ERR_any_answer_to_the_bye_counts_as_left(int status)
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var leaving = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), status);
        Assert.True(leaving.Result());
        Assert.Equal(SessionEnd.Left, Assert.IsType<Ended>(scene.NextEvent()).Reason);
        Assert.False(scene.Peer.Msrp!.IsOpen);
    }

    [Fact]
    public void IMC_LEAVE_ERR_no_answer_at_all_counts_as_left_after_32_seconds()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var leaving = session.LeaveAsync();
        scene.World.Advance(TimeSpan.FromSeconds(31.9));
        Assert.False(leaving.IsCompleted);
        scene.World.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(leaving.Result());
        Assert.False(scene.Peer.Msrp!.IsOpen);
    }

    [Fact]
    public void Leaving_twice_is_leaving_once()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var first = session.LeaveAsync();
        var second = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        scene.Peer.ExpectSilence();
        Assert.True(first.Result() && second.Result());
        var third = session.LeaveAsync();
        scene.World.Run();
        Assert.True(third.Result());
    }

    [Theory]
    [InlineData("SIP;cause=200;text=\"Removed from session\"", SessionEnd.Removed, "Removed from session")]
    [InlineData("SIP;cause=200;text=\"Joined from elsewhere\"", SessionEnd.Moved, "Joined from elsewhere")]
    [InlineData("SIP;cause=200;text=\"Session released\"", SessionEnd.Released, "Session released")]
    [InlineData("SIP ;cause=200 ;text=\"Whatever \\\"else\\\"\"", SessionEnd.Released, "Whatever \"else\"")]
    [InlineData("Q.850;cause=16, SIP;text=\"Removed from session\"", SessionEnd.Removed, "Removed from session")]
    [InlineData("garbage", SessionEnd.Released, "")]
    [InlineData(null, SessionEnd.Released, "")]
    public void IMC_REL_1_2_and_CAUSE_a_bye_is_answered_200_the_media_are_closed_and_the_reason_is_told(string? reason, SessionEnd expected, string text)
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        var bye = scene.Peer.Request(
            "BYE",
            "sip:alice@192.0.2.11",
            $"From: <sip:bob@example.com>;tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE" + (reason is null ? "" : $"\nReason: {reason}"));
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(bye["CSeq"], answer["CSeq"]);
        Assert.StartsWith("IM-client/OMA1.0", answer["Server"], StringComparison.Ordinal);
        var ended = Assert.IsType<Ended>(Assert.Single(scene.Events()));
        Assert.Equal((expected, text), (ended.Reason, ended.Text));
        Assert.Equal(text.Length > 0 ? text : null, session.ReleaseReason is "" ? null : session.ReleaseReason);
        Assert.False(scene.Peer.Msrp!.IsOpen); // IMC-REL-2b
        var sending = session.SendAsync("too late");
        scene.World.Run();
        Assert.False(sending.Result().IsSent);
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_REL_1_a_bye_of_an_unknown_dialog_is_481()
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=other\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE");
        scene.Peer.Expect("SIP/2.0 481 ");
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", "From: <sip:bob@example.com>;tag=other\nTo: <sip:alice@example.com>\nCall-ID: x\nCSeq: 9 BYE");
        scene.Peer.Expect("SIP/2.0 481 ");
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void When_both_leave_at_once_both_byes_are_answered_and_it_ended_once()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        var leaving = session.LeaveAsync();
        var ours = scene.Peer.Expect("BYE");
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE");
        scene.Peer.Expect("SIP/2.0 200 ");
        scene.Peer.Answer(ours, 481);
        Assert.True(leaving.Result());
        Assert.Single(scene.Events().OfType<Ended>());
    }

    [Fact]
    public void IMC_REL_2_a_late_send_to_the_released_session_is_481()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MsrpListener = new(System.Net.IPAddress.Any, 7654) });
        var session = scene.Called(out var invite);
        var path = invite.Sdp("path")!;
        _ = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        ScriptedMsrp? late = null;
        scene.World.Network.Host(System.Net.IPAddress.Parse(ScriptedPeer.Host)).Connect(
            new(System.Net.IPAddress.Parse("192.0.2.11"), 7654), Transport.Tcp, flow => late = new ScriptedMsrp(scene.World, flow), _ => { });
        scene.World.Run();
        late!.SendMessage(path, "msrp://198.51.100.5:2855/peersession;tcp", "hello", "text/plain");
        Assert.Contains(" 481 ", late.Expect(), StringComparison.Ordinal);
    }
}
