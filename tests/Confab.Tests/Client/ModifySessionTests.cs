using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.5: a session is modified, by either side; and refreshed (RFC 4028).</summary>
public sealed class ModifySessionTests
{
    [Fact]
    public void IMC_MOD_1_2_and_3_hold_is_a_re_INVITE_with_the_whole_description_and_a_raised_version()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        var holding = session.HoldAsync();
        var again = scene.Peer.Expect("INVITE sip:one-5c1d@198.51.100.5:5060;transport=tcp SIP/2.0");
        Assert.Equal((first["Call-ID"], first.Tag("From"), "bobtag"), (again["Call-ID"], again.Tag("From"), again.Tag("To")));
        Assert.Equal("2 INVITE", again["CSeq"]);
        Assert.Equal("application/sdp", again["Content-Type"]);
        Assert.Null(again["Require"]);
        Assert.Equal(Version(first) + 1, Version(again));
        Assert.Equal(Origin(first), Origin(again));
        foreach (var attribute in (string[])["path", "accept-types", "accept-wrapped-types", "max-size"]) Assert.Equal(first.Sdp(attribute), again.Sdp(attribute));
        Assert.Contains("\r\na=sendonly\r\n", again.Body, StringComparison.Ordinal);
        Assert.False(session.IsHeld); // not agreed on yet

        scene.Peer.Answer(again, 200, Contact, ScriptedPeer.Sdp(more: "a=recvonly\r\n"));
        Assert.Equal("2 ACK", scene.Peer.Expect("ACK")["CSeq"]);
        Assert.True(holding.Result().IsModified && session.IsHeld && !session.IsHeldByPeer);
        Assert.Same(session, Assert.IsType<Modified>(Assert.Single(scene.Events())).Session);

