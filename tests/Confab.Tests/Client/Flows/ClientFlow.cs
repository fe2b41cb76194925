using System.Text.RegularExpressions;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>
/// A flow of OMA SIMPLE IM from the client's side: alice (192.0.2.11, MSRP on 7654) and a server that plays its part word for word. What she sends is
/// compared header by header, and nothing else may come.
/// </summary>
sealed class ClientFlow : IDisposable
{
    public const string Room = "sip:sess-7f3a9c2e41b0@im.example.com";
    public const string Focus = $"<{Room}>;isfocus;+g.oma.sip-im";
    public const string One = "sip:one-5c1d77e0@im.example.com";

    /// <summary>What an IM Server says in every answer that makes a session.</summary>
    public const string Server = "Server: IM-serv/OMA1.0 ExampleAs/1.0\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, SUBSCRIBE, NOTIFY, MESSAGE";
    public const string FocusServer = $"Contact: {Focus}\n{Server}\nAllow-Events: conference, refer\nSupported: replaces, norefersub, tdialog, multiple-refer";

    /// <summary>IMC-GEN-1 to IMC-GEN-7: every request of hers that begins a session, and no other header of identity or routing.</summary>
    public const string Initial = """
        Via: SIP/2.0/TCP 192.0.2.11:*;branch=z9hG4bK*
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=*
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
        Accept-Contact: *;+g.oma.sip-im
        P-Preferred-Identity: <sip:alice@example.com>
        User-Agent: IM-client/OMA1.0 Confab/*
        Allow: INVITE, ACK, CANCEL, BYE, OPTIONS*
        Supported: replaces, timer, norefersub, tdialog
        !P-Asserted-Identity
        !Privacy
        !Route
        !Server
        """;

    public ClientFlow(Func<ImClientOptions, ImClientOptions>? change = null, bool isRegistered = true)
    {
        Scene = new Scene(change: change ?? (static o => Options(o)));
        if (isRegistered) Scene.Registered();
    }

    public static ImClientOptions Options(ImClientOptions o, bool anonymous = false, bool suppress = false, bool outside = false, int largest = 100) => new()
    {
        Address = o.Address,
        Password = o.Password,
        Server = o.Server,
        Anonymous = anonymous,
        SuppressReferSubscription = suppress,
        OutOfDialogRefer = outside,
        MaxAdhocGroupSize = largest,
        MsrpListener = new(System.Net.IPAddress.Any, 7654),
    };

    public Scene Scene { get; }

    public ImClient Client => Scene.Client;

    public ScriptedPeer Peer => Scene.Peer;

    /// <summary>What the server says of its media.</summary>
    public static string Sdp(string setup = "passive", string id = "peersession", string more = "") =>
        ScriptedPeer.Sdp(setup, wrapped: "text/plain application/im-iscomposing+xml", id: id, more: more);

    /// <summary>The next message of hers: its first line, then a header a line, <c>*</c> for anything, <c>!Name</c> for one that must not be there.</summary>
    public WireMessage Sends(string start, string headers = "")
    {
        var message = Peer.Expect(start);
        foreach (var line in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '!') Assert.True(message[line[1..]] is null, $"{line} in {message}");
            else
            {
                var (name, pattern) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
                var values = message.All(name).ToArray();
                Assert.True(values.Length == 1 && Matches(pattern, values[0]), $"expected {line}, but: {message}");
            }
        }

