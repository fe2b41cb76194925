using System.Globalization;
using System.Text;
using Confab.Client;
using Xunit;
using static Confab.Tests.Client.NotificationScene;

namespace Confab.Tests.Client;

/// <summary>RFC 5438 at the client: what it asks, what it is told, and what of that it believes.</summary>
public sealed class NotificationsTakenTests
{
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
        Says(scene, invite, "", Convert.ToBase64String(Encoding.UTF8.GetBytes(Document(id))), type: ImdnType + "\nContent-Transfer-Encoding: base64");
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
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <sip:bob@example.com>\n\nContent-Type: {ImdnType}\n\n{document}");
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
        var padded = $"From: <sip:bob@example.com>\r\n\r\nContent-Type: {ImdnType}\r\n\r\n{Document(id, "display", "displayed")}";
        Chunk(scene, invite, padded[..200], 1, padded.Length, '+');
        Chunk(scene, invite, padded[200..], 201, padded.Length, '$');
        Assert.IsType<Displayed>(Assert.Single(scene.Events()));
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <sip:bob@example.com>\n\nContent-Type: {ImdnType}\n\n{Document(id, more: new string(' ', 1_000_000))}");
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
}
