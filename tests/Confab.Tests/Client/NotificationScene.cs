using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Sessions with a peer that is not ours and that knows RFC 5438.</summary>
internal static class NotificationScene
{
    public const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";
    public const string Room = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    public const string Whisper = "a=chatroom:private-messages\r\n";
    public const string ImdnType = "message/imdn+xml";
    public const string Ask = "NS: imdn <urn:ietf:params:imdn>\nimdn.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nimdn.Disposition-Notification: positive-delivery, display";

    public static Scene With(Action<Options> set)
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

    public static ImSession Call(Scene scene, out WireMessage invite, string wrapped = "text/plain " + ImdnType, string contact = "sip:one@198.51.100.5;transport=tcp")
    {
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, $"Contact: <{contact}>", ScriptedPeer.Sdp(wrapped: wrapped));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return calling.Result().Session!;
    }

    public static ImSession Group(Scene scene, out WireMessage invite, string more = Whisper, int others = 1)
    {
        var starting = scene.Client.GroupAsync([.. Enumerable.Range(1, others).Select(static n => $"sip:user{n}@example.com")]);
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, $"Contact: <{Room}>;isfocus", ScriptedPeer.Sdp(wrapped: "*", more: more));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return starting.Result().Session!;
    }

    public static void Roster(Scene scene, params string[] users)
    {
        new ScriptedNotifier(scene).Accepted().Notify(SubscribeToConferenceTests.Document("full", 0, [.. users.Select(static u => SubscribeToConferenceTests.User(u, "connected"))]));
        scene.Events();
    }

    public static void Says(Scene scene, WireMessage invite, string headers, string content = "hi", string from = "sip:bob@example.com", string type = "text/plain", string id = "peertransaction")
    {
        scene.Peer.Msrp!.SendMessage(invite.Sdp("path")!, Peer, $"From: <{from}>\nTo: <sip:alice@example.com>\n{(headers.Length > 0 ? headers + "\n" : "")}\nContent-Type: {type}\n\n{content}", id: id);
        Assert.StartsWith($"MSRP {id} 200", scene.Peer.Msrp.Expect(), StringComparison.Ordinal); // its 200 comes before what it asks
    }

    public static string Document(string messageId, string kind = "delivery", string status = "delivered", string more = "") =>
        $"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>{messageId}</message-id><datetime>2025-01-15T10:00:00Z</datetime>{more}<{kind}-notification><status><{status}/></status></{kind}-notification></imdn>";

    public static void Tells(Scene scene, WireMessage invite, string messageId, string kind = "delivery", string status = "delivered", string from = "sip:bob@example.com") =>
        Says(scene, invite, "", Document(messageId, kind, status), from, ImdnType + "\nContent-Disposition: notification");

    public static string Expect(Scene scene)
    {
        var send = scene.Peer.Msrp!.Expect();
        scene.Peer.Msrp.Answer(send);
        return send;
    }

    /// <summary>A text of alice that the peer has taken; gives its Message-ID.</summary>
    public static string Said(Scene scene, ImSession session, string text = "Hello")
    {
        var sending = session.SendAsync(text);
        Expect(scene);
        Assert.IsType<Sent>(Assert.Single(scene.Events()));
        return sending.Result().Id;
    }

    public static bool Asks(Scene scene, ImSession session)
    {
        _ = session.SendAsync("Hello");
        var asks = Expect(scene).Contains("\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n", StringComparison.Ordinal);
        scene.Events();
        return asks;
    }

    public static void Chunk(Scene scene, WireMessage invite, string body, int start, int total, char flag)
    {
        scene.Peer.Msrp!.Send($"MSRP chunk SEND\r\nTo-Path: {invite.Sdp("path")}\r\nFrom-Path: {Peer}\r\nMessage-ID: big\r\nByte-Range: {start}-{start + body.Length - 1}/{total}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------chunk{flag}\r\n");
        if (scene.Peer.Msrp.Expect() is var answer) Assert.StartsWith("MSRP chunk 200", answer, StringComparison.Ordinal);
    }

    public sealed class Options
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