        return message;
    }

    /// <summary>The offer of IMC-SDP-1 to IMC-SDP-6, a line each.</summary>
    public static void Offers(string body, string setup = "actpass")
    {
        foreach (var line in (string[])["v=0", "o=* IN IP4 192.0.2.11", "s=-", "c=IN IP4 192.0.2.11", "t=0 0", "m=message 7654 TCP/MSRP *", "a=accept-types:message/cpim*",
            "a=accept-wrapped-types:text/plain application/im-iscomposing+xml*", "a=path:msrp://192.0.2.11:7654/*;tcp", $"a=setup:{setup}"])
            Assert.True(body.Split("\r\n").Count(l => Matches(line, l)) == 1, $"expected {line} once, but: {body}");
    }

    /// <summary>The recipient list of a request, a URI each, as it is written.</summary>
    public static string[] Recipients(WireMessage request) => [.. Regex.Matches(request.Body, "<entry uri=\"(?<uri>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(static m => m.Groups["uri"].Value)];

    /// <summary>She connects, and binds by a SEND without content (IMC-SDP-7).</summary>
    public void Binds(string id)
    {
        Scene.World.Run();
        var frame = Peer.Msrp!.Expect();
        Assert.Matches($@"^MSRP \S+ SEND\r\nTo-Path: msrp://198\.51\.100\.5:2855/{id};tcp\r\nFrom-Path: msrp://192\.0\.2\.11:7654/\S+;tcp\r\nMessage-ID: \S+\r\n(.*\r\n)*-------\S+\$\r\n$", frame);
        Assert.DoesNotContain("Content-Type", frame, StringComparison.Ordinal);
        Peer.Msrp.Answer(frame);
        Scene.World.Run();
    }

    /// <summary>She writes it to the session; it is taken.</summary>
    public void Writes(ImSession session, string text, string to)
    {
        var sending = session.SendAsync(text, CancellationToken.None);
        Scene.World.Run();
        var frame = Peer.Msrp!.Expect();
        Assert.Contains("\r\nContent-Type: message/cpim\r\n\r\n", frame, StringComparison.Ordinal);
        Assert.Contains("From: <sip:alice@example.com>\r\n", frame, StringComparison.Ordinal);
        Assert.Contains($"To: <{to}>\r\n", frame, StringComparison.Ordinal);
        Assert.Matches("\r\n\r\nContent-Type: text/plain[^\r]*\r\n\r\n" + Regex.Escape(text) + "\r\n-------", frame);
        Peer.Msrp.Answer(frame);
        Assert.True(sending.Result().IsSent);
    }

    /// <summary>An ad-hoc group of alice, bob and carol, with what she knows of it: F2.</summary>
    public ImSession Hosts(out WireMessage invite, out ConferenceNotifier notifier)
    {
        var starting = Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.net"]);
        invite = Sends("INVITE sip:conference-factory@example.com SIP/2.0\r\n", Initial);
        Peer.Answer(invite, 200, FocusServer, Sdp(id: "sF2dJ4nYc1HfXe6U"), tag: "s111");
        Sends("ACK");
        Binds("sF2dJ4nYc1HfXe6U");
        notifier = new ConferenceNotifier(this);
        notifier.Full(0, ("alice@example.com", "connected", ""), ("bob@example.com", "connected", ""), ("carol@example.net", "connected", ""));
        Scene.Events();
        return starting.Result().Session!;
    }

    /// <summary>A 1-1 session with bob: F1.</summary>
    public ImSession Calls(out WireMessage invite)
    {
        var calling = Client.CallAsync("sip:bob@example.com");
        invite = Sends("INVITE sip:bob@example.com SIP/2.0\r\n", Initial);
        Peer.Answer(invite, 200, $"Contact: <{One}>;+g.oma.sip-im\nP-Asserted-Identity: <sip:bob@example.com>\n{Server}", Sdp(id: "sA8dJ4nYc1HfXe6U"), tag: "s101");
        Sends("ACK");
        Binds("sA8dJ4nYc1HfXe6U");
        Scene.Events();
        return calling.Result().Session!;
    }

    /// <summary>An invitation of the server's, as F2 step 4 and F6 step 5 have it; she rings.</summary>
    public WireMessage Invites(string more, string callId, string? list = null, string contact = Focus)
    {
        var sdp = Sdp("actpass", id: "sF2b7uDz6NiGo4Ex");
        var invite = Peer.Request(
            "INVITE",
            "sip:alice@192.0.2.11",
            $"From: <{Room}>;tag=s120\nTo: <sip:alice@example.com>\nCall-ID: {callId}\nCSeq: 1 INVITE\nContact: {contact}\nAccept-Contact: *;+g.oma.sip-im\n"
                + $"P-Asserted-Identity: <sip:bob@example.com>\n{more}User-Agent: IM-serv/OMA1.0 ExampleAs/1.0\nSupported: replaces, norefersub, tdialog, multiple-refer\n"
                + $"Content-Type: {(list is null ? "application/sdp" : "multipart/mixed;boundary=\"bnd-f2b\"")}",
            list is null ? sdp : $"--bnd-f2b\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--bnd-f2b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list-history; handling=optional\r\n\r\n{list}\r\n--bnd-f2b--\r\n");
        Sends("SIP/2.0 180", "Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im\nServer: IM-client/OMA1.0 Confab/*");
        return invite;
    }

    /// <summary>She accepts the invitation: 200 with the answer, ACK, her connection (IMC-INV-3, IMC-INV-4).</summary>
    public WireMessage Accepts(ImSession session, WireMessage invite)
    {
        _ = session.AcceptAsync();
        var answer = Sends("SIP/2.0 200", """
            Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
            P-Preferred-Identity: <sip:alice@example.com>
            Server: IM-client/OMA1.0 Confab/*
            Allow: INVITE, ACK, CANCEL, BYE, OPTIONS*
            Supported: replaces, timer, norefersub, tdialog
            Content-Type: application/sdp
            """);
        Offers(answer.Body, "active");
        Scene.InDialog(invite, answer, "ACK", 1);
        Binds("sF2b7uDz6NiGo4Ex");
        return answer;
    }

    public T Next<T>()
        where T : ImEvent
    {
        var happened = Scene.NextEvent();
        while (happened is not T && happened is Calling or RosterChanged or Sent or Confab.Client.Progress) happened = Scene.NextEvent();
        return Assert.IsType<T>(happened);
    }

    /// <summary>The flow is over: she says nothing more.</summary>
    public void EndsHere()
    {
        Peer.ExpectSilence();
        Peer.Msrp?.ExpectSilence();
    }

    public void Dispose() => Scene.Dispose();

    static bool Matches(string pattern, string value) =>
        Regex.IsMatch(value, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
}

