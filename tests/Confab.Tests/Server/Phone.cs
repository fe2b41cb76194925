using System.Globalization;
using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server;

/// <summary>A user's device without a stack: it does by itself what every device does, and the rest when told.</summary>
internal sealed class Phone : IDatagramHandler
{
    private readonly ServerRig _rig;
    private readonly SimHost _host;
    private readonly IPEndPoint _server = IPEndPoint.Parse("10.0.0.1:5060");
    private readonly bool _isUdp;
    private IDatagramPort? _port;
    private Flow? _flow;
    private int _next;

    public Phone(ServerRig rig, string name, string host, Transport transport = Transport.Tcp)
    {
        _rig = rig;
        _isUdp = transport == Transport.Udp;
        Name = name;
        _host = rig.Sim.Network.Host(IPAddress.Parse(host));
    }

    public string Name { get; }

    public string Address => $"sip:{Name}@example.com";

    public SimHost Host => _host;

    public ServerRig Rig => _rig;

    public List<SipMessage> Heard { get; } = [];

    public List<Call> Calls { get; } = [];

    public Call LastCall => Calls[^1];

    /// <summary>200 to a BYE, 200 and 487 to a CANCEL, ACK to any final answer.</summary>
    public bool IsPolite { get; set; } = true;

    public Action<Call>? Invited { get; set; }

    /// <summary>Told of NOTIFYs that are outside of all calls.</summary>
    public Action<SipRequest>? Notified { get; set; }

    public string Contact => $"<sip:{Name}@{LocalEndPoint}{(_isUdp ? "" : ";transport=tcp")}>";

    public IPEndPoint LocalEndPoint => Flow.Local;

    public Flow Flow
    {
        get
        {
            if (_flow is { IsOpen: true }) return _flow;
            if (_isUdp) return _flow = (_port ??= _host.Bind(new IPEndPoint(_host.Address, 5060), this)).To(_server);
            _host.Connect(_server, Transport.Tcp, Opened, static reason => Assert.Fail($"No connection: {reason}"));
            _rig.RunUntil(() => _flow is { IsOpen: true }, 5);
            return _flow!;
        }
    }

    /// <summary>The connection breaks; the next message opens another.</summary>
    public void Drop()
    {
        if (_flow is SimStream stream) stream.Break();
        _flow = null;
        _rig.Run();
    }

    public int Register()
    {
        var id = $"reg-{Name}-{++_next}";
        Send(Request("REGISTER", "sip:example.com", id, 1, "t1", Address, "", NewBranch(), $"Contact: {Contact};expires=3600\r\n"));
        SipResponse? answer = null;
        _rig.RunUntil(() => (answer = Heard.OfType<SipResponse>().FirstOrDefault(r => r.CallId.ToString() == id)) is not null, 5);
        return answer?.Status ?? 0;
    }

    public Call Invite(string uri, string? body = null, string contentType = "application/sdp", string more = "")
    {
        var call = new Call(this, $"call-{Name}-{++_next}", isCaller: true) { Uri = uri };
        Calls.Add(call);
        call.SendInvite(body ?? call.Sdp("actpass"), contentType, more);
        return call;
    }

    public Call InviteGroup(params string[] addresses)
    {
        var call = new Call(this, $"call-{Name}-{++_next}", isCaller: true) { Uri = "sip:conference-factory@example.com" };
        Calls.Add(call);
        call.SendInvite(Multipart(call.Sdp("actpass"), "application/resource-lists+xml", List(addresses)), "multipart/mixed;boundary=b", "");
        return call;
    }

    public static string Multipart(string sdp, string type, string part) =>
        $"--b\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b\r\nContent-Type: {type}\r\n\r\n{part}\r\n--b--\r\n";

    public static string List(params IEnumerable<string> addresses) =>
        "<?xml version=\"1.0\"?><resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list>"
        + string.Concat(addresses.Select(static address => $"<entry uri=\"{address}\"/>")) + "</list></resource-lists>";

    public string NewBranch() => string.Create(CultureInfo.InvariantCulture, $"z9hG4bK-{Name}-{++_next}");

    public void Send(string text)
    {
        Flow.Send(Encoding.UTF8.GetBytes(text));
        _rig.Run();
    }

    public string Request(string method, string uri, string callId, uint cseq, string tag, string to, string toTag, string branch, string more = "", string body = "") =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{(_isUdp ? "UDP" : "TCP")} {LocalEndPoint};branch={branch};rport\r\nMax-Forwards: 70\r\nFrom: <{Address}>;tag={tag}\r\n"
        + $"To: <{to}>{(toTag.Length == 0 ? "" : $";tag={toTag}")}\r\nCall-ID: {callId}\r\nCSeq: {cseq} {method}\r\nP-Asserted-Identity: <{Address}>\r\n{more}"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public void Respond(SipRequest request, int status, string tag, string more = "", string body = "")
    {
        var text = new StringBuilder($"SIP/2.0 {status} {Encoding.UTF8.GetString(StatusCode.Phrase(status))}\r\n");
        foreach (var header in request.RawHeaders)
        {
            if (header.Known is HeaderName.Via or HeaderName.From or HeaderName.CallId or HeaderName.CSeq) text.Append($"{header.Name}: {header.Value}\r\n");
        }

        text.Append($"To: {request.To.Text}{(request.ToTag.IsEmpty && status > 100 ? $";tag={tag}" : "")}\r\n");
        Send($"{text}{more}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    void IDatagramHandler.OnReceived(ReadOnlySpan<byte> datagram, Flow flow) => Hear(datagram.ToArray());

    private Stream Opened(StreamFlow flow)
    {
        _flow = flow;
        return new Stream(this);
    }

    private void Hear(byte[] bytes)
    {
        Assert.True(SipParser.TryParse(bytes, 128, out var message, out var fault), fault.Reason);
        Heard.Add(message);
        var call = Calls.Find(c => c.CallId == message.CallId.ToString());
        if (message is SipResponse response)
        {
            call?.Hear(response);
        }
        else if (call is not null)
        {
            call.Hear((SipRequest)message);
        }
        else if (message is SipRequest { Method: SipMethod.Invite } invite)
        {
            call = new Call(this, invite.CallId.ToString(), isCaller: false);
            Calls.Add(call);
            call.Hear(invite);
            Invited?.Invoke(call);
        }
        else if (message is SipRequest { Method: SipMethod.Notify } notify)
        {
            Notified?.Invoke(notify);
        }
    }

    private sealed class Stream(Phone phone) : IStreamHandler
    {
        private FrameProgress _progress;

        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            var taken = 0;
            while (taken < bytes.Length)
            {
                var result = SipFramer.Find(bytes[taken..], new FrameRules(1_000_000, 1_000_000, ExpectsPong: true), ref _progress, out var consumed, out var length, out _);
                taken += consumed;
                if (result == FrameResult.Message) phone.Hear(bytes[(taken - length)..taken].ToArray());
                else if (result != FrameResult.Pong) return taken;
            }

            return taken;
        }

        public void OnClosed(EndReason reason)
        {
        }
    }
}
