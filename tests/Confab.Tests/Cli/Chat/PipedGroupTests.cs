using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary><c>confab chat --json</c>: groups, and who is added to them and removed.</summary>
public sealed class PipedGroupTests
{
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
    public void What_comes_of_an_addition_after_the_session_has_ended_is_told_under_its_name()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/group bob");
        chat.Accept(chat.Peer.Expect("INVITE"), "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus");
        chat.Json("established");
        chat.Peer.Ignore();
        chat.Type("/add dave");
        var refer = chat.Peer.Expect("REFER");
        chat.Peer.Answer(refer, 200);
        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Json("ended");
        AddUsersTests.Notify(chat.Wire, refer, 101, "terminated;reason=noresource", "SIP/2.0 487 Request Terminated", from: refer["To"]!);
        chat.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("""{"event":"refer","session":"s1","target":"sip:dave@example.com","status":487,"final":true}""", chat.Line());
        chat.Type("/sessions");
        Assert.Equal("""{"event":"sessions","sessions":[]}""", chat.Line());
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
}
