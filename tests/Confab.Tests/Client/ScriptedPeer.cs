using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>A server that does what a test writes, in plain text: SIP on port 5060 over TCP and UDP, MSRP on 2855. None of our SIP or MSRP code.</summary>
sealed class ScriptedPeer : IDatagramHandler
{
    public const string Host = "198.51.100.5";

    readonly SimWorld _world;
    readonly Queue<WireMessage> _sip = new();
    readonly List<IListener> _ports = [];
    int _tags;
    int _pings;

    public ScriptedPeer(SimWorld world)
    {
        _world = world;
        Open();
    }

    /// <summary>The machine is gone: its ports are closed, and so is what was open.</summary>
    public void GoDown()
    {
        foreach (var port in _ports) port.Dispose();
        _ports.Clear();
        foreach (var stream in _world.Network.Streams.ToArray()) stream.Break();
        _world.Run();
    }

    /// <summary>It is there again, and remembers what it knew.</summary>
    public void Open()
    {
        var (world, network) = (_world, _world.Network.Host(IPAddress.Parse(Host)));
        _ports.Add(network.Listen(new IPEndPoint(IPAddress.Parse(Host), 5060), Transport.Tcp, flow =>
        {
            Flow = flow;
            return new Lines(this);
        }));
        _ports.Add(network.Bind(new IPEndPoint(IPAddress.Parse(Host), 5060), this));
        _ports.Add(network.Listen(new IPEndPoint(IPAddress.Parse(Host), 2855), Transport.Tcp, flow => Msrp = new ScriptedMsrp(world, flow)));
    }

    /// <summary>How the client was heard last.</summary>
    public Flow? Flow { get; private set; }

    /// <summary>The last connection for messages that the client opened.</summary>
    public ScriptedMsrp? Msrp { get; private set; }

    /// <summary>Everything that came, requests and responses.</summary>
    public List<WireMessage> Heard { get; } = [];

    /// <summary>The next message that came; fails when there is none of that kind.</summary>
    public WireMessage Expect(string start)
    {
        _world.Run();
        Assert.True(_sip.Count > 0, $"Nothing came; expected {start}");
        var message = _sip.Dequeue();
        Assert.StartsWith(start, message.Text, StringComparison.Ordinal);
        return message;
    }

    /// <summary>The next message that came, if it is of that kind.</summary>
    public bool TryHear(string start, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WireMessage? message)
    {
        _world.Run();
        return _sip.TryPeek(out message) && message.Text.StartsWith(start, StringComparison.Ordinal) && _sip.TryDequeue(out message);
    }

    /// <summary>Whether a keep-alive came that was not asked about; they are not answered.</summary>
    public bool TakePing()
    {
        _world.Run();
        return _pings > 0 && _pings-- > 0;
    }

    /// <summary>Fails when something came that was not expected.</summary>
    public void ExpectSilence()
    {
        _world.Run();
        Assert.True(_sip.Count == 0, _sip.Count == 0 ? "" : $"Expected nothing, but: {_sip.Peek()}");
    }

    /// <summary>Drops what has come.</summary>
    public void Ignore()
    {
        _world.Run();
        _sip.Clear();
    }

    public void Send(string message)
    {
        Flow!.Send(Encoding.UTF8.GetBytes(message));
        _world.Run();
    }

    /// <summary>Answers a request the way RFC 3261 8.2.6 has it, with further headers (a line each) and a body.</summary>
    public WireMessage Answer(WireMessage request, int status, string headers = "", string body = "", string? tag = null, string phrase = "Some Phrase")
    {
        var to = request["To"]!;
        if (!to.Contains("tag=", StringComparison.Ordinal) && status > 100) to += $";tag={tag ??= $"peer{++_tags}"}";
        var via = string.Concat(request.All("Via").Select(value => $"Via: {value}\r\n"));
        var text = $"SIP/2.0 {status} {phrase}\r\n{via}From: {request["From"]}\r\nTo: {to}\r\nCall-ID: {request["Call-ID"]}\r\nCSeq: {request["CSeq"]}\r\n"
            + Lined(headers) + (body.Length > 0 && !headers.Contains("Content-Type", StringComparison.Ordinal) ? "Content-Type: application/sdp\r\n" : "")
            + $"Content-Length: {body.Length}\r\n\r\n{body}";
        Send(text);
        return new WireMessage(text);
    }

    /// <summary>A request of the peer, with Via, Max-Forwards and Content-Length added.</summary>
    public WireMessage Request(string method, string uri, string headers, string body = "", string? branch = null)
    {
        var over = Flow is { IsReliable: true } ? "TCP" : "UDP";
        var text = $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{over} {Host}:5060;branch={branch ?? $"z9hG4bKpeer{++_tags}"};rport\r\nMax-Forwards: 70\r\n"
            + Lined(headers) + $"Content-Length: {body.Length}\r\n\r\n{body}";
        Send(text);
        return new WireMessage(text);
    }

    /// <summary>An MSRP session description of the peer.</summary>
    public static string Sdp(
        string setup = "passive", string types = "message/cpim", string wrapped = "text/plain", string id = "peersession", string protocol = "TCP/MSRP", string more = "") =>
        $"v=0\r\no=imserv 3945600101 1 IN IP4 {Host}\r\ns=-\r\nc=IN IP4 {Host}\r\nt=0 0\r\nm=message 2855 {protocol} *\r\na=accept-types:{types}\r\n"
        + (wrapped.Length > 0 ? $"a=accept-wrapped-types:{wrapped}\r\n" : "")
        + $"a=path:msrp://{Host}:2855/{id};tcp\r\n" + (setup.Length > 0 ? $"a=setup:{setup}\r\n" : "") + more;

    void IDatagramHandler.OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
    {
        Flow = flow;
        var message = new WireMessage(Encoding.UTF8.GetString(datagram));
        _sip.Enqueue(message);
        Heard.Add(message);
    }

    static string Lined(string headers) => headers.Length == 0 ? "" : headers.Trim().ReplaceLineEndings("\r\n") + "\r\n";

    sealed class Lines(ScriptedPeer peer) : IStreamHandler
    {
        readonly StringBuilder _arrived = new();

        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            if (_arrived.Length == 0 && bytes.SequenceEqual("\r\n\r\n"u8))
            {
                peer._pings++;
                return bytes.Length;
            }

            _arrived.Append(Encoding.UTF8.GetString(bytes));
            foreach (var message in WireMessage.Cut(_arrived))
            {
                peer._sip.Enqueue(message);
                peer.Heard.Add(message);
            }

            return bytes.Length;
        }

        public void OnClosed(EndReason reason)
        {
            // A test that cares looks at the flow.
        }
    }
}