        var going = session.ResumeAsync();
        var third = scene.Peer.Expect("INVITE");
        Assert.Equal(Version(first) + 2, Version(third));
        Assert.DoesNotContain("a=sendonly", third.Body, StringComparison.Ordinal);
        scene.Peer.Answer(third, 200, Contact, ScriptedPeer.Sdp());
        Assert.True(going.Result().IsModified && !session.IsHeld);
    }

    [Fact]
    public void IMC_MOD_2_other_types_are_offered_and_taken_when_they_are_agreed_on()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        var modifying = session.AcceptTypesAsync(["text/plain", "text/html"]);
        var again = scene.Peer.Expect("INVITE");
        Assert.Equal("text/plain text/html", again.Sdp("accept-wrapped-types"));
        scene.Peer.Msrp!.SendMessage(first.Sdp("path")!, "msrp://198.51.100.5:2855/peersession;tcp", Html, id: "t1", messageId: "h1");
        Assert.Contains(" 415 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        scene.Peer.Answer(again, 200, Contact, ScriptedPeer.Sdp());
        Assert.True(modifying.Result().IsModified);
        scene.Peer.Msrp.SendMessage(first.Sdp("path")!, "msrp://198.51.100.5:2855/peersession;tcp", Html, id: "t2", messageId: "h2");
        Assert.Contains(" 200 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        Assert.Equal("<b>hi</b>", scene.Events().OfType<MessageReceived>().Single().Text);
    }

    [Theory]
    [InlineData(488)]
    [InlineData(500)]
    [InlineData(403)]
    public void IMC_MOD_4_refused_the_session_is_as_it_was_and_so_is_what_it_says_of_itself(int status)
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        var holding = session.HoldAsync();
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status, "Warning: 305 example.com \"Not now\"");
        scene.Peer.Expect("ACK");
        Assert.Equal(new ModifyOutcome(false, status, "Not now"), holding.Result());
        Assert.False(session.IsHeld);
        Assert.Empty(scene.Events());
        var sending = session.SendAsync("As it was");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);

        // the next offer is one behind what was agreed on last
        _ = session.HoldAsync();
        Assert.Equal(Version(first) + 1, Version(scene.Peer.Expect("INVITE")));
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    public void IMC_MOD_4_481_and_408_end_the_session_with_a_bye(int status)
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var holding = session.HoldAsync();
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status);
        scene.Peer.Expect("ACK");
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 481);
        Assert.False(holding.Result().IsModified);
        Assert.Equal(SessionEnd.Failed, scene.Events().OfType<Ended>().Single().Reason);
        Assert.Equal(ImSessionState.Ended, session.State);
    }

    [Fact]
    public void IMC_MOD_4_491_is_tried_again_in_2100_to_4000_ms()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var holding = session.HoldAsync();
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 491);
        scene.Peer.Expect("ACK");
        scene.World.Advance(TimeSpan.FromMilliseconds(2_099));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1_901));
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Contact, ScriptedPeer.Sdp(more: "a=recvonly\r\n"));
        Assert.True(holding.Result().IsModified);
    }

    [Fact]
    public void An_answer_that_cannot_be_used_ends_the_session()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var holding = session.HoldAsync();
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Contact, ScriptedPeer.Sdp(id: "elsewhere"));
        scene.Peer.Expect("ACK");
        scene.Peer.Expect("BYE");
        Assert.Equal((false, 488), (holding.Result().IsModified, holding.Result().Status));
        Assert.Equal(SessionEnd.Failed, scene.Events().OfType<Ended>().Single().Reason);
    }

    [Fact]
    public void IMC_MOD_5_a_peer_who_holds_is_answered_recvonly_and_sent_nothing_until_he_goes_on()
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        var second = Reinvite(scene, invite, answer, 2, ScriptedPeer.Sdp("actpass", more: "a=sendonly\r\n"));
        Assert.Contains("\r\na=recvonly\r\n", second.Body, StringComparison.Ordinal);
        Assert.Equal((answer.Sdp("path"), Version(answer) + 1), (second.Sdp("path"), Version(second)));
        Assert.True(session.IsHeldByPeer);
        Assert.IsType<Modified>(Assert.Single(scene.Events()));
        var sending = session.SendAsync("Hello");
        scene.World.Run();
        Assert.Equal((false, 403), (sending.Result().IsSent, sending.Result().Status));
        scene.InDialog(invite, answer, "ACK", 2);

        var third = Reinvite(scene, invite, answer, 3, ScriptedPeer.Sdp("actpass"));
        Assert.DoesNotContain("a=recvonly", third.Body, StringComparison.Ordinal);
        Assert.Equal(Version(answer) + 2, Version(third));
        Assert.False(session.IsHeldByPeer);
    }

    [Fact]
    public void Both_hold_and_one_goes_on()
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        Reinvite(scene, invite, answer, 2, ScriptedPeer.Sdp("actpass", more: "a=sendonly\r\n"));
        scene.InDialog(invite, answer, "ACK", 2);
        var holding = session.HoldAsync();
        var ours = scene.Peer.Expect("INVITE");
        Assert.Contains("\r\na=inactive\r\n", ours.Body, StringComparison.Ordinal);
        scene.Peer.Answer(ours, 200, Contact, ScriptedPeer.Sdp("active", more: "a=inactive\r\n"));
        scene.Peer.Expect("ACK");
        Assert.True(holding.Result().IsModified && session is { IsHeld: true, IsHeldByPeer: true });
        Assert.Contains("\r\na=sendonly\r\n", Reinvite(scene, invite, answer, 3, ScriptedPeer.Sdp("actpass")).Body, StringComparison.Ordinal);
        Assert.True(session is { IsHeld: true, IsHeldByPeer: false });
    }

    [Theory]
    [InlineData("otherpath", "message/cpim", "TCP/MSRP")]
    [InlineData("peersession", "image/png", "TCP/MSRP")]
    [InlineData("peersession", "message/cpim", "TCP/TLS/MSRP")]
    public void IMC_MOD_5_what_cannot_be_taken_is_488_with_a_warning_and_the_session_goes_on(string id, string types, string protocol)
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:one@198.51.100.5>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass", types, id: id, protocol: protocol));
        Assert.StartsWith("305 ", scene.Peer.Expect("SIP/2.0 488 ")["Warning"], StringComparison.Ordinal);
        Assert.Empty(scene.Events());
        Assert.True(scene.Peer.Msrp!.IsOpen);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void IMC_MOD_5_one_that_meets_ours_is_491()
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        _ = session.HoldAsync();
        scene.Peer.Expect("INVITE");
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:one@198.51.100.5>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass"));
        scene.Peer.Expect("SIP/2.0 491 ");
    }

    [Fact]
    public void Without_an_offer_the_answer_in_the_ack_counts()
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:one@198.51.100.5>");
        Assert.Equal(answer.Body, scene.Peer.Expect("SIP/2.0 200 ").Body);
        scene.InDialog(invite, answer, "ACK", 2, "Content-Type: application/sdp", ScriptedPeer.Sdp("actpass", more: "a=inactive\r\n"));
        Assert.IsType<Modified>(Assert.Single(scene.Events()));
        Assert.True(session.IsHeldByPeer);
    }

    [Fact]
    public void A_focus_where_none_was_makes_a_group_of_the_session()
    {
        using var scene = Accepted(out var invite, out var answer, out var session);
        Assert.False(session.IsGroup);
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;isfocus\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass"));
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.True(session is { IsGroup: true, IsFocus: true });
        scene.Peer.Expect("SUBSCRIBE sip:one-5c1d@198.51.100.5:5060;transport=tcp SIP/2.0");
    }

    [Fact]
    public void IMC_MOD_6_and_OLD1_UPDATE_is_405_and_announced_nowhere()
    {
        using var scene = Accepted(out var invite, out var answer, out _);
        scene.InDialog(invite, answer, "UPDATE", 2, "Contact: <sip:one@198.51.100.5>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass", more: "a=sendonly\r\n"));
        Assert.DoesNotContain("UPDATE", scene.Peer.Expect("SIP/2.0 405 ")["Allow"], StringComparison.Ordinal);
        Assert.All(scene.Peer.Heard, static message => Assert.DoesNotContain("UPDATE", message["Allow"] ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public void IMC_MOD_OLD1_and_OLD2_UPDATE_is_never_sent_though_the_server_lists_it()
    {
        using var scene = new Scene();
        var session = scene.Called(out _, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im\nAllow: INVITE, ACK, CANCEL, BYE, UPDATE\nSession-Expires: 600;refresher=uac");
        _ = session.HoldAsync();
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Contact + "\nAllow: INVITE, UPDATE\nSession-Expires: 600;refresher=uac", ScriptedPeer.Sdp(more: "a=recvonly\r\n"));
        scene.World.Advance(TimeSpan.FromSeconds(300));
        Assert.DoesNotContain(scene.Peer.Heard, static message => message.StartLine.StartsWith("UPDATE", StringComparison.Ordinal));
        Assert.Equal(3, scene.Peer.Heard.Count(static message => message.StartLine.StartsWith("INVITE", StringComparison.Ordinal)));
    }

    [Fact]
    public void IMC_GEN_13_and_IMC_GEN_6_a_timer_is_asked_for_and_the_refresh_says_the_same_description()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        Assert.Equal("1800", first["Session-Expires"]);
        var tags = string.Join(", ", first.All("Supported"));
        foreach (var tag in (string[])["replaces", "timer", "norefersub", "tdialog"]) Assert.Contains(tag, tags, StringComparison.Ordinal);
        scene.World.Advance(TimeSpan.FromMilliseconds(899_999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        var refresh = scene.Peer.Expect("INVITE");
        Assert.Equal(first.Body, refresh.Body);
        Assert.Equal("1800;refresher=uac", refresh["Session-Expires"]);
        scene.Peer.Answer(refresh, 200, Contact + "\nSession-Expires: 1800;refresher=uac", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        Assert.Empty(scene.Events());
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void IMC_GEN_13_a_session_that_nobody_refreshes_ends_and_the_user_is_told_why()
    {
        using var scene = new Scene();
        scene.Called(out _, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im\nSession-Expires: 300;refresher=uas");
        scene.World.Advance(TimeSpan.FromSeconds(268));
        scene.Peer.Expect("BYE");
        var ended = scene.Events().OfType<Ended>().Single();
        Assert.Equal((SessionEnd.Failed, 408, "The other side is not heard of any more."), (ended.Reason, ended.Status, ended.Text));
    }

    [Fact]
    public void Who_wants_no_timer_asks_for_none()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, LocalAddress = o.LocalAddress, SessionTimerSeconds = 0 });
        scene.Called(out var first);
        Assert.Null(first["Session-Expires"]);
    }

    [Fact]
    public void Misuse_is_said_before_anything_is_sent()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Throws<ArgumentException>(() => { _ = session.AcceptTypesAsync([]); });
        Assert.Throws<ArgumentException>(() => { _ = session.AcceptTypesAsync(["nonsense"]); });
        _ = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        var holding = session.HoldAsync();
        scene.World.Run();
        Assert.Equal((false, 0), (holding.Result().IsModified, holding.Result().Status));
        scene.Peer.ExpectSilence();
    }

    const string Contact = "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im";
    const string Html = "From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\n\nContent-Type: text/html\n\n<b>hi</b>";

    static Scene Accepted(out WireMessage invite, out WireMessage answer, out ImSession session)
    {
        var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, LocalAddress = o.LocalAddress, AutoAccept = true }).Registered();
        invite = scene.Invite();
        answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 1);
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        session = scene.Events().OfType<Established>().Single().Session;
        return scene;
    }

    static WireMessage Reinvite(Scene scene, WireMessage invite, WireMessage answer, int number, string sdp)
    {
        scene.InDialog(invite, answer, "INVITE", number, $"{Contact}\nContent-Type: application/sdp", sdp);
        return scene.Peer.Expect("SIP/2.0 200 ");
    }

    static int Version(WireMessage message) => int.Parse(message.Body.Split("o=")[1].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    static string Origin(WireMessage message) => message.Body.Split("o=")[1].Split(' ')[1];
}
