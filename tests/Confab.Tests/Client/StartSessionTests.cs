using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.2 and 7.1.1.3: starting sessions, and the media that they are offered with.</summary>
public sealed class StartSessionTests
{
    [Fact]
    public void IMC_1TO1_1_a_call_is_an_invite_to_the_address_with_an_msrp_offer()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE sip:bob@example.com SIP/2.0");
        Assert.Equal("application/sdp", invite["Content-Type"]);
        Assert.Null(invite["Require"]);
    }

    [Fact]
    public void IMC_SDP_1_to_6_the_offer_of_a_client_without_a_listener_is_active_on_port_9()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        Assert.Contains("\r\nm=message 9 TCP/MSRP *\r\n", invite.Body, StringComparison.Ordinal);
        Assert.Contains("\r\nc=IN IP4 192.0.2.11\r\n", invite.Body, StringComparison.Ordinal);
        Assert.Matches("^msrp://192\\.0\\.2\\.11:9/[a-z2-7]{16,};tcp$", invite.Sdp("path"));
        Assert.Equal("message/cpim text/plain", invite.Sdp("accept-types"));
        Assert.Equal("text/plain application/im-iscomposing+xml message/imdn+xml", invite.Sdp("accept-wrapped-types"));
        Assert.Equal("active", invite.Sdp("setup"));
        Assert.Equal("10485760", invite.Sdp("max-size"));
    }

    [Fact]
    public void IMC_SDP_5_a_client_with_a_listener_lets_the_other_side_choose()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MsrpListener = new(System.Net.IPAddress.Any, 7654) });
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        Assert.Contains("\r\nm=message 7654 TCP/MSRP *\r\n", invite.Body, StringComparison.Ordinal);
        Assert.StartsWith("msrp://192.0.2.11:7654/", invite.Sdp("path"), StringComparison.Ordinal);
        Assert.Equal("actpass", invite.Sdp("setup"));
        scene.Peer.Answer(invite, 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp("passive"));
        scene.World.Run();
        Assert.StartsWith("MSRP ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_1TO1_2_the_200_gives_identity_and_methods_and_the_media_begin()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite, """
            Contact: "One" <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im;expires=60
            Allow: INVITE, ACK, CANCEL
            Allow: BYE
            Server: IM-serv/OMA1.0 Other/2.1
            """);
        Assert.Equal("sip:one-5c1d@198.51.100.5:5060;transport=tcp", session.Identity);
        Assert.Equal(["INVITE", "ACK", "CANCEL", "BYE"], session.RemoteAllow);
        Assert.Equal("IM-serv/OMA1.0 Other/2.1", session.PeerRelease); // COM-VER-6
        Assert.False(session.IsFocus);
        Assert.False(session.IsGroup);
        Assert.Equal(ImSessionState.Established, session.State);
        var ack = scene.Peer.Heard.Last(m => m.Method == "ACK");
        Assert.Equal("1 ACK", ack["CSeq"]);
        Assert.NotEqual(invite.Branch, ack.Branch);
    }

    [Fact]
    public void IMC_SDP_7_after_the_ack_the_connection_is_opened_and_bound_by_an_empty_send()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        var first = scene.Peer.Msrp!.Expect();
        Assert.Contains(" SEND\r\nTo-Path: msrp://198.51.100.5:2855/peersession;tcp\r\n", first, StringComparison.Ordinal);
        Assert.Equal(invite.Sdp("path"), ScriptedMsrp.Header(first, "From-Path"));
        Assert.DoesNotContain("Content-Type", first, StringComparison.Ordinal);
    }

    [Fact]
    public void COM_VER_6_a_200_that_says_nothing_of_allow_and_server_leaves_them_unknown()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Null(session.RemoteAllow);
        Assert.Null(session.PeerRelease); // COM-VER-6
    }

    [Fact]
    public void IMC_GEN_11_a_302_to_a_focus_is_followed_in_the_same_call()
    {
        using var scene = new Scene();
        var calling = scene.Client.GroupAsync(["sip:bob@example.com"]);
        var first = scene.Peer.Expect("INVITE sip:conference-factory@example.com SIP/2.0");
        scene.Peer.Answer(first, 302, "Contact: <sip:second@198.51.100.5>;isfocus;q=0.2, <sip:room@198.51.100.5>;isfocus;q=0.9, <sip:elsewhere@198.51.100.5>");
        scene.Peer.Expect("ACK sip:conference-factory@example.com");
        var next = scene.Peer.Expect("INVITE sip:room@198.51.100.5 SIP/2.0");
        Assert.Equal(first["Call-ID"], next["Call-ID"]);
        Assert.Equal(first["From"], next["From"]);
        Assert.Equal(first["To"], next["To"]);
        Assert.Equal("2 INVITE", next["CSeq"]);
        Assert.NotEqual(first.Branch, next.Branch);
        Assert.Equal(first.Body, next.Body);
        scene.Peer.Answer(next, 503);
        scene.Peer.Expect("ACK");
        var last = scene.Peer.Expect("INVITE sip:second@198.51.100.5 SIP/2.0");
        scene.Peer.Answer(last, 200, "Contact: <sip:second@198.51.100.5>;isfocus", ScriptedPeer.Sdp(), tag: "roomtag");
        scene.Peer.Expect("ACK sip:second@198.51.100.5");
        Assert.True(calling.Result().IsEstablished);
    }

    [Theory]
    [InlineData("Contact: <sip:room@198.51.100.5>")]
    [InlineData("Contact: <sips:room@198.51.100.5>;isfocus")]
    [InlineData("Contact: <tel:+123>;isfocus")]
    [InlineData("Contact: <sip:bob@example.com>;isfocus")]
    [InlineData("Contact: *")]
    [InlineData("")]
    public void IMC_GEN_11_a_302_to_anything_else_is_a_refusal(string contact)
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 302, contact);
        scene.Peer.Expect("ACK");
        scene.Peer.ExpectSilence();
        Assert.Equal(302, calling.Result().Status);
    }

    [Fact]
    public void IMC_GEN_11_redirections_end_whether_they_lead_in_a_circle_or_ever_on()
    {
        using var scene = new Scene();
        var circle = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE sip:bob@"), 302, "Contact: <sip:a@198.51.100.5>;isfocus");
        scene.Peer.Expect("ACK");
        scene.Peer.Answer(scene.Peer.Expect("INVITE sip:a@"), 302, "Contact: <sip:bob@example.com>;isfocus, <sip:a@198.51.100.5>;isfocus");
        scene.Peer.Expect("ACK");
        Assert.Equal(302, circle.Result().Status);

        var line = scene.Client.CallAsync("sip:bob@example.com");
        for (var i = 0; i <= 5; i++)
        {
            scene.Peer.Answer(scene.Peer.Expect("INVITE"), 302, $"Contact: <sip:t{i}@198.51.100.5>;isfocus");
            scene.Peer.Expect("ACK");
        }

        scene.Peer.ExpectSilence();
        Assert.Equal(302, line.Result().Status);
    }

    [Fact]
    public void IMC_GEN_11_a_call_that_was_given_up_follows_nothing()
    {
        using var scene = new Scene();
        using var patience = new CancellationTokenSource();
        _ = scene.Client.CallAsync("sip:bob@example.com", cancellationToken: patience.Token);
        var invite = scene.Peer.Expect("INVITE");
        patience.Cancel();
        scene.World.Run();
        scene.Peer.Answer(invite, 302, "Contact: <sip:room@198.51.100.5>;isfocus");
        scene.Peer.Expect("ACK");
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void What_asks_for_TLS_is_refused_before_anything_is_sent()
    {
        using var scene = new Scene();
        Assert.Contains("asks for TLS", Assert.Throws<ArgumentException>(() => { _ = scene.Client.CallAsync("sips:bob@example.com"); }).Message, StringComparison.Ordinal);
        Assert.Contains("asks for TLS", ImAddress.Problem("sips:bob@example.com"), StringComparison.Ordinal);
        Assert.Null(ImAddress.Problem("sip:bob@example.com"));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void An_answer_with_a_path_that_asks_for_TLS_is_acknowledged_and_ended()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(
            scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp().Replace("a=path:msrp:", "a=path:msrps:", StringComparison.Ordinal));
        scene.Peer.Expect("ACK");
        scene.Peer.Expect("BYE");
        Assert.Equal(SessionFailure.Media, calling.Result().Failure);
        Assert.Null(scene.Peer.Msrp);
    }

    [Fact]
    public void A_repeated_200_gets_the_same_ack_again()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        var answer = scene.Peer.Answer(invite, 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp(), tag: "bobtag");
        var ack = scene.Peer.Expect("ACK");
        scene.Peer.Send(answer.Text);
        Assert.Equal(ack.Text, scene.Peer.Expect("ACK").Text);
        Assert.Single(scene.Events().OfType<Established>());
    }

    [Theory]
    [InlineData("active", "TCP/MSRP", "message/cpim", "text/plain")]
    [InlineData("passive", "RTP/AVP", "message/cpim", "text/plain")]
    [InlineData("passive", "TCP/TLS/MSRP", "message/cpim", "text/plain")]
    [InlineData("passive", "TCP/MSRP", "image/png", "")]
    [InlineData("passive", "TCP/MSRP", "message/cpim", "image/png")]
    public void An_answer_whose_media_cannot_be_used_is_acknowledged_and_ended(string setup, string protocol, string types, string wrapped)
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(
            scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp(setup, types, wrapped, protocol: protocol));
        scene.Peer.Expect("ACK");
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.Equal(SessionFailure.Media, calling.Result().Failure);
        Assert.DoesNotContain(scene.Events(), e => e is Established);
        Assert.Null(scene.Peer.Msrp);
    }

    [Fact]
    public void An_answer_without_setup_lets_the_offerer_connect()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp(setup: ""));
        scene.World.Run();
        Assert.NotNull(scene.Peer.Msrp);
    }

    [Fact]
    public void IMC_ADHOC_1_and_2_a_group_is_an_invite_to_the_factory_with_offer_and_list()
    {
        using var scene = new Scene();
        _ = scene.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.net"]);
        var invite = scene.Peer.Expect("INVITE sip:conference-factory@example.com SIP/2.0");
        Assert.Equal("<sip:conference-factory@example.com>", invite["To"]);
        Assert.Equal("recipient-list-invite", invite["Require"]);
        Assert.StartsWith("multipart/mixed;boundary=\"", invite["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/sdp\r\n\r\nv=0\r\n", invite.Body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n<?xml", invite.Body, StringComparison.Ordinal);
        Assert.Contains("<entry uri=\"sip:bob@example.com\" cp:copyControl=\"to\"/>", invite.Body, StringComparison.Ordinal); // IMC-ADHOC-6
        Assert.Contains("urn:ietf:params:xml:ns:copycontrol", invite.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_ADHOC_3_the_list_is_flat_has_everybody_once_and_not_oneself()
    {
        using var scene = new Scene();
        _ = scene.Client.GroupAsync(["sip:bob@example.com", "SIP:bob@EXAMPLE.com;transport=tcp", "sip:Bob@example.com", "sip:alice@example.com", "sip:%62ob@example.com"]);
        var invite = scene.Peer.Expect("INVITE");
        Assert.Equal(2, invite.Body.Split("<entry ").Length - 1);
        Assert.Equal(1, invite.Body.Split("<list>").Length - 1);
        Assert.Contains("sip:bob@example.com", invite.Body, StringComparison.Ordinal);
        Assert.Contains("sip:Bob@example.com", invite.Body, StringComparison.Ordinal); // the user part minds its case (COM-AOIA-6)
    }

    [Fact]
    public void XDM_17_the_conference_factory_is_the_one_that_the_client_was_provisioned_with()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, ConferenceFactory = "sip:rooms@im.example.org" });
        _ = scene.Client.GroupAsync(["sip:bob@example.com"]);
        Assert.Equal("<sip:rooms@im.example.org>", scene.Peer.Expect("INVITE sip:rooms@im.example.org SIP/2.0")["To"]);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void IMC_ADHOC_4_max_invitees_are_sent_and_one_more_is_no_packet_and_an_error(int count, bool isSent)
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxAdhocGroupSize = 5 });
        string[] invitees = [.. Enumerable.Range(1, count).Select(i => $"sip:user{i}@example.com"), "sip:user1@example.com", "sip:alice@example.com"];
        var starting = scene.Client.GroupAsync(invitees);
        if (isSent)
        {
            scene.Peer.Expect("INVITE");
            return;
        }

        scene.Peer.ExpectSilence();
        Assert.Null(scene.Peer.Flow);
        var outcome = starting.Result();
        Assert.Equal(SessionFailure.MaxAdhocGroupSizeExceeded, outcome.Failure);
        Assert.Null(outcome.Session);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_group_of_nobody_but_oneself_is_not_sent()
    {
        using var scene = new Scene();
        var starting = scene.Client.GroupAsync(["sip:alice@example.com"]);
        scene.Peer.ExpectSilence();
        Assert.Equal(SessionFailure.NobodyInvited, starting.Result().Failure);
    }

    [Fact]
    public void IMC_ADHOC_5_the_focus_contact_is_the_identity_of_the_group()
    {
        using var scene = new Scene();
        var starting = scene.Client.GroupAsync(["sip:bob@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, "Contact: <sip:sess-7f3a@198.51.100.5;transport=tcp>;isfocus;+g.oma.sip-im", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK sip:sess-7f3a@198.51.100.5;transport=tcp");
        var session = starting.Result().Session!;
        Assert.Equal("sip:sess-7f3a@198.51.100.5;transport=tcp", session.Identity);
        Assert.True(session.IsFocus);
        Assert.True(session.IsGroup);
        Assert.Equal(["sip:bob@example.com"], session.Participants);
    }

    [Fact]
    public void More_sessions_than_the_client_takes_are_not_sent()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxSessions = 1 });
        scene.Called(out _);
        var calling = scene.Client.CallAsync("sip:carol@example.com");
        scene.Peer.ExpectSilence();
        Assert.Equal(SessionFailure.TooManySessions, calling.Result().Failure);
    }
}