/// <summary>The server's end of her subscription: F13.</summary>
sealed class ConferenceNotifier
{
    readonly ClientFlow _flow;
    int _number;

    public ConferenceNotifier(ClientFlow flow, string room = ClientFlow.Room)
    {
        _flow = flow;
        Subscribe = flow.Sends($"SUBSCRIBE {room} SIP/2.0\r\n", $"""
            Max-Forwards: 70
            From: <sip:alice@example.com>;tag=*
            To: <{room}>
            CSeq: 1 SUBSCRIBE
            Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
            Accept-Contact: *;+g.oma.sip-im
            Event: conference
            Accept: application/conference-info+xml
            Expires: 3600
            P-Preferred-Identity: <sip:alice@example.com>
            User-Agent: IM-client/OMA1.0 Confab/*
            Content-Length: 0
            !Privacy
            """);
        flow.Peer.Answer(Subscribe, 200, $"Expires: 3600\nContact: {ClientFlow.Focus}\nServer: IM-serv/OMA1.0 ExampleAs/1.0", tag: "n190");
    }

    public WireMessage Subscribe { get; }

    public void Full(int version, params (string User, string Status, string Gone)[] users) => Notify(Document("full", version, users));

    public void Partial(int version, params (string User, string Status, string Gone)[] users) => Notify(Document("partial", version, users));

    public void Over(string reason, string? document = null) => Notify(document ?? "", $"terminated;reason={reason}");

    public void Notify(string body, string state = "active;expires=3600", int expect = 200)
    {
        _flow.Peer.Request(
            "NOTIFY",
            "sip:alice@192.0.2.11",
            $"From: {Subscribe["To"]};tag=n190\nTo: {Subscribe["From"]}\nCall-ID: {Subscribe["Call-ID"]}\nCSeq: {++_number} NOTIFY\nContact: {ClientFlow.Focus}\nEvent: conference\n"
                + $"Subscription-State: {state}\nUser-Agent: IM-serv/OMA1.0 ExampleAs/1.0\n{(body.Length > 0 ? "Content-Type: application/conference-info+xml" : "")}",
            body);
        _flow.Sends($"SIP/2.0 {expect} ", $"CSeq: {_number} NOTIFY\nServer: IM-client/OMA1.0 Confab/*");
    }

    public static string Document(string state, int version, params (string User, string Status, string Gone)[] users) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{ClientFlow.Room}\" state=\"{state}\" version=\"{version}\">"
        + $"<conference-state><user-count>{users.Length}</user-count><active>true</active></conference-state><users{(state == "partial" ? " state=\"partial\"" : "")}>"
        + string.Concat(users.Select(u => $"<user entity=\"sip:{u.User}\" state=\"full\"><endpoint entity=\"sip:{u.User}\"><status>{u.Status}</status>"
            + $"{(u.Gone.Length > 0 ? $"<disconnection-method>{u.Gone}</disconnection-method>" : "")}</endpoint></user>"))
        + "</users></conference-info>";

    public static string Deleted(int version) =>
        $"<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{ClientFlow.Room}\" state=\"deleted\" version=\"{version}\"/>";
}
