using System.Text.Json;
using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary><c>confab chat --json</c>: the lines that scripts write and read.</summary>
public sealed class PipedChatTests
{
    static string Keys(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(property => property.Name));

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
    public void A_group_invitation_has_its_keys_and_is_accepted_by_name()
    {
        using var chat = new ChatScene().Registered();
        var invite = chat.Wire.Invite(
            "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus",
            contentType: "multipart/mixed;boundary=b",
            body: $"--b\r\nContent-Type: application/sdp\r\n\r\n{ScriptedPeer.Sdp("actpass")}\r\n--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list-history\r\n\r\n"
                + "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list><entry uri=\"sip:alice@example.com\"/></list></resource-lists>\r\n--b--\r\n");
        Assert.Equal("""{"event":"invited","session":"s1","from":"sip:bob@example.com","identity":"sip:sess-7f3a@198.51.100.5:5060;transport=tcp","group":true,"participants":["sip:alice@example.com"]}""", chat.Line());
        chat.Peer.Expect("SIP/2.0 180 ");
        chat.Type("/accept s1");
        var answer = chat.Peer.Expect("SIP/2.0 200 ");
        chat.Type("Hello all"); // waits for the ACK
        chat.Wire.InDialog(invite, answer, "ACK", 1);
        Assert.True(chat.Json("established").GetProperty("group").GetBoolean());
        chat.Peer.Msrp!.Answer(chat.Peer.Msrp.Expect());
        Assert.Contains("\r\nTo: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>\r\n", chat.Peer.Msrp.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_to_one_invitation_lists_nobody_and_is_declined()
    {
        using var chat = new ChatScene().Registered();
        chat.Wire.Invite();
        Assert.Equal("event session from identity group", Keys(chat.Json("invited")));
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
        Assert.Equal("event command text", Keys(chat.Json("error")));
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
    public void A_group_goes_to_the_factory_and_a_bare_name_means_the_own_domain()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/group bob carol@example.net sip:dave@example.org");
        var invite = chat.Peer.Expect("INVITE sip:conference-factory@example.com");
        Assert.Contains("uri=\"sip:bob@example.com\"", invite.Body, StringComparison.Ordinal);
        Assert.Contains("uri=\"sip:carol@example.net\"", invite.Body, StringComparison.Ordinal);
        Assert.Contains("uri=\"sip:dave@example.org\"", invite.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Users_are_added_and_removed_and_what_comes_of_it_is_told()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/group bob");
        var invite = chat.Accept(chat.Peer.Expect("INVITE"), "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus");
        chat.Json("established");
        chat.Peer.Ignore();
        chat.Type("/add dave");
        var refer = chat.Peer.Expect("REFER");
        Assert.Equal("<sip:dave@example.com;method=INVITE>", refer["Refer-To"]);
        chat.Peer.Answer(refer, 200);
        AddUsersTests.Notify(chat.Wire, refer, 101, "active;expires=60", "SIP/2.0 100 Trying", from: refer["To"]!);
        chat.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("""{"event":"refer","session":"s1","target":"sip:dave@example.com","status":100,"final":false}""", chat.Line());
        AddUsersTests.Notify(chat.Wire, refer, 102, "terminated;reason=noresource", "SIP/2.0 486 Busy Here", from: refer["To"]!);
        chat.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("""{"event":"refer","session":"s1","target":"sip:dave@example.com","status":486,"final":true}""", chat.Line());

        chat.Type("/remove bob");
        refer = chat.Peer.Expect("REFER");
        Assert.Equal("<sip:bob@example.com;method=BYE>", refer["Refer-To"]);
        chat.Peer.Answer(refer, 403, phrase: "Forbidden");
        Assert.Equal("""{"event":"error","command":"/remove","status":403,"text":"Nobody was removed: whoever started the group removes others, and only who is in it; /who tells."}""", chat.Line());
        chat.Type("/add erin");
        chat.Peer.Answer(chat.Peer.Expect("REFER"), 486, "Warning: 399 example.com \"Too many participants\"");
        Assert.Equal("""{"event":"error","command":"/add","status":486,"text":"Nobody was added: Too many participants."}""", chat.Line());
        Assert.Equal(invite["Call-ID"], refer["Call-ID"]);
        chat.Type("/add");
        Assert.Contains("/add bob carol", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Type("/add b\"b");
        Assert.Contains("Nobody was added", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_1_1_session_is_extended_and_the_group_is_the_current_session()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var first = chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("/extend carol dave@example.org");
        var invite = chat.Peer.Expect("INVITE sip:conference-factory@example.com");
        foreach (var entry in (string[])["sip:bob@example.com?Replaces=", "sip:carol@example.com", "sip:dave@example.org"])
            Assert.Contains($"uri=\"{entry}", invite.Body, StringComparison.Ordinal);
        chat.Peer.Answer(invite, 200, "Contact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus", ScriptedPeer.Sdp(id: "room"), tag: "roomtag");
        chat.Peer.Expect("ACK");
        Assert.Equal("""{"event":"established","session":"s2","identity":"sip:sess-7f3a@198.51.100.5:5060;transport=tcp","group":true,"rejoined":false}""", chat.Line());
        chat.Peer.Ignore();
        chat.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: {first["To"]};tag=bobtag\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 1 BYE");
        Assert.Equal("""{"event":"ended","session":"s1","reason":"moved","status":0,"text":"The talk goes on in the group."}""", chat.Line());
        chat.Type("/sessions");
        Assert.Equal("s2", Assert.Single(chat.Json("sessions").GetProperty("sessions").EnumerateArray()).GetProperty("session").GetString());
        chat.Type("/extend erin");
        Assert.Equal("""{"event":"error","command":"/extend","text":"This is a group already; add users to it."}""", chat.Line());
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
            Assert.Equal("/modify", chat.Json("error").GetProperty("command").GetString());
        }

        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void Users_are_added_to_a_group_that_has_only_just_been_started()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/group bob");
        var invite = chat.Peer.Expect("INVITE");
        chat.Type("/add dave");
        chat.ExpectNothingPrinted();
        chat.Accept(invite, "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus");
        chat.Json("established");
        chat.Peer.Ignore();
        Assert.Equal("<sip:dave@example.com;method=INVITE>", chat.Peer.Heard.Last(static m => m.Method == "REFER")["Refer-To"]);
    }

    [Theory]
    [InlineData("/add carol")]
    [InlineData("/remove bob")]
    public void In_a_session_with_one_other_nobody_is_added_or_removed_whether_it_rings_or_stands(string command)
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var invite = chat.Peer.Expect("INVITE");
        chat.Type(command);
        Assert.Contains("/group", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Accept(invite);
        chat.Json("established");
        chat.Type(command);
        Assert.Contains("/group", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/add sip:bob@example.com;method=BYE")]
    [InlineData("/add sip:bob@example.com?method=BYE")]
    [InlineData("/remove sip:bob@example.com;method=INVITE")]
    [InlineData("/call sip:bob@example.com?Subject=hello")]
    [InlineData("/group sip:bob@example.com?Subject=hello")]
    public void What_a_URI_says_of_a_request_is_no_part_of_an_address(string command)
    {
        using var chat = new ChatScene().Registered();
        if (!command.StartsWith("/call", StringComparison.Ordinal) && !command.StartsWith("/group", StringComparison.Ordinal))
        {
            chat.Type("/group bob");
            chat.Accept(chat.Peer.Expect("INVITE"), "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus");
            chat.Json("established");
            chat.Peer.Ignore();
        }

        chat.Type(command);
        chat.Peer.ExpectSilence();
        Assert.Contains("is no address", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_back_already_is_not_sent_back_again()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Json("ended");
        chat.Type("/who");
        Assert.Contains("/rejoin", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Type("/rejoin");
        var invite = chat.Peer.Expect("INVITE");
        chat.Type("/rejoin");
        Assert.Equal("There is no session to come back to.", chat.Json("error").GetProperty("text").GetString());
        chat.Accept(invite);
        chat.Json("established");
        chat.Type("/rejoin");
        Assert.Equal("There is no session to come back to.", chat.Json("error").GetProperty("text").GetString());
        chat.Peer.ExpectSilence();
    }

    [Theory]
    [InlineData("/add bob")]
    [InlineData("/remove bob")]
    [InlineData("/extend bob")]
    [InlineData("/modify hold")]
    public void Nobody_is_added_or_removed_outside_of_a_session(string command)
    {
        using var chat = new ChatScene().Registered();
        chat.Type(command);
        Assert.Contains("/call", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_large_a_group_is_an_error_since_nothing_was_sent()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/group " + string.Join(' ', Enumerable.Range(1, 101).Select(i => $"user{i}")));
        chat.Peer.ExpectSilence();
        var error = chat.Json("error");
        Assert.Equal("/group", error.GetProperty("command").GetString());
        Assert.Contains("100", error.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/call", "/call bob")]
    [InlineData("/call bob carol", "/group")]
    [InlineData("/call b\"b", "no address")]
    [InlineData("/group", "/group bob carol")]
    [InlineData("/leave", "/call")]
    [InlineData("/use", "/sessions")]
    [InlineData("/use s9", "s9")]
    [InlineData("/decline s9", "s9")]
    [InlineData("/cal bob", "/call")]
    [InlineData("/acept", "/accept")]
    [InlineData("/frobnicate", "/sessions")]
    [InlineData("hello", "no session")]
    public void A_command_that_can_do_nothing_says_what_to_do(string typed, string said)
    {
        using var chat = new ChatScene().Registered();
        chat.Type(typed);
        var error = chat.Json("error");
        Assert.Equal("event command text", Keys(error));
        Assert.Contains(said, error.GetProperty("text").GetString(), StringComparison.Ordinal);
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
    public void IMC_GRP_1_and_3_a_group_is_joined_by_its_name_or_the_reason_is_told()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/join sip:team@groups.example.com");
        var invite = chat.Peer.Expect("INVITE sip:team@groups.example.com SIP/2.0");
        chat.Peer.Answer(invite, 403);
        chat.Peer.Expect("ACK");
        Assert.Equal("""{"event":"ended","session":"s1","reason":"failed","status":403,"text":"The rules of the group do not allow it."}""", chat.Line());
        chat.Type("/join team");
        chat.Accept(chat.Peer.Expect("INVITE sip:team@example.com SIP/2.0"), "<sip:two@198.51.100.5;transport=tcp>;isfocus");
        Assert.Equal("""{"event":"established","session":"s2","identity":"sip:two@198.51.100.5;transport=tcp","group":true,"rejoined":false}""", chat.Line());
        foreach (var wrong in (string[])["/join", "/join team other", "/join <"])
        {
            chat.Type(wrong);
            Assert.Equal("/join", chat.Json("error").GetProperty("command").GetString());
        }
    }

    [Fact]
    public void Being_removed_and_being_released_have_their_reasons()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        var invite = chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE\nReason: SIP;cause=200;text=\"Removed from session\"");
        Assert.Equal("removed", chat.Json("ended").GetProperty("reason").GetString());
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
        Assert.Equal("event session id status text", Keys(undelivered));
        Assert.Equal(403, undelivered.GetProperty("status").GetInt32());
    }

    [Fact]
    public void At_the_end_of_input_what_has_begun_is_waited_for_then_everything_is_left()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Type("bye bye");
        chat.EndInput();
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Peer.ExpectSilence();
        chat.Peer.Msrp!.Answer(chat.Peer.Msrp.Expect());
        chat.Json("sent");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_signal_leaves_everything_and_is_no_failure()
    {
        using var chat = new ChatScene().Registered();
        chat.Interrupt();
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_server_that_is_gone_holds_up_the_end_for_5_seconds_at_most()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/quit");
        chat.Wire.World.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(chat.Exit.IsCompleted);
        chat.Wire.World.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_wrong_password_is_an_error_and_exit_1()
    {
        using var chat = new ChatScene();
        const string Challenge = "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", qop=\"auth\"";
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 401, Challenge);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 401, Challenge);
        var error = chat.Json("error");
        Assert.Equal(("register", 401), (error.GetProperty("command").GetString(), error.GetProperty("status").GetInt32()));
        Assert.Contains("password", error.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, chat.Exit.Result());
    }

    [Fact]
    public void A_server_that_hangs_up_is_an_error_and_exit_1()
    {
        using var chat = new ChatScene();
        chat.Peer.Expect("REGISTER");
        chat.Peer.Flow!.Close(Confab.Runtime.EndReason.None);
        Assert.Equal("register", chat.Json("error").GetProperty("command").GetString());
        Assert.Equal(1, chat.Exit.Result());
    }

    [Fact]
    public void Help_lists_the_commands()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/help");
        Assert.Contains("/group USER USER...", chat.Json("help").GetProperty("commands").EnumerateArray().Select(c => c.GetString()));
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
