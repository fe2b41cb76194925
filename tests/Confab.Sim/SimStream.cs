// One end of a simulated connection.
//
//   Flush ─► TrySend ─► Peer.Transmit ─► on the way (latency) ─► arrived ─► Pump ─► handler; what it leaves is kept and comes again
//            └► no room in the peer's window: BeginSend ─► Push, each time the peer has taken some ─► OnSent
using System.Net;
using Confab.Runtime;

namespace Confab.Sim;

/// <summary>One end of a simulated connection, with what a test can do to it: read slowly, half-close, break.</summary>
public sealed class SimStream : StreamFlow
{
    private readonly SimNetwork _network;
    private readonly Limits _limits;
    private readonly Queue<(long Due, byte[] Bytes)> _onTheWay = new(); // towards this end; the last, of no bytes, is its peer's close
    private readonly ByteQueue _arrived = new();
    private readonly ByteQueue _kept = new();
    private SimStream _peer = null!;
    private IStreamHandler? _handler;
    private ITimer? _silence;
    private ITimer? _stall;
    private ReadOnlyMemory<byte> _pending;
    private long _lastDue;
    private int _unread; // bytes that the peer has sent and the handler was not shown yet
    private int _allowance = int.MaxValue;
    private bool _paused;
    private bool _presentAgain;
    private bool _halfClosed;
    private bool _peerClosed;
    private bool _pumping;
    private bool _pushing;

    internal SimStream(SimNetwork network, Limits limits, Transport transport, IPEndPoint local, IPEndPoint remote, bool isAccepted)
        : base(limits.QueuedBytesPerFlow)
    {
        _network = network;
        _limits = limits;
        Transport = transport;
        Local = local;
        Remote = remote;
        IsAccepted = isAccepted;
    }

    public override Transport Transport { get; }

    public override IPEndPoint Local { get; }

    public override IPEndPoint Remote { get; }

    /// <summary>Whether this is the listener's end.</summary>
    public bool IsAccepted { get; }

    /// <summary>The other end.</summary>
    public SimStream Peer => _peer;

    /// <summary>Times that bytes were handed to the network; a turn's messages go out in one.</summary>
    public int Sends { get; private set; }

    /// <summary>Bytes that the peer has sent and this end has not taken.</summary>
    public int Unread => _unread;

    /// <summary>A slow reader: this end takes only so many bytes more, until <see cref="Release"/>.</summary>
    public void TakeOnly(int bytes) => _allowance = bytes;

    /// <summary>Ends <see cref="TakeOnly"/>.</summary>
    public void Release()
    {
        _allowance = int.MaxValue;
        SchedulePump();
    }

    /// <summary>Sends nothing more, and goes on reading: the peer sees the connection closed after what is on the way.</summary>
    public void HalfClose()
    {
        if (!IsOpen || _halfClosed) return;
        _halfClosed = true;
        _peer.Transmit([]);
    }

    /// <summary>The connection is lost: bytes on the way with it, and both ends learn it.</summary>
    public void Break()
    {
        End(EndReason.ConnectionLost, tellsPeer: false);
        _peer.End(EndReason.ConnectionLost, tellsPeer: false);
    }

    public override void Close(EndReason reason) => End(reason, tellsPeer: true);

    public override void PauseReading() => _paused = true;

    public override void ResumeReading()
    {
        if (!_paused) return;
        _paused = false;
        _presentAgain = _kept.Length > 0;
        SchedulePump();
    }

    internal void Join(SimStream peer)
    {
        (_peer, peer._peer) = (peer, this);
        _network.Add(this);
        _network.Add(peer);
    }

    internal void Start(Func<StreamFlow, IStreamHandler> open)
    {
        if (!_network.Call(() => _handler = open(this)))
        {
            Close(EndReason.Fault);
            return;
        }

        if (IsAccepted && IsOpen && _arrived.Length == 0)
        {
            _silence = _network.Time.CreateTimer(_ => Close(EndReason.Silent), null, TimeSpan.FromSeconds(_limits.FirstByteSeconds), Timeout.InfiniteTimeSpan);
        }

        SchedulePump();
    }

