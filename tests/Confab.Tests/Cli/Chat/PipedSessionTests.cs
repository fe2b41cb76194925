using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary><c>confab chat --json</c>: sessions with one other, from the first line to the last.</summary>
public sealed class PipedSessionTests
{
    [Fact]
    public void A_call_from_registering_to_quitting()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var invite = chat.Peer.Expect("INVITE sip:bob@example.com SIP/2.0");
        chat.Type("Hello Bob"); // waits for the answer
        chat.Peer.ExpectSilence();
        chat.Accept(invite);
        Assert.Equal("""{"event":"established","session":"s1","identity":"sip:one-5c1d@198.51.100.5:5060;transport=tcp","group":false,"rejoined":false}""", chat.Line());
        var send = chat.Peer.Msrp!.Expect();
        Assert.Contains("\r\n\r\nHello Bob\r\n", send, StringComparison.Ordinal);
        chat.ExpectNothingPrinted();
        chat.Peer.Msrp.Answer(send);
        Assert.Equal($$"""{"event":"sent","session":"s1","id":"{{ScriptedMsrp.Header(send, "Message-ID")}}","status":200,"text":""}""", chat.Line());

        chat.Peer.Msrp.SendMessage(invite.Sdp("path")!, "msrp://198.51.100.5:2855/peersession;tcp", "From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\nDateTime: 2025-01-15T09:59:00Z\n\nContent-Type: text/plain\n\nIt's \"me\" ä");
        Assert.Equal("""{"event":"message","session":"s1","from":"sip:bob@example.com","text":"It's \"me\" ä","id":"m1","time":"2025-01-15T09:59:00+00:00"}""", chat.Line());

