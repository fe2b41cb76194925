using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;

namespace Confab.Tests.Sip;

/// <summary>A message as it reached a scripted peer.</summary>
internal sealed record Caught(TimeSpan At, SipMessage Message, Flow Flow)
{
    public SipRequest Request => (SipRequest)Message;

    public SipResponse Response => (SipResponse)Message;
}

/// <summary>A peer without a stack: it hears whole messages, with their times, and sends what it is given.</summary>
internal sealed class RawPeer : IDatagramHandler
{
    private readonly SimWorld _sim;
    private readonly SimHost _host;
    private IDatagramPort? _port;

    public RawPeer(SimWorld sim, string address, bool udp = true, bool tcp = true, int port = 5060)
    {
        _sim = sim;
        _host = sim.Network.Host(IPAddress.Parse(address));
        var local = new IPEndPoint(_host.Address, port);
        if (udp) _port = _host.Bind(local, this);
        if (tcp) _host.Listen(local, Transport.Tcp, Accept);
    }

    public List<Caught> Heard { get; } = [];

    /// <summary>What could not be parsed: the answers to malformed requests repeat what was malformed.</summary>
    public List<(string Text, Flow Flow)> Malformed { get; } = [];

    /// <summary>Bytes of streams outside messages: keepalives.</summary>
    public StringBuilder Keepalives { get; } = new();

    public List<EndReason> Closed { get; } = [];

    /// <summary>Streams that others opened to this peer.</summary>
    public List<StreamFlow> Accepted { get; } = [];

    public IPEndPoint Local => _port!.Local;

    public Caught Last => Heard[^1];

    public Caught[] All(SipMethod method) => [.. Heard.Where(h => h.Message is SipRequest request && request.Method == method)];

    public Caught[] All(int status) => [.. Heard.Where(h => h.Message is SipResponse response && response.Status == status)];

    public TimeSpan[] TimesOf(SipMethod method) => [.. All(method).Select(static h => h.At)];

    public TimeSpan[] TimesOf(int status) => [.. All(status).Select(static h => h.At)];

    public Flow To(string address, int port = 5060) => _port!.To(new IPEndPoint(IPAddress.Parse(address), port));

    /// <summary>Moves to another port: what is sent from now on comes from there.</summary>
    public void Rebind(int port) => _port = _host.Bind(new IPEndPoint(_host.Address, port), this);

    public StreamFlow Connect(string address, int port = 5060)
    {
        StreamFlow? connected = null;
        _host.Connect(
            new IPEndPoint(IPAddress.Parse(address), port),
            Transport.Tcp,
            flow =>
            {
                connected = flow;
                return new PerStream(this, flow);
            },
            static reason => throw new InvalidOperationException($"Not connected: {reason}"));
        _sim.Run();
        return connected!;
    }

    /// <summary>Sends the text, its lines ended as SIP ends them, and lets the world settle.</summary>
    public void Send(Flow flow, string text)
    {
        flow.Send(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
        _sim.Run();
    }

    /// <summary>Answers a request over the flow it came by.</summary>
    public void Answer(Caught to, int status, string toTag = "b1", string more = "", string? contact = "<sip:bob@10.0.0.2>")
    {
        var request = to.Request;
        var text = new StringBuilder($"SIP/2.0 {status} {Encoding.UTF8.GetString(StatusCode.Phrase(status))}\n");
        foreach (var header in request.RawHeaders)
        {
            if (header.Known is HeaderName.Via or HeaderName.From or HeaderName.CallId or HeaderName.CSeq) text.Append($"{header.Name}: {header.Value}\n");
        }

        text.Append($"To: {request.To.Text}{(request.ToTag.IsEmpty && status > 100 ? $";tag={toTag}" : "")}\n");
        if (contact is not null && request.Method == SipMethod.Invite) text.Append($"Contact: {contact}\n");
        Send(to.Flow, $"{text}{more}Content-Length: 0\n\n");
    }

    /// <summary>A request from this peer, alice, to bob at the party under test.</summary>
    public static string Request(
        string method,
        string branch = "z9hG4bK1",
        int cseq = 1,
        string toTag = "",
        string sentBy = "10.0.0.2",
        string protocol = "UDP",
        string callId = "call-1",
        string? contact = "<sip:alice@10.0.0.2>",
        string more = "",
        string uri = "sip:bob@10.0.0.1",
        string viaParameters = ";rport")
    {
        var ending = toTag.Length == 0 ? "" : $";tag={toTag}";
        var contactLine = contact is null ? "" : $"Contact: {contact}\n";
        return $"{method} {uri} SIP/2.0\nVia: SIP/2.0/{protocol} {sentBy};branch={branch}{viaParameters}\nMax-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a1\n"
            + $"To: <sip:bob@example.com>{ending}\nCall-ID: {callId}\nCSeq: {cseq} {method}\n{contactLine}{more}Content-Length: 0\n\n";
    }

    void IDatagramHandler.OnReceived(ReadOnlySpan<byte> datagram, Flow flow) => Hear(datagram.ToArray(), flow);

    private PerStream Accept(StreamFlow flow)
    {
        Accepted.Add(flow);
        return new PerStream(this, flow);
    }

    private void Hear(byte[] bytes, Flow flow)
    {
        if (!SipParser.TryParse((byte[])bytes.Clone(), 128, out var message, out _))
        {
            Malformed.Add((Encoding.UTF8.GetString(bytes), flow));
            return;
        }

        Heard.Add(new Caught(_sim.Time.Elapsed, message, flow));
    }

    private sealed class PerStream(RawPeer peer, StreamFlow flow) : IStreamHandler
    {
        private FrameProgress _progress;

        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            var taken = 0;
            while (taken < bytes.Length)
            {
                var result = SipFramer.Find(bytes[taken..], new FrameRules(1_000_000, 1_000_000, ExpectsPong: true), ref _progress, out var consumed, out var length, out _);
                taken += consumed;
                if (result == FrameResult.Message) peer.Hear(bytes[(taken - length)..taken].ToArray(), flow);
                else if (result == FrameResult.Pong) peer.Keepalives.Append("pong ");
                else return taken;
            }

            return taken;
        }

        public void OnClosed(EndReason reason) => peer.Closed.Add(reason);
    }
}