    protected override int TrySend(ReadOnlySpan<byte> bytes, out EndReason failed)
    {
        failed = _halfClosed ? EndReason.ConnectionLost : EndReason.None;
        if (_halfClosed) return 0;
        var length = Math.Min(bytes.Length, _peer.Room);
        if (length == 0) return 0;
        Sends++;
        _peer.Transmit(bytes[..length].ToArray());
        return length;
    }

    protected override void BeginSend(ReadOnlyMemory<byte> bytes)
    {
        _pending = bytes;
        RestartStall();
    }

    // A closed end takes all and answers with a reset.
    private int Room => IsOpen ? Math.Max(0, _network.StreamWindow - _unread) : int.MaxValue;

    private void Transmit(byte[] bytes)
    {
        if (!IsOpen)
        {
            if (bytes.Length > 0) _network.After(_network.Latency + _network.Latency, () => _peer.End(EndReason.ConnectionLost, tellsPeer: false));
            return;
        }

        // Never before what went ahead, though the latency may have been turned down since.
        var now = _network.Time.GetTimestamp();
        _lastDue = Math.Max(_lastDue, now + _network.Latency.Ticks);
        _unread += bytes.Length;
        _onTheWay.Enqueue((_lastDue, bytes));
        if (_lastDue == now) SchedulePump();
        else _network.After(TimeSpan.FromTicks(_lastDue - now), SchedulePump);
    }

    private void SchedulePump()
    {
        if (_pumping || !IsOpen || _handler is null) return;
        _pumping = true;
        _network.Scheduler.Schedule(static state => ((SimStream)state!).Pump(), this);
    }

    private void Pump()
    {
        _pumping = false;
        if (!IsOpen) return;
        while (!_peerClosed && _onTheWay.TryPeek(out var next) && next.Due <= _network.Time.GetTimestamp())
        {
            _onTheWay.Dequeue();
            _arrived.Append(next.Bytes);
            _peerClosed = next.Bytes.Length == 0;
        }

        if (_arrived.Length > 0) StopSilence();
        if (_paused) return;
        var taken = Math.Min(_arrived.Length, _allowance);
        if (taken > 1 && _network.SegmentsStreams) taken = _network.Random.Next(1, taken + 1);
        if (taken > 0 || _presentAgain) Present(taken);
        else if (_peerClosed && _arrived.Length == 0) Close(EndReason.PeerClosed);

        if ((_arrived.Length > 0 && _allowance > 0) || (_peerClosed && _arrived.Length == 0)) SchedulePump();
    }

    private void Present(int taken)
    {
        _presentAgain = false;
        _kept.Append(_arrived.Span[..taken]);
        _arrived.Drop(taken);
        if (_allowance != int.MaxValue) _allowance -= taken;
        _unread -= taken;
        _peer.SchedulePush();
        if (!_network.Call(() => _kept.Drop(_handler!.OnReceived(_kept.Span)))) Close(EndReason.Fault);
    }

    private void SchedulePush()
    {
        if (_pushing || _pending.Length == 0 || !IsOpen) return;
        _pushing = true;
        _network.Scheduler.Schedule(static state => ((SimStream)state!).Push(), this);
    }

    private void Push()
    {
        _pushing = false;
        if (!IsOpen) return;
        var sent = TrySend(_pending.Span, out var failed);
        if (failed != EndReason.None)
        {
            Close(failed);
            return;
        }

        _pending = _pending[sent..];
        if (sent > 0) RestartStall();
        if (_pending.Length > 0) return;
        StopStall();
        _network.Call(OnSent);
    }

    private void End(EndReason reason, bool tellsPeer)
    {
        if (!MarkClosed()) return;
        StopSilence();
        StopStall();
        _onTheWay.Clear();
        _arrived.Clear();
        _unread = 0;
        _pending = default;
        _network.Remove(this);
        if (tellsPeer && !_halfClosed) _peer.Transmit([]);
        _peer.SchedulePush();
        _network.After(TimeSpan.Zero, () => _network.Call(() => _handler?.OnClosed(reason)));
    }

    private void RestartStall()
    {
        _stall ??= _network.Time.CreateTimer(_ => Close(EndReason.Slow), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stall.Change(TimeSpan.FromSeconds(_limits.StalledFlowSeconds), Timeout.InfiniteTimeSpan);
    }

    private void StopStall() => _stall?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void StopSilence()
    {
        _silence?.Dispose();
        _silence = null;
    }
}
