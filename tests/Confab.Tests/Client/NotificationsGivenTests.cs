using Confab.Client;
using Xunit;
using static Confab.Tests.Client.NotificationScene;

namespace Confab.Tests.Client;

/// <summary>RFC 5438 at the client: what others ask, what it answers, and whom it spares.</summary>
public sealed class NotificationsGivenTests
{
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
        Says(scene, invite, Ask, Document("34jk324j"), type: ImdnType + "\nContent-Disposition: notification");
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
}
