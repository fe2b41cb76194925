using System.Globalization;
using System.Text;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>RFC 5438 at the client, against a peer that is not ours: what it asks, what it answers, and what it believes.</summary>
public sealed class NotificationTests
{
    const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";
    const string Room = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string Whisper = "a=chatroom:private-messages\r\n";
    const string Type = "message/imdn+xml";
    const string Ask = "NS: imdn <urn:ietf:params:imdn>\nimdn.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nimdn.Disposition-Notification: positive-delivery, display";

    static Scene With(Action<Options> set)
    {
        var wanted = new Options();
        set(wanted);
        return new Scene(change: o => new ImClientOptions
        {
            Address = o.Address,
            Password = o.Password,
            Server = o.Server,
            AskNotifications = wanted.Ask,
            GiveNotifications = wanted.Give,
            NotificationsUpTo = wanted.UpTo,
            Anonymous = wanted.Anonymous,
            StreamOver = wanted.StreamOver,
            SubscribeToConference = wanted.Subscribe,
            AcceptWrappedTypes = wanted.Wrapped ?? o.AcceptWrappedTypes,
        });
    }

    static ImSession Call(Scene scene, out WireMessage invite, string wrapped = "text/plain " + Type, string contact = "sip:one@198.51.100.5;transport=tcp")
    {
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, $"Contact: <{contact}>", ScriptedPeer.Sdp(wrapped: wrapped));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return calling.Result().Session!;
    }

    static ImSession Group(Scene scene, out WireMessage invite, string more = Whisper, int others = 1)
    {
        var starting = scene.Client.GroupAsync([.. Enumerable.Range(1, others).Select(static n => $"sip:user{n}@example.com")]);
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, $"Contact: <{Room}>;isfocus", ScriptedPeer.Sdp(wrapped: "*", more: more));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return starting.Result().Session!;
    }

    static void Roster(Scene scene, params string[] users)
    {
        new ScriptedNotifier(scene).Accepted().Notify(SubscribeToConferenceTests.Document("full", 0, [.. users.Select(static u => SubscribeToConferenceTests.User(u, "connected"))]));
        scene.Events();
    }

    static void Says(Scene scene, WireMessage invite, string headers, string content = "hi", string from = "sip:bob@example.com", string type = "text/plain", string id = "peertransaction")
    {
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <{from}>\nTo: <sip:alice@example.com>\n{(headers.Length > 0 ? headers + "\n" : "")}\nContent-Type: {type}\n\n{content}", id: id);
        Assert.StartsWith($"MSRP {id} 200", scene.Peer.Msrp.Expect(), StringComparison.Ordinal); // its 200 comes before what it asks
    }

    static string Document(string messageId, string kind = "delivery", string status = "delivered", string more = "") =>
        $"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>{messageId}</message-id><datetime>2025-01-15T10:00:00Z</datetime>{more}<{kind}-notification><status><{status}/></status></{kind}-notification></imdn>";

    static void Tells(Scene scene, WireMessage invite, string messageId, string kind = "delivery", string status = "delivered", string from = "sip:bob@example.com") =>
        Says(scene, invite, "", Document(messageId, kind, status), from, Type + "\nContent-Disposition: notification");

    static string Expect(Scene scene)
    {
        var send = scene.Peer.Msrp!.Expect();
        scene.Peer.Msrp.Answer(send);
        return send;
    }

    /// <summary>A text of alice that the peer has taken; gives its Message-ID.</summary>
    static string Said(Scene scene, ImSession session, string text = "Hello")
    {
        var sending = session.SendAsync(text);
        Expect(scene);
        Assert.IsType<Sent>(Assert.Single(scene.Events()));
        return sending.Result().Id;
    }

    static bool Asks(Scene scene, ImSession session)
    {
        _ = session.SendAsync("Hello");
        var asks = Expect(scene).Contains("\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n", StringComparison.Ordinal);
        scene.Events();
        return asks;
    }

    // ---- what others ask

    [Fact]
    public void RFC_5438_7_2_1_a_message_that_asks_is_answered_when_it_came_and_when_the_program_says_that_it_was_shown()
    {
        using var scene = new Scene();
        Call(scene, out var invite);
        Says(scene, invite, Ask + "\nimdn.Original-To: <im:lounge@example.com>\nimdn.IMDN-Record-Route: <sip:store@example.com>");
        var delivered = Expect(scene);
        Assert.Equal("message/cpim", ScriptedMsrp.Header(delivered, "Content-Type"));
        Assert.Contains("\r\nFrom: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2025-01-15T10:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: ", delivered, StringComparison.Ordinal);
        Assert.Contains("\r\nimdn.IMDN-Route: <sip:store@example.com>\r\n\r\nContent-Type: message/imdn+xml\r\nContent-Disposition: notification\r\n\r\n", delivered, StringComparison.Ordinal);
        Assert.Contains(
            "<message-id>34jk324j</message-id><datetime>2006-04-04T12:16:49-05:00</datetime><recipient-uri>sip:alice@example.com</recipient-uri>"
            + "<original-recipient-uri>im:lounge@example.com</original-recipient-uri><delivery-notification><status><delivered/></status></delivery-notification>",
            delivered,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Disposition-Notification", delivered, StringComparison.Ordinal); // nothing is asked of an answer
        Assert.DoesNotContain("Record-Route", delivered, StringComparison.Ordinal);
        scene.Peer.Msrp!.ExpectSilence();

        var message = Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        Assert.True(message.IsDisplayAsked);
        var first = message.DisplayedAsync();
        var displayed = Expect(scene);
        Assert.Contains("<display-notification><status><displayed/></status></display-notification>", displayed, StringComparison.Ordinal);
        Assert.NotEqual(ScriptedMsrp.Header(delivered, "imdn.Message-ID"), ScriptedMsrp.Header(displayed, "imdn.Message-ID"));
        Assert.True(first.Result());
        var again = message.DisplayedAsync();
        scene.Peer.Msrp.ExpectSilence();
        Assert.False(again.Result());
        Assert.Empty(scene.Events());
    }

    /// <summary>As rcsjta, linphone and others put it.</summary>
    [Theory]
    [InlineData("NS: imdn <urn:ietf:params:imdn>\nNS: rcs <http://www.gsma.com>\nimdn.Message-ID: Msg2UrbHGf\nDateTime: 2013-05-02T10:12:13.000+02:00\nimdn.Disposition-Notification: positive-delivery, display", 1, true)]
    [InlineData("NS: x <urn:ietf:params:imdn>\nx.Message-ID: 1\nx.Disposition-Notification: negative-delivery,positive-delivery", 1, false)]
    [InlineData("NS: <urn:ietf:params:imdn>\nMessage-ID: 1\nDisposition-Notification: display", 0, true)]
    [InlineData("imdn.Message-ID: 1\nimdn.Disposition-Notification: POSITIVE-DELIVERY;x=1 , processing", 1, false)]
    [InlineData("NS: imdn <urn:ietf:params:imdn>\nimdn.Message-ID: 1\nimdn.Disposition-Notification: negative-delivery", 0, false)] // it was delivered: nothing to say
    [InlineData("NS: imdn <urn:ietf:params:imdn>\nimdn.Disposition-Notification: positive-delivery", 0, false)]
    [InlineData("Subject: nothing is asked", 0, false)]
    public void RFC_5438_6_what_foreign_clients_ask_is_understood(string headers, int deliveries, bool display)
    {
        using var scene = new Scene();
        Call(scene, out var invite);
        Says(scene, invite, headers);
        for (var i = 0; i < deliveries; i++) Assert.Contains("<delivered/>", Expect(scene), StringComparison.Ordinal);
        scene.Peer.Msrp!.ExpectSilence();
        Assert.Equal(display, Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).IsDisplayAsked);
    }

    [Theory]
    [InlineData(DispositionNotifications.None, false, false)]
    [InlineData(DispositionNotifications.Delivery, true, false)]
    [InlineData(DispositionNotifications.Display, false, true)]
    public void RFC_5438_14_2_the_user_decides_what_is_told(DispositionNotifications give, bool delivered, bool displayed)
    {
        using var scene = With(o => o.Give = give);
        Call(scene, out var invite);
        Says(scene, invite, Ask);
        if (delivered) Assert.Contains("<delivered/>", Expect(scene), StringComparison.Ordinal);
        var message = Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        Assert.Equal(displayed, message.IsDisplayAsked);
        var telling = message.DisplayedAsync();
        if (displayed) Assert.Contains("<displayed/>", Expect(scene), StringComparison.Ordinal);
        scene.Peer.Msrp!.ExpectSilence();
        Assert.Equal(displayed, telling.Result());
    }

    [Fact]
    public void RFC_5438_7_2_1_a_notification_is_never_answered_whatever_it_asks()
    {
        using var scene = new Scene();
        Call(scene, out var invite);
        Says(scene, invite, Ask, Document("34jk324j"), type: Type + "\nContent-Disposition: notification");
        Says(scene, invite, Ask, "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>idle</state></isComposing>", type: "application/im-iscomposing+xml");
        scene.Peer.Msrp!.ExpectSilence();
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData("text/plain")] // says that it takes none
    [InlineData("text/plain image/png")]
    public void Who_does_not_take_notifications_is_spared_them(string wrapped)
    {
        using var scene = new Scene();
        Call(scene, out var invite, wrapped);
        Says(scene, invite, Ask);
        scene.Peer.Msrp!.ExpectSilence();
        var telling = Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).DisplayedAsync();
        scene.Peer.Msrp.ExpectSilence();
        Assert.False(telling.Result());
    }

    [Fact]
    public void A_peer_that_refuses_a_notification_after_all_keeps_the_session()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        Says(scene, invite, Ask);
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect(), "415 Unsupported");
        Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        Said(scene, session);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void RFC_5438_12_1_1_who_hides_is_named_by_no_notification_and_asks_none()
    {
        using var scene = With(static o => o.Anonymous = true);
        var session = Call(scene, out var invite);
        Assert.False(Asks(scene, session));
        Says(scene, invite, Ask + "\nimdn.Original-To: <sip:alice@example.com>");
        var told = Expect(scene);
        Assert.Contains("<recipient-uri>sip:anonymous@anonymous.invalid</recipient-uri><original-recipient-uri>sip:anonymous@anonymous.invalid</original-recipient-uri>", told, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_content_is_delivered_when_all_of_it_is_there()
    {
        using var scene = With(static o => o.StreamOver = 500);
        Call(scene, out var invite);
        var text = new string('x', 2000);
        var message = $"From: <sip:bob@example.com>\r\nTo: <sip:alice@example.com>\r\n{Ask.ReplaceLineEndings("\r\n")}\r\n\r\nContent-Type: text/plain\r\n\r\n{text}";
        Chunk(scene, invite, message[..1000], 1, message.Length, '+');
        var content = Assert.IsType<ContentReceived>(Assert.Single(scene.Events()));
        scene.Peer.Msrp!.ExpectSilence();
        Chunk(scene, invite, message[1000..], 1001, message.Length, '$');
        Assert.Contains("<delivered/>", Expect(scene), StringComparison.Ordinal);
        Assert.True(content.IsDisplayAsked);
        var telling = content.DisplayedAsync();
        Assert.Contains("<displayed/>", Expect(scene), StringComparison.Ordinal);
        Assert.True(telling.Result());
        content.Content.Dispose();
        scene.World.Run();
    }

    [Fact]
    public void Long_content_that_does_not_come_whole_is_not_delivered()
    {
        using var scene = With(static o => o.StreamOver = 500);
        Call(scene, out var invite);
        var message = $"From: <sip:bob@example.com>\r\n{Ask.ReplaceLineEndings("\r\n")}\r\n\r\nContent-Type: text/plain\r\n\r\n{new string('x', 2000)}";
        Chunk(scene, invite, message[..1000], 1, message.Length, '+');
        Chunk(scene, invite, message[1000..1001], 1001, message.Length, '#');
        scene.Peer.Msrp!.ExpectSilence();
        Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content.Dispose();
        scene.World.Run();
    }

    static void Chunk(Scene scene, WireMessage invite, string body, int start, int total, char flag)
    {
        scene.Peer.Msrp!.Send($"MSRP chunk SEND\r\nTo-Path: {invite.Sdp("path")}\r\nFrom-Path: {Peer}\r\nMessage-ID: big\r\nByte-Range: {start}-{start + body.Length - 1}/{total}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------chunk{flag}\r\n");
        if (scene.Peer.Msrp.Expect() is var answer) Assert.StartsWith("MSRP chunk 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_session_nothing_is_told_and_after_coming_back_it_is()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite, contact: Room);
        Says(scene, invite, Ask);
        Expect(scene);
        var message = Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        var leaving = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.True(leaving.Result());
        var late = message.DisplayedAsync();
        scene.World.Run();
        Assert.False(late.Result());
    }

    // ---- what we ask

    [Fact]
    public void RFC_5438_7_1_2_what_is_told_comes_once_each_and_in_whatever_order()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var (one, two) = (Said(scene, session), Said(scene, session, "Again"));
        Assert.NotEqual(one, two);
        Tells(scene, invite, two, "display", "displayed");
        Assert.Equal(new Displayed(session, two, "sip:bob@example.com"), Assert.Single(scene.Events()));
        Tells(scene, invite, one);
        Tells(scene, invite, one);
        Tells(scene, invite, two);
        Tells(scene, invite, two, "display", "displayed");
        Assert.Equal([new Delivered(session, one, "sip:bob@example.com"), new Delivered(session, two, "sip:bob@example.com")], scene.Events());
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("forbidden")]
    [InlineData("error")]
    public void RFC_5438_11_1_7_what_was_not_delivered_is_told_once_and_not_taken_back(string status)
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var id = Said(scene, session);
        Tells(scene, invite, id, "delivery", status);
        var told = Assert.IsType<Undelivered>(Assert.Single(scene.Events()));
        Assert.Equal((id, 0, "sip:bob@example.com"), (told.Id, told.Status, told.From));
        Assert.NotEmpty(told.Text);
        Tells(scene, invite, id);
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData("display", "forbidden")]
    [InlineData("display", "error")]
    [InlineData("processing", "stored")]
    [InlineData("processing", "processed")]
    [InlineData("delivery", "pondered")]
    public void What_says_nothing_of_delivery_or_display_is_passed_over(string kind, string status)
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        Tells(scene, invite, Said(scene, session), kind, status);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void RFC_5438_7_1_4_notifications_that_a_server_collected_are_taken_apart()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var id = Said(scene, session);
        var parts = string.Concat(((string[])[Document(id), Document(id, "display", "displayed"), Document("never", "display", "displayed")]).Select(static d => $"--imdn-boundary\nContent-type: message/imdn+xml\n\n{d}\n"));
        Says(scene, invite, "", parts + "--imdn-boundary--", type: "multipart/mixed;\n boundary=\"imdn-boundary\"\nContent-Disposition: notification");
        Assert.Equal([new Delivered(session, id, "sip:bob@example.com"), new Displayed(session, id, "sip:bob@example.com")], scene.Events());
    }

    [Fact]
    public void A_notification_in_base64_is_read()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var id = Said(scene, session);
        Says(scene, invite, "", Convert.ToBase64String(Encoding.UTF8.GetBytes(Document(id))), type: Type + "\nContent-Transfer-Encoding: base64");
        Assert.IsType<Delivered>(Assert.Single(scene.Events()));
    }

    [Theory]
    [InlineData("<imdn")]
    [InlineData("delivered!")]
    [InlineData("<!DOCTYPE imdn [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>&a;</message-id></imdn>")]
    [InlineData("<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>1</message-id></imdn>")]
    public void Hostile_notifications_are_refused_and_not_shown(string document)
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <sip:bob@example.com>\n\nContent-Type: {Type}\n\n{document}");
        Assert.StartsWith("MSRP peertransaction 400", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        scene.Peer.Msrp.SendMessage(invite.Sdp("path")!, Peer, $"From: <sip:bob@example.com>\n\nContent-Type: text/plain\nContent-Disposition: notification\n\nnot to be shown");
        Assert.StartsWith("MSRP peertransaction 400", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
        Said(scene, session);
    }

    /// <summary>One longer than what comes as a stream is a notification still; one of a megabyte is refused.</summary>
    [Fact]
    public void Long_notifications_are_no_content()
    {
        using var scene = With(static o => o.StreamOver = 100);
        var session = Call(scene, out var invite);
        var id = Said(scene, session);
        Tells(scene, invite, id);
        Assert.IsType<Delivered>(Assert.Single(scene.Events()));
        var padded = $"From: <sip:bob@example.com>\r\n\r\nContent-Type: {Type}\r\n\r\n{Document(id, "display", "displayed")}";
        Chunk(scene, invite, padded[..200], 1, padded.Length, '+');
        Chunk(scene, invite, padded[200..], 201, padded.Length, '$');
        Assert.IsType<Displayed>(Assert.Single(scene.Events()));
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <sip:bob@example.com>\n\nContent-Type: {Type}\n\n{Document(id, more: new string(' ', 1_000_000))}");
        Assert.StartsWith("MSRP peertransaction 413", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_thousand_forged_notifications_tell_nothing_and_leave_nothing()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var id = Said(scene, session);
        for (var i = 0; i < 1000; i++)
            Tells(scene, invite, string.Create(CultureInfo.InvariantCulture, $"{id[..^4]}{i:d4}x"), i % 2 == 0 ? "delivery" : "display", i % 2 == 0 ? "delivered" : "displayed");
        Assert.Empty(scene.Events());
        Assert.Equal(1, scene.Client.Awaited.Count);
        for (var i = 0; i < 1000; i++) Tells(scene, invite, id, from: $"sip:mallory{i}@example.com");
        Assert.IsType<Delivered>(Assert.Single(scene.Events())); // the other end of a 1-1 session is one, whatever it calls itself
    }

    [Fact]
    public void A_notification_in_another_session_is_passed_over()
    {
        using var scene = new Scene();
        var one = Call(scene, out _, contact: "sip:one@198.51.100.5;transport=tcp");
        var id = Said(scene, one);
        Call(scene, out var other, contact: "sip:other@198.51.100.5;transport=tcp");
        Tells(scene, other, id);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void RFC_5438_7_1_3_a_thousand_messages_can_be_told_of_and_those_before_are_forgotten()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var first = Said(scene, session);
        var second = Said(scene, session);
        for (var i = 0; i < 999; i++) Said(scene, session);
        Assert.Equal(1000, scene.Client.Awaited.Count);
        Tells(scene, invite, first);
        Assert.Empty(scene.Events());
        Tells(scene, invite, second);
        Assert.Equal(second, Assert.IsType<Delivered>(Assert.Single(scene.Events())).Id);
    }

    [Fact]
    public void What_the_other_end_refused_is_not_told_of_any_more()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var sending = session.SendAsync("Hello");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect(), "413 Too large");
        Assert.IsType<Undelivered>(Assert.Single(scene.Events()));
        Assert.Equal(0, scene.Client.Awaited.Count);
        Tells(scene, invite, sending.Result().Id);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void It_is_asked_where_the_options_say_so_and_only_who_takes_the_answer_asks()
    {
        foreach (var (set, asks) in ((Action<Options>, bool)[])[(static _ => { }, true), (static o => o.Ask = DispositionNotifications.None, false), (static o => o.Wrapped = ["text/plain"], false), (static o => o.Wrapped = ["*"], true)])
        {
            using var scene = With(set);
            Assert.Equal(asks, Asks(scene, Call(scene, out _)));
            Assert.Equal(asks ? 1 : 0, scene.Client.Awaited.Count);
        }

        using var some = With(static o => o.Ask = DispositionNotifications.Display);
        _ = Call(some, out _).SendAsync("Hello");
        Assert.Contains("\r\nimdn.Disposition-Notification: display\r\n", Expect(some), StringComparison.Ordinal);
    }

    [Fact]
    public void Content_from_a_stream_asks_too()
    {
        using var scene = new Scene();
        var session = Call(scene, out var invite);
        var sending = session.SendAsync("text/plain", new MemoryStream("streamed"u8.ToArray()));
        var send = Expect(scene);
        Assert.Contains($"\r\nimdn.Message-ID: {ScriptedMsrp.Header(send, "Message-ID")}\r\n", send, StringComparison.Ordinal);
        Assert.IsType<Sent>(Assert.Single(scene.Events()));
        Tells(scene, invite, sending.Result().Id);
        Assert.IsType<Delivered>(Assert.Single(scene.Events()));
    }

    // ---- groups

    [Fact]
    public void RFC_7701_6_in_a_group_each_recipient_is_told_of_once_and_answers_are_for_the_sender_alone()
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite, others: 2);
        Roster(scene, "alice", "bob", "carol");
        var id = Said(scene, session);
        foreach (var from in (string[])["bob", "carol", "bob", "alice"]) Tells(scene, invite, id, from: $"sip:{from}@example.com");
        Tells(scene, invite, id, from: "sip:anonymous1@anonymous.invalid"); // in, and not in the roster yet
        string[] told = ["sip:bob@example.com", "sip:carol@example.com", "sip:anonymous1@anonymous.invalid"];
        Assert.Equal(told.Select(from => new Delivered(session, id, from)), scene.Events());

        Says(scene, invite, Ask, from: "sip:carol@example.com");
        Assert.Contains("\r\nFrom: <sip:alice@example.com>\r\nTo: <sip:carol@example.com>\r\n", Expect(scene), StringComparison.Ordinal);
        Says(scene, invite, Ask, from: "sip:anonymous1@anonymous.invalid");
        Assert.Contains("\r\nTo: <sip:anonymous1@anonymous.invalid>\r\n", Expect(scene), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:anonymous@anonymous.invalid")] // no return address: it means the room
    [InlineData(Room)]
    [InlineData("sip:sess-7f3a@198.51.100.5:5060")]
    [InlineData("sip:conference-factory@example.com")]
    [InlineData("sip:alice@example.com")]
    [InlineData("im:bob@example.com")] // no address of SIP
    public void RFC_5438_14_an_answer_is_never_made_to_bounce_into_the_room(string from)
    {
        using var scene = new Scene().Registered();
        Group(scene, out var invite);
        Says(scene, invite, Ask, from: from);
        scene.Peer.Msrp!.ExpectSilence();
        var message = Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        Assert.False(message.IsDisplayAsked);
        Assert.False(message.DisplayedAsync().Result());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=chatroom\r\n")]
    [InlineData("a=chatroom:nickname\r\n")]
    public void RFC_7701_8_where_nothing_can_be_said_to_one_alone_nothing_is_asked_or_told(string chatRoom)
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite, chatRoom);
        Assert.False(Asks(scene, session));
        Says(scene, invite, Ask);
        scene.Peer.Msrp!.ExpectSilence();
        Assert.False(Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).IsDisplayAsked);
    }

    [Fact]
    public void In_a_group_of_more_than_twenty_nothing_is_asked_or_told()
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite);
        var notifier = new ScriptedNotifier(scene).Accepted();
        void Enter(uint version, int members) =>
            notifier.Notify(SubscribeToConferenceTests.Document("full", version, [.. Enumerable.Range(1, members).Select(static n => SubscribeToConferenceTests.User($"user{n}", "connected")), SubscribeToConferenceTests.User("gone", "disconnected")]));
        Enter(0, 20);
        scene.Events();
        Assert.True(Asks(scene, session));
        Says(scene, invite, Ask, from: "sip:user1@example.com");
        Assert.Contains("<delivered/>", Expect(scene), StringComparison.Ordinal);
        Enter(1, 21);
        scene.Events();
        Assert.False(Asks(scene, session));
        Says(scene, invite, Ask, from: "sip:user1@example.com");
        scene.Peer.Msrp!.ExpectSilence();
    }

    [Theory]
    [InlineData(19, true)] // with the user twenty
    [InlineData(20, false)]
    public void Before_the_roster_comes_those_who_were_invited_count(int others, bool asks)
    {
        using var scene = new Scene().Registered();
        Assert.Equal(asks, Asks(scene, Group(scene, out _, others: others)));
    }

    [Fact]
    public void In_a_joined_group_it_is_asked_until_the_server_refuses_to_tell_who_is_there()
    {
        using var scene = new Scene().Registered();
        var joining = scene.Client.JoinGroupAsync("sip:team@groups.example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, $"Contact: <{Room}>;isfocus", ScriptedPeer.Sdp(wrapped: "*", more: Whisper));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        var session = joining.Result().Session!;
        var subscribe = scene.Peer.Expect("SUBSCRIBE");
        Assert.True(Asks(scene, session));
        scene.Peer.Answer(subscribe, 403);
        Assert.False(Asks(scene, session));
    }

    [Fact]
    public void No_more_members_of_a_group_are_told_of_than_it_may_have()
    {
        using var scene = With(static o => (o.UpTo, o.Subscribe) = (3, false));
        var session = Group(scene, out var invite);
        var id = Said(scene, session);
        for (var i = 0; i < 50; i++) Tells(scene, invite, id, from: $"sip:user{i}@example.com");
        Tells(scene, invite, id, from: $"sip:{new string('x', 300)}@example.com");
        Assert.Equal(3, scene.Events().Count);
    }

    sealed class Options
    {
        public DispositionNotifications Ask { get; set; } = DispositionNotifications.All;

        public DispositionNotifications Give { get; set; } = DispositionNotifications.All;

        public int UpTo { get; set; } = 20;

        public bool Anonymous { get; set; }

        public int? StreamOver { get; set; }

        public bool Subscribe { get; set; } = true;

        public IReadOnlyList<string>? Wrapped { get; set; }
    }
}
