// One MSRP session at this side (RFC 4975 5.4, 7.3): who its peer is, which connection it is bound to.
//
//            Open                      SEND from the peer / connected
//   New ──────────► Waiting, Connecting ─────────────────────────────► Bound
//                        │ time out, no way          connection gone     │
//                        └──────────────► Lost ◄─────────────────────────┘        ListenForPeer, Connect: Lost ──► Waiting, Connecting
//   any ──Close──► Closed: its id answers 481
using System.Text;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>
/// An MSRP session. It lives in its owner's mailbox: every member is called there, every callback comes there, nothing waits.
/// </summary>
[Clause("RFC 4975", "5.4", "MSW-1", "MSW-11", "MSW-12", "MSW-13", "IMC-SDP-7")]
[Clause("RFC 6135", "4.2.2", "MSW-11")]
public sealed partial class MsrpSession
{
    private readonly MsrpTransport _transport;
    private readonly IMsrpSessionHandler _handler;
    private readonly Alarm _bindAlarm;
    private State _state;
    private MsrpConnection? _connection;
    private MsrpUri[] _remote = [];
    private byte[] _remotePath = [];
    private byte[] _paths = []; // the To-Path and From-Path lines of requests
    private bool _paused;
    private DrainedLetter? _drained;

    internal MsrpSession(MsrpTransport transport, Mailbox owner, IMsrpSessionHandler handler, MsrpUri local)
    {
        _transport = transport;
        _handler = handler;
        Owner = owner;
        SessionId = local.SessionId;
        LocalUri = local.ToString();
        LocalUriBytes = Encoding.ASCII.GetBytes(LocalUri);
        _bindAlarm = new Alarm(owner, () => Lose(EndReason.TimedOut));
        _outbox = new Outbox(this);
    }

    private enum State : byte
    {
        New,
        Waiting,
        Connecting,
        Bound,
        Lost,
        Closed,
    }

    /// <summary>The URI for the path attribute of the own SDP.</summary>
    public string LocalUri { get; }

    public string SessionId { get; }

    public Mailbox Owner { get; }

    public bool IsBound => _state == State.Bound;

    public bool IsClosed => _state == State.Closed;

    /// <summary>The connection's flow, while bound.</summary>
    public StreamFlow? Flow => _connection?.Flow;

    /// <summary>The longest message that the peer takes, as it told (<c>a=max-size</c>); null when it told none.</summary>
    public long? RemoteMaxSize { get; private set; }

    internal byte[] LocalUriBytes { get; }

    internal MsrpConnection? Connection => _connection;

    private World World => _transport.World;

    /// <summary>Tells the session its peer, from the path attribute of the peer's SDP; false when that is no path of MSRP URIs.</summary>
    public bool SetRemote(IReadOnlyList<string> path, long? maxSize = null)
    {
        var uris = new MsrpUri[path.Count];
        for (var i = 0; i < uris.Length; i++)
        {
            if (!MsrpUri.TryParse(path[i], out var uri)) return false;
            uris[i] = uri;
        }

        if (uris.Length == 0) return false;
        _remote = uris;
        _remotePath = Encoding.ASCII.GetBytes(string.Join(' ', path));
        _paths = [.. "To-Path: "u8, .. _remotePath, .. "\r\nFrom-Path: "u8, .. LocalUriBytes, .. "\r\n"u8];
        RemoteMaxSize = maxSize;
        DeliverEarly();
        return true;
    }

    /// <summary>Waits to be bound by the peer; ends as timed out after <see cref="Limits.MsrpBindSeconds"/>. A bound session lets its connection go.</summary>
    public void ListenForPeer() => StartAnew(State.Waiting);

    /// <summary>Closes the session: from now on its id answers 481. A connection that carries no other closes once its queue was sent.</summary>
    public void Close(EndReason reason)
    {
        if (_state == State.Closed) return;
        var tells = _state != State.Lost;
        _transport.Forget(this);
        LetGo(State.Closed);
        DropEarly();
        if (tells) _handler.OnEnded(this, reason);
    }

    /// <summary>Stops reading from the peer; a sender who outruns its receivers is slowed so.</summary>
    public void PauseReading()
    {
        if (_paused) return;
        _paused = true;
        _connection?.Pause();
    }

    public void ResumeReading()
    {
        if (!_paused) return;
        _paused = false;
        _connection?.Resume();
    }

