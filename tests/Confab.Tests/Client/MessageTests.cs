using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Messages in a session: RFC 4975 as OMA IM uses it.</summary>
public sealed class MessageTests
{
    const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";

    static string Cpim(string content = "Hello Alice", string type = "text/plain; charset=utf-8", string from = "Bob <sip:bob@example.com>") =>
        $"From: {from}\nTo: <sip:alice@example.com>\nDateTime: 2025-01-15T09:59:00Z\n\nContent-Type: {type}\n\n{content}";

    static ImSession Group(Scene scene, string types = "message/cpim", string wrapped = "text/plain", string more = "")
    {
        var starting = scene.Client.GroupAsync(["sip:bob@example.com"]);
        scene.Peer.Answer(
            scene.Peer.Expect("INVITE"), 200, "Contact: <sip:sess-7f3a@198.51.100.5;transport=tcp>;isfocus", ScriptedPeer.Sdp(types: types, wrapped: wrapped, more: more));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return starting.Result().Session!;
    }

    static ImSession Call(Scene scene, string types, string wrapped, string more = "")
    {
        var starting = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp(types: types, wrapped: wrapped, more: more));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return starting.Result().Session!;
    }

    [Fact]
    public void IMC_SDP_8_a_text_goes_out_in_cpim_from_us_to_the_other_user()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        var sending = session.SendAsync("Hello Bob \u00e4");
        var send = scene.Peer.Msrp!.Expect();
        Assert.Equal(Peer, ScriptedMsrp.Header(send, "To-Path"));
        Assert.Equal(invite.Sdp("path"), ScriptedMsrp.Header(send, "From-Path"));
        Assert.Equal("message/cpim", ScriptedMsrp.Header(send, "Content-Type"));
        Assert.Contains(
            "\r\n\r\nFrom: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2025-01-15T10:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\n"
            + $"imdn.Message-ID: {ScriptedMsrp.Header(send, "Message-ID")}\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello Bob \u00e4\r\n-------",
            send,
            StringComparison.Ordinal);
        Assert.False(sending.IsCompleted);
        scene.Peer.Msrp.Answer(send);
        var outcome = sending.Result();
        Assert.Equal((true, 200, ScriptedMsrp.Header(send, "Message-ID")), (outcome.IsSent, outcome.Status, outcome.Id));
        Assert.Equal(outcome.Id, Assert.IsType<Sent>(Assert.Single(scene.Events())).Id);
    }

    [Fact]
    public void D_07_in_a_group_to_is_the_session_identity()
    {
        using var scene = new Scene();
        _ = Group(scene).SendAsync("Hello all");
        Assert.Contains("\r\nTo: <sip:sess-7f3a@198.51.100.5;transport=tcp>\r\n", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_SDP_8_to_a_peer_without_cpim_a_text_goes_plain_in_1_1_alone()
    {
        using var scene = new Scene();
        _ = Call(scene, "text/plain", "").SendAsync("Hello");
        var send = scene.Peer.Msrp!.Expect();
        Assert.Equal("text/plain; charset=utf-8", ScriptedMsrp.Header(send, "Content-Type"));

        using var other = new Scene();
        var sending = Group(other, "text/plain", "").SendAsync("Hello");
        other.Peer.Msrp!.ExpectSilence();
        Assert.Equal((false, 415, ""), (sending.Result().IsSent, sending.Result().Status, sending.Result().Id));
    }

    [Fact]
    public void IMC_SDP_8_what_the_other_side_does_not_take_is_not_sent()
    {
        using var scene = new Scene();
        var sending = scene.Called(out _).SendAsync("image/png", new byte[] { 1, 2, 3 });
        scene.Peer.Msrp!.ExpectSilence();
        Assert.Equal(415, sending.Result().Status);
    }

    [Fact]
    public void IMC_SDP_9_max_size_is_respected_and_long_messages_go_in_chunks()
    {
        using var scene = new Scene();
        var session = Call(scene, "message/cpim", "text/plain", "a=max-size:9000\r\n");
        var tooLong = session.SendAsync(new string('x', 9000));
        scene.Peer.Msrp!.ExpectSilence();
        Assert.Equal(413, tooLong.Result().Status);

        var sending = session.SendAsync(new string('x', 8000));
        var first = scene.Peer.Msrp.Expect();
        Assert.Matches(@"Byte-Range: 1-(2048|\*)/8\d\d\d\r\n", first);
        Assert.EndsWith("+\r\n", first, StringComparison.Ordinal);
        scene.Peer.Msrp.Answer(first);
        var second = scene.Peer.Msrp.Expect();
        Assert.EndsWith("$\r\n", second, StringComparison.Ordinal);
        Assert.False(sending.IsCompleted);
        scene.Peer.Msrp.Answer(second);
        Assert.True(sending.Result().IsSent);
    }

    [Fact]
    public void A_refused_message_is_told_as_undelivered()
    {
        using var scene = new Scene();
        var sending = scene.Called(out _).SendAsync("Hello");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect(), "403 Forbidden");
        Assert.Equal((false, 403), (sending.Result().IsSent, sending.Result().Status));
        Assert.Equal(403, Assert.IsType<Undelivered>(Assert.Single(scene.Events())).Status);
    }

    [Fact]
    public void A_message_that_is_not_answered_in_30_seconds_is_undelivered()
    {
        using var scene = new Scene();
        var sending = scene.Called(out _).SendAsync("Hello");
        scene.World.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(408, sending.Result().Status);
    }

    [Fact]
    public void A_cpim_message_is_told_with_sender_text_and_time()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, Cpim());
        Assert.StartsWith("MSRP peertransaction 200 OK\r\n", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        var message = Assert.IsType<MessageReceived>(scene.NextEvent());
        Assert.Equal((session, "sip:bob@example.com", "Bob", "Hello Alice", "m1"), (message.Session, message.From, message.FromName, message.Text, message.Id));
        Assert.Equal(new DateTimeOffset(2025, 1, 15, 9, 59, 0, TimeSpan.Zero), message.Time);
    }

    [Fact]
    public void An_anonymous_sender_stays_anonymous()
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, Cpim(from: "<sip:anonymous1@anonymous.invalid>"));
        Assert.Equal("sip:anonymous1@anonymous.invalid", Assert.IsType<MessageReceived>(scene.NextEvent()).From);
    }

    [Fact]
    public void A_plain_message_is_from_the_other_user()
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, "Hi", "text/plain");
        var message = Assert.IsType<MessageReceived>(scene.NextEvent());
        Assert.Equal(("sip:bob@example.com", "Hi"), (message.From, message.Text));
    }

    [Theory]
    [InlineData("image/png", "x")]
    [InlineData("message/cpim", null)]
    public void IMC_SDP_10_an_unsupported_type_is_415_bare_or_wrapped(string type, string? body)
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, body ?? Cpim(type: "image/png"), type);
        Assert.Contains(" 415 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_malformed_cpim_message_is_400()
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, "no headers");
        Assert.Contains(" 400 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_SDP_10_an_unknown_session_is_481_and_with_failure_report_no_nothing_is_said()
    {
        using var scene = new Scene();
        scene.Called(out _);
        scene.Peer.Msrp!.SendMessage("msrp://192.0.2.11:9/unknownunknownunknown;tcp", Peer, Cpim());
        Assert.Contains(" 481 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        scene.Peer.Msrp.Send($"MSRP quietquiet SEND\nTo-Path: msrp://192.0.2.11:9/unknown;tcp\nFrom-Path: {Peer}\nMessage-ID: q\nByte-Range: 1-2/2\nFailure-Report: no\nContent-Type: text/plain\n\nhi\n-------quietquiet$\n");
        scene.Peer.Msrp.ExpectSilence();
    }

    [Fact]
    public void A_message_in_two_chunks_is_told_once_and_whole()
    {
        using var scene = new Scene();
        scene.Called(out var invite);
        var head = $"To-Path: {invite.Sdp("path")}\nFrom-Path: {Peer}\nMessage-ID: m7\n";
        scene.Peer.Msrp!.Send($"MSRP chunkone1 SEND\n{head}Byte-Range: 1-*/6\nContent-Type: text/plain\n\nabc\n-------chunkone1+\n");
        Assert.Empty(scene.Events());
        scene.Peer.Msrp.Send($"MSRP chunktwo2 SEND\n{head}Byte-Range: 4-6/6\nContent-Type: text/plain\n\ndef\n-------chunktwo2$\n");
        Assert.Equal("abcdef", Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).Text);
    }

    [Fact]
    public void A_message_under_way_when_the_session_is_released_is_undelivered()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        var sending = session.SendAsync("Hello");
        scene.World.Run();
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE");
        Assert.False(sending.Result().IsSent);
        Assert.Contains(scene.Events(), e => e is Undelivered);
    }

    [Fact]
    public void A_text_said_before_the_connection_stands_goes_out_when_it_does()
    {
        using var scene = new Scene();
        scene.World.Network.Latency = TimeSpan.FromMilliseconds(20);
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp());
        scene.World.Advance(TimeSpan.FromMilliseconds(20));
        _ = calling.Result().Session!.SendAsync("early");
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        Assert.DoesNotContain("early", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Contains("early", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
    }
}
