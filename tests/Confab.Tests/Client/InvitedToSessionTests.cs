using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.2.1 and 7.1.2.2: being invited.</summary>
public sealed class InvitedToSessionTests
{
    static string Multipart(string entries) => $"""
        --bnd
        Content-Type: application/sdp

        {ScriptedPeer.Sdp("actpass")}
        --bnd
        Content-Type: application/resource-lists+xml
        Content-Disposition: recipient-list-history; handling=optional

        <?xml version="1.0" encoding="UTF-8"?>
        <resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>{entries}</list></resource-lists>
        --bnd--

        """.ReplaceLineEndings("\r\n");

    [Fact]
    public void An_invitation_without_a_Contact_is_refused_and_the_user_hears_nothing_of_it()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request(
            "INVITE",
            "sip:alice@192.0.2.11",
            "From: <sip:bob@example.com>;tag=inviter\nTo: <sip:alice@example.com>\nCall-ID: bare-1\nCSeq: 1 INVITE\nContent-Type: application/sdp",
            ScriptedPeer.Sdp("actpass"));
        scene.Peer.Expect("SIP/2.0 400");
        Assert.Empty(scene.Events());
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_INV_RING_and_TERM_R1_to_R4_the_180_says_who_we_are()
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite();
        var ringing = scene.Peer.Expect("SIP/2.0 180 ");
        Assert.Equal(invite["Via"]!.Split(';')[1], ringing["Via"]!.Split(';')[1]);
        Assert.Equal((invite["From"], invite["Call-ID"], invite["CSeq"]), (ringing["From"], ringing["Call-ID"], ringing["CSeq"]));
        Assert.NotEqual("", ringing.Tag("To"));
        Assert.StartsWith("IM-client/OMA1.0 Confab/", ringing["Server"], StringComparison.Ordinal);
        Assert.Null(ringing["User-Agent"]);
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE", ringing["Allow"]);
        Assert.Equal("<sip:alice@example.com>", ringing["P-Preferred-Identity"]);
        Assert.Matches(@"^<sip:alice@192\.0\.2\.11:\d+;transport=tcp>;\+g\.oma\.sip-im$", ringing["Contact"]);
    }

    [Fact]
    public void IMC_INV_RING_without_it_a_100_without_server_and_tag_is_sent()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, Ring = false }).Registered();
        scene.Invite();
        var trying = scene.Peer.Expect("SIP/2.0 100 ");
        Assert.Null(trying["Server"]);
        Assert.Equal("", trying.Tag("To"));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_TERM_3_and_4_the_invitation_tells_who_what_and_where()
    {
        using var scene = new Scene().Registered();
        scene.Invite("<sip:one-5c1d@198.51.100.5:5060>;+g.oma.sip-im;expires=30", "P-Asserted-Identity: \"Bob\" <sip:bob@example.com>\nAllow: INVITE, BYE\nUser-Agent: Other/1");
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        Assert.Equal(("sip:bob@example.com", "Bob"), (session.Peer, session.PeerName));
        Assert.Equal("sip:one-5c1d@198.51.100.5:5060", session.Identity);
        Assert.Equal(["INVITE", "BYE"], session.RemoteAllow);
        Assert.Equal("Other/1", session.PeerRelease);
        Assert.False(session.IsGroup);
        Assert.True(session.IsIncoming);
    }

    [Theory]
    [InlineData("P-Asserted-Identity: <sip:p@example.com>\nReferred-By: <sip:r@example.com>", "sip:p@example.com")]
    [InlineData("Referred-By: <sip:r@example.com>", "sip:r@example.com")]
    [InlineData("User-Agent: x", "sip:bob@example.com")]
    public void The_inviter_is_asserted_or_referred_by_or_in_from(string headers, string inviter)
    {
        using var scene = new Scene().Registered();
        scene.Invite(more: headers);
        Assert.Equal(inviter, Assert.IsType<Invited>(scene.NextEvent()).Session.Peer);
    }

    [Fact]
    public void IMC_INV_LIST_a_group_invitation_lists_its_participants()
    {
        using var scene = new Scene().Registered();
        scene.Invite(
            "<sip:sess@198.51.100.5>;isfocus;+g.oma.sip-im",
            body: Multipart("<entry uri=\"sip:alice@example.com\"/><entry uri=\"sip:carol@example.net\"/>"),
            contentType: "multipart/mixed;boundary=\"bnd\"");
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        Assert.True(session is { IsGroup: true, IsFocus: true });
        Assert.Equal(["sip:alice@example.com", "sip:carol@example.net"], session.Participants);
    }

    [Fact]
    public void IMC_INV_LIST_a_list_that_cannot_be_read_is_no_reason_to_refuse()
    {
        using var scene = new Scene().Registered();
        scene.Invite(body: Multipart("<entry"), contentType: "multipart/mixed;boundary=bnd");
        Assert.Empty(Assert.IsType<Invited>(scene.NextEvent()).Session.Participants);
    }

    [Theory]
    [InlineData("passive", "TCP/MSRP", "image/png", "")]
    [InlineData("passive", "TCP/MSRP", "message/cpim", "image/png")]
    [InlineData("passive", "RTP/AVP", "message/cpim", "text/plain")]
    [InlineData("active", "TCP/MSRP", "message/cpim", "text/plain")]
    [InlineData("", "TCP/MSRP", "message/cpim", "text/plain")]
    public void IMC_INV_0_media_that_cannot_be_used_are_488_with_warning_305_and_nobody_is_alerted(string setup, string protocol, string types, string wrapped)
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite(body: ScriptedPeer.Sdp(setup, types, wrapped, protocol: protocol));
        var refusal = scene.Peer.Expect("SIP/2.0 488 ");
        Assert.Matches("^305 example\\.com \".+\"$", refusal["Warning"]);
        Assert.StartsWith("IM-client/OMA1.0", refusal["Server"], StringComparison.Ordinal);
        Assert.NotEqual("", refusal.Tag("To"));
        Assert.Empty(scene.Events());
        scene.Peer.Request("ACK", "sip:alice@192.0.2.11", $"From: {invite["From"]}\nTo: {refusal["To"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 1 ACK", branch: invite.Branch);
        scene.World.Advance(TimeSpan.FromMinutes(1));
        scene.Peer.ExpectSilence();
    }

    [Theory]
    [InlineData("text/plain", "hello")]
    [InlineData("application/sdp", "")]
    [InlineData("application/sdp", "v=1\r\n")]
    [InlineData("multipart/mixed", "--x\r\n")]
    public void IMC_INV_0_a_body_without_an_offer_is_488(string type, string body)
    {
        using var scene = new Scene().Registered();
        scene.Invite(body: body, contentType: type);
        scene.Peer.Expect("SIP/2.0 488 ");
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void IMC_INV_3_3a_3b_4_and_D2_accepting_sends_the_200_with_the_answer_and_the_ack_starts_the_media()
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite(body: ScriptedPeer.Sdp("actpass", "text/plain message/cpim image/png", "image/png text/plain"));
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        var ringing = scene.Peer.Expect("SIP/2.0 180 ");
        var accepting = session.AcceptAsync();
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(ringing["To"], answer["To"]);
        Assert.StartsWith("IM-client/OMA1.0", answer["Server"], StringComparison.Ordinal);
        Assert.Equal("<sip:alice@example.com>", answer["P-Preferred-Identity"]);
        Assert.Contains("INVITE", answer["Allow"], StringComparison.Ordinal);
        Assert.Equal("application/sdp", answer["Content-Type"]);
        Assert.Contains("\r\nm=message 9 TCP/MSRP *\r\n", answer.Body, StringComparison.Ordinal);
        Assert.StartsWith("msrp://192.0.2.11:9/", answer.Sdp("path"), StringComparison.Ordinal); // IMC-INV-3a
        Assert.Equal("message/cpim text/plain", answer.Sdp("accept-types")); // IMC-INV-3b
        Assert.Equal("text/plain", answer.Sdp("accept-wrapped-types"));
        Assert.Equal("active", answer.Sdp("setup"));
        Assert.False(accepting.IsCompleted);
        Assert.Null(scene.Peer.Msrp);

        scene.InDialog(invite, answer, "ACK", 1);
        Assert.True(accepting.Result().IsEstablished);
        Assert.IsType<Established>(scene.NextEvent());
        Assert.StartsWith("MSRP ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_INV_4_the_200_is_repeated_until_the_ack_and_without_one_the_session_is_ended()
    {
        using var scene = new Scene().Registered();
        scene.Invite();
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        scene.Peer.Expect("SIP/2.0 180 ");
        var accepting = session.AcceptAsync();
        scene.World.Advance(TimeSpan.FromSeconds(33));
        var bye = scene.Peer.Heard.Last();
        Assert.Equal("BYE", bye.Method);
        Assert.True(scene.Peer.Heard.Count(m => m.Status == 200) > 5);
        Assert.Equal(SessionFailure.Unreachable, accepting.Result().Failure);
        scene.Peer.Answer(bye, 200);
        Assert.Equal(SessionEnd.Failed, Assert.IsType<Ended>(Assert.Single(scene.Events())).Reason);
    }

    [Fact] // IMC-INV-D1, IMC-INV-D2, IMC-TERM-N1
    public void IMC_INV_D1_D2_and_IMC_TERM_N1_declining_is_603_and_never_a_200()
    {
        using var scene = new Scene().Registered();
        scene.Invite();
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        scene.Peer.Expect("SIP/2.0 180 ");
        var declining = session.DeclineAsync();
        var refusal = scene.Peer.Expect("SIP/2.0 603 ");
        Assert.StartsWith("IM-client/OMA1.0", refusal["Server"], StringComparison.Ordinal);
        Assert.True(declining.Result());
        var ended = Assert.IsType<Ended>(scene.NextEvent());
        Assert.Equal((SessionEnd.Declined, 603), (ended.Reason, ended.Status));
        var late = session.AcceptAsync();
        scene.World.Run();
        Assert.IsType<InvalidOperationException>(late.Exception!.InnerException);
        scene.Peer.ExpectSilence();
    }

    [Theory]
    [InlineData(486)]
    [InlineData(480)]
    public void IMC_TERM_1c_declining_with_another_code(int status)
    {
        // IMC-TERM-1
        using var scene = new Scene().Registered();
        scene.Invite();
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        scene.Peer.Expect("SIP/2.0 180 ");
        _ = session.DeclineAsync(status);
        scene.Peer.Expect($"SIP/2.0 {status} ");
    }

    [Fact]
    public void IMC_TERM_1b_without_room_for_it_an_invitation_is_480()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxSessions = 1 }).Registered();
        scene.Called(out _);
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 480 ");
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void IMC_INV_AUTO_accepts_at_once()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, AutoAccept = true }).Registered();
        var invite = scene.Invite();
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 1);
        Assert.Equal([typeof(Invited), typeof(Established)], scene.Events().Select(e => e.GetType()));
    }

    [Fact]
    public void A_cancelled_invitation_is_487_and_told()
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite();
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        scene.Peer.Expect("SIP/2.0 180 ");
        scene.Peer.Request("CANCEL", "sip:alice@192.0.2.11", $"From: {invite["From"]}\nTo: {invite["To"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 1 CANCEL", branch: invite.Branch);
        Assert.Equal("CANCEL", scene.Peer.Expect("SIP/2.0 200 ").Method);
        Assert.Equal("INVITE", scene.Peer.Expect("SIP/2.0 487 ").Method);
        Assert.Equal(ImSessionState.Ended, session.State);
        Assert.Equal(487, Assert.IsType<Ended>(scene.NextEvent()).Status);
    }

    [Fact]
    public void A_cancel_that_comes_after_the_200_changes_nothing()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, AutoAccept = true }).Registered();
        var invite = scene.Invite();
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.Peer.Request("CANCEL", "sip:alice@192.0.2.11", $"From: {invite["From"]}\nTo: {invite["To"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 1 CANCEL", branch: invite.Branch);
        scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 1);
        Assert.IsType<Established>(scene.Events()[^1]);
    }

    [Fact]
    public void A_cancel_of_nothing_is_481()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("CANCEL", "sip:alice@192.0.2.11", "From: <sip:b@example.com>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: nothing\nCSeq: 1 CANCEL");
        scene.Peer.Expect("SIP/2.0 481 ");
    }

    [Fact]
    public void An_invitation_that_nobody_answers_is_480_in_the_end()
    {
        using var scene = new Scene().Registered();
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 180 ");
        scene.World.Advance(TimeSpan.FromSeconds(179));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromSeconds(2));
        scene.Peer.Expect("SIP/2.0 480 ");
    }

    [Fact]
    public void IMC_LEAVE_EARLY_a_callee_waits_for_the_ack_before_its_bye()
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite();
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        scene.Peer.Expect("SIP/2.0 180 ");
        _ = session.AcceptAsync();
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        var leaving = session.LeaveAsync();
        scene.Peer.ExpectSilence();
        scene.InDialog(invite, answer, "ACK", 1);
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.True(leaving.Result());
        Assert.Null(scene.Peer.Msrp);
    }

    [Fact]
    public void A_passive_client_waits_for_the_peer_to_connect()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, AutoAccept = true, MsrpListener = new(System.Net.IPAddress.Any, 7654) }).Registered();
        var invite = scene.Invite(body: ScriptedPeer.Sdp("active"));
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("passive", answer.Sdp("setup"));
        Assert.Contains("m=message 7654 ", answer.Body, StringComparison.Ordinal);
        ScriptedMsrp? msrp = null;
        scene.World.Network.Host(System.Net.IPAddress.Parse(ScriptedPeer.Host)).Connect(
            new(System.Net.IPAddress.Parse("192.0.2.11"), 7654), Transport.Tcp, flow => msrp = new ScriptedMsrp(scene.World, flow), _ => { });
        scene.World.Run();
        msrp!.Send($"MSRP bindbind SEND\nTo-Path: {answer.Sdp("path")}\nFrom-Path: msrp://198.51.100.5:2855/peersession;tcp\nMessage-ID: b\nByte-Range: 1-0/0\n-------bindbind$\n");
        Assert.StartsWith("MSRP bindbind 200", msrp.Expect(), StringComparison.Ordinal);
        scene.InDialog(invite, answer, "ACK", 1);
        Assert.IsType<Established>(scene.Events()[^1]);
        scene.World.Advance(TimeSpan.FromMinutes(5));
        Assert.True(msrp.IsOpen);
    }
}