    /// <summary>A frame whose To-Path names this session.</summary>
    internal void OnFrame(MsrpConnection connection, in MsrpFrame frame)
    {
        if (connection != _connection && !TryBind(connection, frame)) return;
        if (frame.Kind == MsrpKind.Response) OnResponse(frame);
        else if (!IsFromRemote(frame.FromPath)) Refuse(connection, frame, MsrpStatus.NoSuchSession);
        else if (frame.Method == MsrpMethod.Send) OnSend(connection, frame);
        else if (frame.Method == MsrpMethod.Report) OnReport(frame);
        else Refuse(connection, frame, MsrpStatus.UnknownMethod);
    }

    internal void OnConnectionClosed(MsrpConnection connection, EndReason reason)
    {
        if (connection != _connection) return;
        _connection = null;
        Lose(reason == EndReason.None ? EndReason.PeerClosed : reason);
    }

    internal void PostDrained()
    {
        _drained ??= new DrainedLetter(this);
        _drained.Post();
    }

    /// <summary>Whether the frame may go on: its connection is the session's, or has just become so (5.4).</summary>
    private bool TryBind(MsrpConnection connection, in MsrpFrame frame)
    {
        if (_state == State.Bound && frame.Kind == MsrpKind.Request)
        {
            Refuse(connection, frame, MsrpStatus.AlreadyBound);
            return false;
        }

        if (_state >= State.Bound || frame.Kind == MsrpKind.Response)
        {
            Refuse(connection, frame, MsrpStatus.NoSuchSession);
            return false;
        }

        if (_remote.Length == 0)
        {
            KeepEarly(connection, frame);
            return false;
        }

        if (frame.Method != MsrpMethod.Send || !frame.IsFirstPiece || !IsFromRemote(frame.FromPath))
        {
            Refuse(connection, frame, MsrpStatus.NoSuchSession);
            return false;
        }

        if (!connection.Attach(this)) return false;
        if (frame.HasBody || !frame.IsLastPiece)
        {
            OnConnected(connection);
            return connection == _connection;
        }

        // The SEND that does no more than bind is answered before what waited for it goes out.
        connection.Answer(frame, frame.Error == MsrpHeaderError.None ? MsrpStatus.Ok : MsrpStatus.BadRequest, LocalUriBytes);
        OnConnected(connection);
        return false;
    }

    /// <summary>The connection carries the session now: what waited goes out, then the handler may send.</summary>
    private void OnConnected(MsrpConnection connection)
    {
        _bindAlarm.Cancel();
        _state = State.Bound;
        _connection = connection;
        if (_paused) connection.Pause();
        if (!SendPending(connection))
        {
            Lose(EndReason.LimitExceeded);
            return;
        }

        SendOwed();
        _handler.OnBound(this);
        _outbox.Pump();
    }

    private bool IsFromRemote(ReadOnlySpan<byte> fromPath) =>
        fromPath.SequenceEqual(_remotePath) || (_remote.Length > 0 && _remote[^1].Matches(MsrpUriView.Last(fromPath)));

    private void Refuse(MsrpConnection connection, in MsrpFrame frame, MsrpStatus status)
    {
        if (frame.IsLastPiece) connection.Answer(frame, status, LocalUriBytes);
    }

    private void StartAnew(State state)
    {
        if (_state == State.Closed) return;
        if (_connection is not null) LetGo(state);
        _state = state;
        _bindAlarm.Set(TimeSpan.FromSeconds(World.Limits.MsrpBindSeconds));
    }

    private void Lose(EndReason reason)
    {
        if (_state is State.Lost or State.Closed) return;
        LetGo(State.Lost);
        DropEarly();
        _handler.OnEnded(this, reason);
    }

    /// <summary>Gives up the connection and what was meant for it.</summary>
    private void LetGo(State next)
    {
        _state = next;
        _attempt++;
        _bindAlarm.Cancel();
        _bindId = 0;
        var connection = _connection;
        _connection = null;
        if (connection is not null)
        {
            if (_paused) connection.Resume();
            connection.Detach(this);
        }

        _copies.Clear();
        ForgetPending();
        _owed = null;
        ForgetIncoming();
        _outbox.FailAll();
    }

    private void OnDrained()
    {
        if (_connection is null) return;
        SendOwed();
        _handler.OnDrained(this);
        _outbox.Pump();
    }

    /// <summary>Comes from any thread, and is in the mailbox once at a time.</summary>
    private sealed class DrainedLetter(MsrpSession session) : Letter
    {
        private readonly MsrpSession _session = session;
        private int _posted;

        public void Post()
        {
            if (Interlocked.Exchange(ref _posted, 1) == 0) _session.Owner.Post(this);
        }

        protected override void Deliver()
        {
            Volatile.Write(ref _posted, 0);
            _session.OnDrained();
        }
    }
}
