// Where MSRP meets the network: listening ports and the table of sessions by session id (RFC 4975 5.4, 7.3).
//
//   flow ──► MsrpConnection (frames) ──► To-Path: session id ──► this table ──► the session, in its owner's mailbox
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Confab.Runtime;
using Microsoft.Extensions.Logging;

namespace Confab.Msrp;

/// <summary>The MSRP side of one program: its ports, connections and sessions.</summary>
[Clause("RFC 4975", "5.4", "MSW-12", "IMC-SDP-10")]
public sealed partial class MsrpTransport
{
    private const int SessionIdBits = 100; // at least 80 that nobody can guess (14.1)
    private const int MostSpareLetters = 1024;

    private readonly ConcurrentDictionary<byte[], MsrpSession> _sessions = new(new SessionIds());
    private readonly ConcurrentDictionary<byte[], MsrpSession>.AlternateLookup<ReadOnlySpan<byte>> _byView;
    private readonly ConcurrentDictionary<MsrpConnection, long> _unbound = new();
    private readonly Mailbox _mailbox;
    private readonly Alarm _sweep;
    private readonly ILogger _log;
    private readonly LogRate _faults;
    private readonly Lock _spareGate = new();
    private readonly Stack<PieceLetter> _spare = new();
    private int _sweeping;

    public MsrpTransport(World world, MsrpOptions? options = null)
    {
        World = world;
        Options = options ?? new MsrpOptions();
        _byView = _sessions.GetAlternateLookup<ReadOnlySpan<byte>>();
        _mailbox = new Mailbox(world);
        _sweep = new Alarm(_mailbox, Sweep);
        _log = world.Loggers.CreateLogger("Confab.Msrp");
        _faults = new LogRate(world.Time);
    }

    public World World { get; }

    public MsrpOptions Options { get; }

    /// <summary>Sessions that are open now.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Takes connections; each may carry any number of sessions.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public IListener Listen(IPEndPoint local, Transport transport = Transport.Tcp) => World.Network.Listen(local, transport, Accept);

    /// <summary>Opens a session; called inside the mailbox that owns it. The peer is told its <see cref="MsrpSession.LocalUri"/>.</summary>
    /// <param name="owner">Everything that happens to the session happens in this mailbox.</param>
    /// <param name="handler">Told of it, there.</param>
    /// <param name="advertisedHost">Name or address that the peer can reach.</param>
    /// <param name="advertisedPort">Its port.</param>
    /// <param name="tls">Whether the URI is one of <c>msrps</c>.</param>
    public MsrpSession Open(Mailbox owner, IMsrpSessionHandler handler, string advertisedHost, int advertisedPort, bool tls = false)
    {
        while (true)
        {
            var id = World.Ids.Token(SessionIdBits);
            var session = new MsrpSession(this, owner, handler, MsrpUri.Create(advertisedHost, advertisedPort, id, tls));
            if (_sessions.TryAdd(Encoding.ASCII.GetBytes(id), session)) return session;
        }
    }

    internal MsrpSession? Find(ReadOnlySpan<byte> sessionId) => _byView.TryGetValue(sessionId, out var session) ? session : null;

    internal void Forget(MsrpSession session) => _sessions.TryRemove(Encoding.ASCII.GetBytes(session.SessionId), out _);

    internal PieceLetter Rent()
    {
        lock (_spareGate)
        {
            if (_spare.TryPop(out var letter)) return letter;
        }

        return new PieceLetter(this);
    }

    internal void Return(PieceLetter letter)
    {
        lock (_spareGate)
        {
            if (_spare.Count < MostSpareLetters) _spare.Push(letter);
        }
    }

    /// <summary>The connection carries a session now, or is gone.</summary>
    internal void NoLongerUnbound(MsrpConnection connection) => _unbound.TryRemove(connection, out _);

    internal void TellFault(Flow flow, MsrpFault fault)
    {
        if (_faults.Allows(out var heldBack)) LogMalformed(flow.Remote, fault.Reason, fault.Clause, fault.Offset, heldBack);
    }

    private MsrpConnection Accept(StreamFlow flow)
    {
        var connection = new MsrpConnection(this, flow);
        _unbound[connection] = World.Time.GetTimestamp();
        if (Interlocked.Exchange(ref _sweeping, 1) == 0) _mailbox.Post(ArmSweep);
        return connection;
    }

    private void ArmSweep() => _sweep.Set(TimeSpan.FromSeconds(World.Limits.MsrpBindSeconds));

    /// <summary>Closes connections that were opened and never bound a session: they are held by nobody.</summary>
    private void Sweep()
    {
        var patience = TimeSpan.FromSeconds(World.Limits.MsrpBindSeconds);
        foreach (var (connection, since) in _unbound)
        {
            if (World.Time.GetElapsedTime(since) >= patience) connection.Flow.Close(EndReason.TimedOut);
        }

        Volatile.Write(ref _sweeping, 0);
        if (!_unbound.IsEmpty && Interlocked.Exchange(ref _sweeping, 1) == 0) ArmSweep();
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "{Remote} sent what is no MSRP: {Reason} (RFC 4975 {Clause}, offset {Offset}); its connection is closed (faults not logged before: {HeldBack})")]
    private partial void LogMalformed(IPEndPoint remote, string reason, string clause, int offset, long heldBack);
}
