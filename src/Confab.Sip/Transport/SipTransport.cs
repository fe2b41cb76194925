// Where SIP messages come in and go out: listeners, framing, the Via that we add, the connection a response takes.
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Microsoft.Extensions.Logging;

namespace Confab.Sip.Transport;

/// <summary>Takes every well-formed message; called on a flow's reader inside a <see cref="Turn"/>.</summary>
public interface ISipReceiver
{
    void OnRequest(SipRequest request, Flow flow);

    void OnResponse(SipResponse response, Flow flow);

    /// <summary>A stream flow is gone: those who registered over it can no longer be reached through it.</summary>
    void OnFlowClosed(Flow flow);
}

/// <summary>All SIP listeners and connections of one program.</summary>
[Clause("RFC 3261", "18")]
public sealed partial class SipTransport : IDatagramHandler, IDisposable
{
    /// <summary>The port of <c>sip:</c> over UDP and TCP where none is named.</summary>
    public const int DefaultPort = 5060;

    /// <summary>A request larger than this does not go over UDP if a stream can be had (RFC 3261 18.1.1, D-06), in octets.</summary>
    public const int LargestDatagramRequest = 1300;

    private static readonly TimeSpan s_idleGrain = TimeSpan.FromSeconds(30); // many connections fall silent one after the other

    private static readonly TimeSpan s_halfGrain = TimeSpan.FromSeconds(5);

    /// <summary>When one whom we had no room for may come again.</summary>
    private const int RetryAfterSeconds = 10;

    private readonly List<Port> _listening = [];
    private readonly ConcurrentDictionary<Flow, SipStream> _streams = new();
    private readonly ConnectionPool _connections;
    private readonly byte[] _tagKey = new byte[16];
    private readonly ITimer _idle;
    private readonly ITimer _halves;
    private readonly ILogger _log;
    private readonly LogRate _faults;
    private readonly LogRate _strays;
    private int _watchesIdle;
    private int _watchesHalves;