        chat.Type("/quit");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);
        Assert.Equal("""{"event":"ended","session":"s1","reason":"left","status":0,"text":""}""", chat.Line());
        Assert.Equal("""{"event":"unregistered","reason":"The user left."}""", chat.Line());
        Assert.Equal(0, chat.Exit.Result());
        chat.ExpectNothingPrinted();
    }

    [Fact]
    public void What_becomes_of_messages_is_told_by_notifications_and_a_line_that_was_printed_counts_as_displayed()
    {
        const string from = "msrp://198.51.100.5:2855/peersession;tcp";
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var invite = chat.Peer.Expect("INVITE");
        chat.Peer.Answer(invite, 200, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>", ScriptedPeer.Sdp(wrapped: "*"), tag: "bobtag");
        chat.Peer.Expect("ACK");
        chat.Peer.Msrp!.Answer(chat.Peer.Msrp.Expect());
        chat.Json("established");
        chat.Type("Hello Bob");
        var send = chat.Peer.Msrp.Expect();
        chat.Peer.Msrp.Answer(send);
        chat.Json("sent");
        var id = ScriptedMsrp.Header(send, "Message-ID");
        foreach (var (kind, status) in ((string, string)[])[("delivery", "delivered"), ("display", "displayed")])
        {
            chat.Peer.Msrp.SendMessage(
                invite.Sdp("path")!, from, $"From: <sip:bob@example.com>\n\nContent-Type: message/imdn+xml\n\n<imdn><message-id>{id}</message-id><{kind}-notification><status><{status}/></status></{kind}-notification></imdn>");
            chat.Peer.Msrp.Expect();
            Assert.Equal($$"""{"event":"{{status}}","session":"s1","id":"{{id}}","status":200,"text":"","from":"sip:bob@example.com"}""", chat.Line());
        }

        chat.Peer.Msrp.SendMessage(invite.Sdp("path")!, from, "From: <sip:bob@example.com>\nimdn.Message-ID: x\nimdn.Disposition-Notification: display\n\nContent-Type: text/plain\n\nHi");
        chat.Json("message");
        chat.Peer.Msrp.Expect();
        Assert.Contains("<displayed/>", chat.Peer.Msrp.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_to_one_invitation_lists_nobody_and_is_declined()
    {
        using var chat = new ChatScene().Registered();
        chat.Wire.Invite();
        Assert.Equal("event session from identity group", ChatScene.Keys(chat.Json("invited")));
        chat.Peer.Expect("SIP/2.0 180 ");
        chat.Type("/decline");
        chat.Peer.Expect("SIP/2.0 603 ");
        Assert.Equal("""{"event":"ended","session":"s1","reason":"declined","status":603,"text":""}""", chat.Line());
        chat.Type("/accept");
        Assert.Equal("""{"event":"error","command":"/accept","text":"Nobody invites you now."}""", chat.Line());
    }

    [Fact]
    public void A_session_that_was_left_is_rejoined_without_a_name_by_its_name_and_by_its_identity()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/rejoin");
        Assert.Equal("""{"event":"error","command":"/rejoin","text":"There is no session to come back to."}""", chat.Line());
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        var identity = chat.Json("established").GetProperty("identity").GetString();
        foreach (var command in (string[])["/rejoin", "/rejoin S1", $"/rejoin {identity}"])
        {
            chat.Type("/leave");
            chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
            chat.Json("ended");
            chat.Type(command);
            chat.Accept(chat.Peer.Expect($"INVITE {identity} SIP/2.0"));
            Assert.True(chat.Json("established").GetProperty("rejoined").GetBoolean());
        }

        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Json("ended");
        chat.Type("/rejoin s9");
        Assert.Equal("event command text", ChatScene.Keys(chat.Json("error")));
        chat.Type("/rejoin sip:sess-other@198.51.100.5");
        Assert.Contains("new invitation", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Type("/rejoin s1 s2");
        Assert.Equal("/rejoin", chat.Json("error").GetProperty("command").GetString());
    }

    [Theory]
    [InlineData(404, "failed")]
    [InlineData(486, "failed")]
    public void A_refused_rejoin_ends_as_failed_with_the_status(int status, string reason)
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Line();
        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Line();
        chat.Type("/rejoin");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), status, phrase: "No");
        Assert.Equal($$"""{"event":"ended","session":"s2","reason":"{{reason}}","status":{{status}},"text":"No"}""", chat.Line());
        chat.ExpectNothingPrinted();
    }

    [Theory]
    [InlineData(603, "declined", "Decline")]
    [InlineData(486, "failed", "Busy")]
    [InlineData(404, "failed", "Not Found")]
    public void A_refused_call_ends_as_declined_or_failed_with_the_status(int status, string reason, string phrase)
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), status, phrase: phrase);
        Assert.Equal($$"""{"event":"ended","session":"s1","reason":"{{reason}}","status":{{status}},"text":"{{phrase}}"}""", chat.Line());
        chat.Type("hello?");
        var error = chat.Json("error");
        Assert.Equal("say", error.GetProperty("command").GetString());
        Assert.Contains("/call", error.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_is_held_and_goes_on()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("/modify hold");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), 200, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>", ScriptedPeer.Sdp(more: "a=recvonly\r\n"));
        chat.Peer.Expect("ACK");
        Assert.Equal("""{"event":"modified","session":"s1","held":true,"heldByPeer":false}""", chat.Line());
        chat.Type("/modify resume");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), 488, "Warning: 305 example.com \"Not now\"");
        chat.Peer.Expect("ACK");
        Assert.Equal("""{"event":"error","command":"/modify","status":488,"text":"Not now"}""", chat.Line());
        foreach (var wrong in (string[])["/modify", "/modify everything", "/modify types", "/modify types nonsense"])
        {
            chat.Type(wrong);
            var error = chat.Json("error");
            Assert.Equal("/modify", error.GetProperty("command").GetString());
            Assert.DoesNotContain("Parameter", error.GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void A_ringing_call_is_given_up_by_leave_though_it_waits()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var invite = chat.Peer.Expect("INVITE");
        chat.Peer.Answer(invite, 180, tag: "bobtag");
        chat.Type("/leave");
        chat.Peer.Expect("CANCEL");
        chat.Peer.Answer(invite, 487, tag: "bobtag", phrase: "Request Terminated");
        Assert.Equal("""{"event":"ended","session":"s1","reason":"left","status":487,"text":"Request Terminated"}""", chat.Line());
    }

    [Fact]
    public void A_text_in_a_session_that_stands_does_not_wait_for_a_call_that_rings()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("/call carol");
        var ringing = chat.Peer.Expect("INVITE");
        chat.Type("/use s1");
        chat.Json("sessions");
        chat.Type("Hello Bob");
        Assert.Contains("\r\n\r\nHello Bob\r\n", chat.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        chat.Type("/use s2");
        chat.Peer.Answer(ringing, 486, phrase: "Busy");
        Assert.Equal("s2", chat.Json("ended").GetProperty("session").GetString());
    }

    [Fact]
    public void Sessions_are_listed_and_switched()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("/call carol");
        chat.Accept(chat.Peer.Expect("INVITE"), "<sip:two@198.51.100.5;transport=tcp>");
        chat.Json("established");
        chat.Type("/sessions");
        Assert.Equal(
            """{"event":"sessions","sessions":[{"session":"s1","identity":"sip:one-5c1d@198.51.100.5:5060;transport=tcp","group":false,"state":"established","current":false},{"session":"s2","identity":"sip:two@198.51.100.5;transport=tcp","group":false,"state":"established","current":true}]}""",
            chat.Line());
        chat.Type("/use s1");
        Assert.True(chat.Json("sessions").GetProperty("sessions")[0].GetProperty("current").GetBoolean());
        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE sip:one-5c1d"), 200);
        Assert.Equal("s1", chat.Json("ended").GetProperty("session").GetString());
        chat.Type("/leave"); // s2 is current again
        chat.Peer.Expect("BYE sip:two");
    }

    [Fact]
    public void A_message_that_is_not_taken_is_undelivered()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("hello");
        chat.Peer.Msrp!.Answer(chat.Peer.Msrp.Expect(), "403 Forbidden");
        var undelivered = chat.Json("undelivered");
        Assert.Equal("event session id status text", ChatScene.Keys(undelivered));
        Assert.Equal(403, undelivered.GetProperty("status").GetInt32());
    }

    [Fact]
    public void Anonymous_hides_the_user_in_what_is_started_from_then_on()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/anonymous");
        Assert.Equal("""{"event":"anonymous","on":true}""", chat.Line());
        chat.Type("/call bob");
        Assert.Equal("id", chat.Peer.Expect("INVITE sip:bob@example.com SIP/2.0")["Privacy"]);
        chat.Type("/anonymous off");
        Assert.Equal("""{"event":"anonymous","on":false}""", chat.Line());
        chat.Type("/group bob carol");
        Assert.Null(chat.Peer.Expect("INVITE sip:conference-factory@example.com SIP/2.0")["Privacy"]);
        chat.Type("/anonymous maybe");
        Assert.Contains("/anonymous on or /anonymous off", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }
}