    public SipTransport(World world, ISipReceiver receiver, string serverToken)
    {
        World = world;
        Receiver = receiver;
        ServerToken = serverToken;
        _connections = new ConnectionPool(world.Network);
        world.Ids.Fill(_tagKey);
        _idle = world.Time.CreateTimer(static state => ((SipTransport)state!).CloseIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _halves = world.Time.CreateTimer(static state => ((SipTransport)state!).CloseHalves(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Answered = new AnsweredRequests(world);
        _log = world.Loggers.CreateLogger("Confab.Sip.Transport");
        _faults = new LogRate(world.Time);
        _strays = new LogRate(world.Time);
    }

    public World World { get; }

    internal ISipReceiver Receiver { get; }

    internal AnsweredRequests Answered { get; }

    /// <summary>Answers to requests over UDP that are remembered in case they are repeated; one that another way could bring again counts twice.</summary>
    public int AnsweredCount => Answered.Count;

    /// <summary>The value of <c>Server</c> in answers that the transport gives by itself.</summary>
    internal string ServerToken { get; }

    /// <summary>Listens on one address; <paramref name="advertise"/> (HOST or HOST:PORT) is what peers are told instead of it.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public IPEndPoint Listen(Runtime.Transport transport, IPEndPoint local, string? advertise = null)
    {
        IListener listener = transport == Runtime.Transport.Udp
            ? World.Network.Bind(local, this)
            : World.Network.Listen(local, transport, Open);
        _listening.Add(new Port(transport, listener, advertise));
        return listener.Local;
    }

    /// <summary>Where we listen.</summary>
    public IEnumerable<IPEndPoint> Listening => _listening.Select(static l => l.Listener.Local);

    public void Dispose()
    {
        _idle.Dispose();
        _halves.Dispose();
        Answered.Dispose();
        foreach (var listening in _listening) listening.Listener.Dispose();
    }

    /// <summary>Sends one whole message; false when the flow cannot take it.</summary>
    public bool Send(Flow flow, ReadOnlySpan<byte> message)
    {
        if (World.Tap.IsOn) World.Tap.Record("sip", outgoing: true, flow, message);
        return flow.Send(message);
    }

    /// <summary>
    /// Sends a response over the flow that <see cref="ReplyFlow"/> gave; where that connection is gone, over another to the sent-by port
    /// (RFC 3261 18.2.2).
    /// </summary>
    internal void Respond(SipRequest request, Flow replyFlow, byte[] response)
    {
        if (Send(replyFlow, response) || replyFlow.IsOpen || replyFlow.Transport != Runtime.Transport.Tcp) return;
        _connections.Reach(new IPEndPoint(replyFlow.Remote.Address, SentByPort(request)), Runtime.Transport.Tcp, Open, (flow, _) =>
        {
            if (flow is not null) Send(flow, response);
        });
    }

    /// <summary>Sends a keep-alive over a connection; false where there is none (RFC 5626 4.4.1).</summary>
    [Clause("RFC 5626", "4.4.1")]
    public bool Ping(Flow flow) => _streams.TryGetValue(flow, out var stream) && stream.Ping();

    /// <summary>How many keep-alives the peer of a connection has answered, and when it last sent anything, as a timestamp of the clock.</summary>
    public (int Pongs, long HeardAt) Heard(Flow flow) => _streams.TryGetValue(flow, out var stream) ? (stream.Pongs, stream.HeardAt) : default;

    /// <summary>Has the user told when the connection is lost, until <see cref="Unwatch"/>. Of one that is lost already, sending tells.</summary>
    internal void Watch(Flow flow, IFlowUser user)
    {
        if (_streams.TryGetValue(flow, out var stream)) stream.Add(user);
    }

    internal void Unwatch(Flow flow, IFlowUser user)
    {
        if (_streams.TryGetValue(flow, out var stream)) stream.Remove(user);
    }

    /// <summary>A message has begun to come and is not whole: its connection is looked at when it is to be.</summary>
    internal void WatchHalf()
    {
        if (Volatile.Read(ref _watchesHalves) == 0 && Interlocked.Exchange(ref _watchesHalves, 1) == 0) _halves.Change(WholeAfter, Timeout.InfiniteTimeSpan);
    }

    internal void Forget(Flow flow) => _streams.TryRemove(flow, out _);

    /// <summary>HOST:PORT under which peers on this flow reach us: for Via (RFC 3261 18.1.1) and Contact.</summary>
    public string SentBy(Flow flow)
    {
        var listening = ListeningFor(flow);
        if (listening is null) return flow.Local.ToString();
        var local = flow.Transport == Runtime.Transport.Udp ? flow.Local : new IPEndPoint(flow.Local.Address, listening.Listener.Local.Port);
        return listening.Advertise switch
        {
            null => local.ToString(),
            var name when HasPort(name) => name,
            var name => $"{name}:{local.Port}",
        };
    }

    /// <summary>The <c>transport=</c> parameter that a URI of ours needs on this flow: none for UDP (D-04).</summary>
    public static string TransportParameter(Flow flow) => flow.Transport switch
    {
        Runtime.Transport.Udp => "",
        Runtime.Transport.Tcp => ";transport=tcp",
        Runtime.Transport.Tls => ";transport=tls",
        _ => ";transport=ws",
    };

    /// <summary>The Via value for a request that leaves over this flow; <c>rport</c> asks for the source port (RFC 3581).</summary>
    public string Via(Flow flow, string branch) => $"SIP/2.0/{Name(flow.Transport)} {SentBy(flow)};branch={branch};rport";

    /// <summary>A branch that no other request has (RFC 3261 8.1.1.7).</summary>
    public string NewBranch() => "z9hG4bK" + World.Ids.Token(80);

    /// <summary>Where the responses of this request go (RFC 3261 18.2.2, RFC 3581 4): its own flow; over UDP without rport to the sent-by port.</summary>
    public Flow ReplyFlow(SipRequest request, Flow flow)
    {
        if (flow.Transport != Runtime.Transport.Udp || request.TopVia.HasRport || request.TopVia.IsEmpty) return flow;
        var port = SentByPort(request);
        return port == flow.Remote.Port ? flow : PortOf(flow)?.To(new IPEndPoint(flow.Remote.Address, port)) ?? flow;
    }

    /// <summary>
    /// Finds a flow for a request of this size to this URI and calls back inside the mailbox: at once where the flow is there already.
    /// </summary>
    [Clause("RFC 3263", "4")]
    public void Reach(SipUri uri, int size, Mailbox mailbox, Action<Flow?> reached)
    {
        var host = uri.Parameter("maddr"u8) is { IsEmpty: false } maddr ? maddr.ToString() : uri.Host.ToString().Trim('[', ']');
        var port = uri.Port == 0 ? DefaultPort : uri.Port;
        var transport = uri.Parameter("transport"u8);
        var wantsStream = transport.EqualsIgnoreCase("tcp"u8);
        if (uri.Scheme != UriScheme.Sip || !(wantsStream || transport.IsEmpty || transport.EqualsIgnoreCase("udp"u8)))
        {
            Answer(mailbox, reached, null); // never in the clear what asks for TLS; WebSockets are opened by clients alone; other URIs name no host
            return;
        }

        World.Network.Resolve(host, addresses =>
        {
            var address = addresses.FirstOrDefault(Fits);
            var datagrams = address is null || wantsStream ? null : PortFor(address)?.To(new IPEndPoint(address, port));
            if (address is null || (datagrams is not null && (size <= LargestDatagramRequest || !transport.IsEmpty))) Answer(mailbox, reached, datagrams);
            else
            {
                // Too large for a datagram: TCP, and the datagram where TCP is refused (D-06).
                _connections.Reach(new IPEndPoint(address, port), Runtime.Transport.Tcp, Open, (flow, _) => Answer(mailbox, reached, flow ?? datagrams));
            }
        });
    }

    public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
    {
        if (datagram.Length < 4 || datagram.IndexOfAnyExcept((byte)'\r', (byte)'\n', (byte)0) < 0) return; // keepalives of every kind
        OnMessage(datagram.ToArray(), flow);
    }

    /// <summary>One whole message of a flow, in an array of its own.</summary>
    internal void OnMessage(byte[] bytes, Flow flow)
    {
        if (World.Tap.IsOn) World.Tap.Record("sip", outgoing: false, flow, bytes);
        if (SipParser.TryParse(bytes, World.Limits.SipHeaderCount, out var message, out var fault))
        {
            if (message is SipRequest request) Receiver.OnRequest(request, flow);
            else if (IsOurs(message, flow)) Receiver.OnResponse((SipResponse)message, flow);
            else if (_strays.Allows(out var heldBack)) LogStray(flow.Remote, heldBack);
        }
        else
        {
            if (_faults.Allows(out var heldBack)) LogMalformed(flow.Remote, fault.Reason, fault.Offset, heldBack);
            if (message is SipRequest answerable) Refuse(answerable, flow, fault.Status, fault.Reason);
        }
    }

    internal void TellUnframed(Flow flow, string reason)
    {
        if (_faults.Allows(out var heldBack)) LogUnframed(flow.Remote, reason, heldBack);
    }

    /// <summary>503: too much is under way; told before any work is spent on the request (RFC 3261 21.5.4).</summary>
    public void RefuseOverload(SipRequest request, Flow flow) =>
        Refuse(request, flow, StatusCode.ServiceUnavailable, more: static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, RetryAfterSeconds));

    /// <summary>Gives a request that has been answered, and is repeated, its answer again; false where it is another one.</summary>
    public bool Repeat(SipRequest request, Flow flow)
    {
        if (flow.IsReliable || request.Method == SipMethod.Invite || Answered.Find(ServerKey.Of(request, request.Method)) is not { } response) return false;
        Respond(request, ReplyFlow(request, flow), response);
        return true;
    }

    /// <summary>Whether the answer to this request can be remembered, where it must be.</summary>
    internal bool HasRoomFor(SipRequest request, Flow flow) => flow.IsReliable || request.Method == SipMethod.Invite || Answered.HasRoom;

    /// <summary>Answers a request without a transaction (RFC 3261 8.2.7): for what is refused before any owner hears of it. An ACK has no answer.</summary>
    public void Refuse(SipRequest request, Flow flow, int status, string reason = "", HeadersWriter? more = null) =>
        AnswerOnce(request, flow, status, reason, (ref SipWriter writer) =>
        {
            writer.Header(HeaderName.Server, ServerToken);
            more?.Invoke(ref writer);
        });

    /// <summary>
    /// Answers a request once and keeps nothing of it: a copy of it gets an answer of its own, with the same tag (RFC 3261 8.2.7). An ACK has no
    /// answer.
    /// </summary>
    [Clause("RFC 3261", "8.2.7")]
    public void AnswerOnce(SipRequest request, Flow flow, int status, string reason, HeadersWriter more)
    {
        if (request.Method == SipMethod.Ack) return;
        Respond(request, ReplyFlow(request, flow), Reply.Compose(request, flow, status, StatelessTag(request), more, reason));
    }

    /// <summary>Whether the response's top Via is one that we put on: any other is dropped (RFC 3261 18.1.2).</summary>
    [Clause("RFC 3261", "18.1.2")]
    private bool IsOurs(SipMessage response, Flow flow)
    {
        ref readonly var via = ref response.TopVia;
        var sentBy = SentBy(flow);
        var colon = sentBy.LastIndexOf(':');
        return System.Text.Ascii.EqualsIgnoreCase(via.Host.Span, sentBy.AsSpan(0, colon))
            && int.TryParse(sentBy.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var port)
            && port == (via.Port == 0 ? DefaultPort : via.Port);
    }

    /// <summary>The same tag for the same request, though nothing is kept of it (RFC 3261 8.2.7).</summary>
    private string StatelessTag(SipRequest request)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_tagKey, request.TopVia.Text.Span, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    private TimeSpan WholeAfter => TimeSpan.FromSeconds(World.Limits.WholeMessageSeconds);

    private TimeSpan IdleAfter => TimeSpan.FromSeconds(World.Limits.IdleConnectionSeconds);

    private static int SentByPort(SipRequest request) => request.TopVia.Port == 0 ? DefaultPort : request.TopVia.Port;

    private SipStream Open(StreamFlow flow)
    {
        var stream = _streams[flow] = new SipStream(this, flow);
        if (Interlocked.Exchange(ref _watchesIdle, 1) == 0) _idle.Change(IdleAfter, Timeout.InfiniteTimeSpan);
        return stream;
    }

    /// <summary>Closes connections over which nothing has come for long; looks again when the next one may have been silent so long.</summary>
    private void CloseIdle()
    {
        var next = IdleAfter;
        foreach (var (flow, stream) in _streams)
        {
            var left = IdleAfter - World.Time.GetElapsedTime(stream.HeardAt);
            if (left <= TimeSpan.Zero) flow.Close(EndReason.Silent);
            else if (left < next) next = left;
        }

        Volatile.Write(ref _watchesIdle, 0);
        if (!_streams.IsEmpty && Interlocked.Exchange(ref _watchesIdle, 1) == 0) _idle.Change(next < s_idleGrain ? s_idleGrain : next, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Closes connections whose message does not come whole; looks again when the next one is to be.</summary>
    private void CloseHalves()
    {
        Volatile.Write(ref _watchesHalves, 0); // first: what begins from now on sees to itself
        TimeSpan? next = null;
        foreach (var (flow, stream) in _streams)
        {
            if (stream.HalfFor is not { } half) continue;
            if (half >= WholeAfter) flow.Close(EndReason.TimedOut);
            else if (next is null || WholeAfter - half < next) next = WholeAfter - half;
        }

        if (next is { } soon && Interlocked.Exchange(ref _watchesHalves, 1) == 0) _halves.Change(soon < s_halfGrain ? s_halfGrain : soon, Timeout.InfiniteTimeSpan);
    }

    private static void Answer(Mailbox mailbox, Action<Flow?> reached, Flow? flow)
    {
        if (mailbox.IsInside) reached(flow);
        else mailbox.Post(() => reached(flow));
    }

    private static string Name(Runtime.Transport transport) => transport switch
    {
        Runtime.Transport.Udp => "UDP",
        Runtime.Transport.Tcp => "TCP",
        Runtime.Transport.Tls => "TLS",
        Runtime.Transport.Ws => "WS",
        _ => "WSS",
    };

    private static bool HasPort(string name) => name.StartsWith('[') ? name.Contains("]:", StringComparison.Ordinal) : name.Contains(':', StringComparison.Ordinal);

    private bool Fits(IPAddress address) => _listening.Count == 0 || _listening.Exists(l => l.Listener.Local.AddressFamily == address.AddressFamily);

    /// <summary>The listener that the flow came from; for a connection that we made, the one of its transport and address family.</summary>
    private Port? ListeningFor(Flow flow) =>
        _listening.Find(l => l.Transport == flow.Transport && l.Listener.Local.Equals(flow.Local))
        ?? _listening.Find(l => l.Transport == flow.Transport && l.Listener.Local.AddressFamily == flow.Local.AddressFamily);

    private IDatagramPort? PortOf(Flow flow) => _listening.Find(l => l.Listener is IDatagramPort && l.Listener.Local.Equals(flow.Local))?.Listener as IDatagramPort;

    private IDatagramPort? PortFor(IPAddress address) =>
        _listening.Find(l => l.Listener is IDatagramPort && l.Listener.Local.AddressFamily == address.AddressFamily)?.Listener as IDatagramPort;

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "A connection from {Remote} cannot be framed and is closed: {Reason} (faults not logged before: {HeldBack})")]
    private partial void LogUnframed(IPEndPoint remote, string reason, long heldBack);

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "A message from {Remote} is malformed at octet {Offset}: {Reason} (faults not logged before: {HeldBack})")]
    private partial void LogMalformed(IPEndPoint remote, string reason, int offset, long heldBack);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "A response from {Remote} is dropped: its Via is none of ours (not logged before: {HeldBack})")]
    private partial void LogStray(IPEndPoint remote, long heldBack);

    private sealed record Port(Runtime.Transport Transport, IListener Listener, string? Advertise);
}
