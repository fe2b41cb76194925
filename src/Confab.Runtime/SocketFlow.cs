using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>
/// One TCP connection. Idle, it holds a small buffer; when more comes than fits it reads on into a rented one without waiting, and gives
/// that back when all is consumed.
/// </summary>
internal sealed partial class SocketFlow : StreamFlow
{
    private const int IdleBuffer = 1024;
    private const int BusyBuffer = 32 * 1024;
    private const int ReadsPerTurn = 8;
    private const int TurnsWithoutWaiting = 16;
    private const int SendSlice = 64 * 1024;
    private const int NotEnded = -1;

    // Who vanished without a word is noticed after four minutes, were nothing ever sent to him: a session in which nobody speaks, or a
    // registration, would keep him for hours.
    private const int ProbeAfterSeconds = 120;
    private const int ProbeEverySeconds = 30;
    private const int Probes = 4;

    private readonly SocketNetwork _network;
    private readonly Socket _socket;
    private readonly ILogger _log;
    private readonly byte[] _idle = new byte[IdleBuffer];
    private readonly long _openedAt;
    private byte[] _buffer;
    private int _kept;
    private IStreamHandler? _handler;
    private int _endReason = NotEnded;
    private long _progressAt;
    private bool _heard;
    private volatile bool _isTaking;
    private TaskCompletionSource? _paused;
    private readonly Lock _readGate = new();

    public SocketFlow(SocketNetwork network, Socket socket, Transport transport, bool isAccepted, ILogger log)
        : base(network.Limits.QueuedBytesPerFlow)
    {
        _network = network;
        _socket = socket;
        _log = log;
        Transport = transport;
        IsAccepted = isAccepted;
        _buffer = _idle;
        socket.NoDelay = true;
        socket.Blocking = false;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, ProbeAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        Local = Plain((IPEndPoint)socket.LocalEndPoint!);
        Remote = Plain((IPEndPoint)socket.RemoteEndPoint!);
        _openedAt = network.Time.GetTimestamp();
    }

    public override Transport Transport { get; }

    public override IPEndPoint Local { get; }

    public override IPEndPoint Remote { get; }

    public bool IsAccepted { get; }

    public override bool HasUnread
    {
        get
        {
            try
            {
                return IsOpen && (_isTaking || _socket.Available > 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false; // it was closed meanwhile
            }
        }
    }

    /// <summary>What all flows with this remote address share; set before the flow is started.</summary>
    public PeerAddress Peer { get; set; } = null!;

    public void Start(IStreamHandler handler)
    {
        _handler = handler;
        _ = ReadAsync();
    }

    public override void Close(EndReason reason)
    {
        // The reason first: the reader, which tells it to the handler, may see the flow closed before this method is done.
        Interlocked.CompareExchange(ref _endReason, (int)reason, NotEnded);
        if (!MarkClosed()) return;
        _network.Forget(this);
        lock (_readGate) End(resets: reason == EndReason.ConnectionLost || IsBackedUp);
        ResumeReading();
    }

    public override void PauseReading()
    {
        lock (_readGate)
        {
            if (IsOpen) _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public override void ResumeReading()
    {
        TaskCompletionSource? paused;
        lock (_readGate) (paused, _paused) = (_paused, null);
        paused?.SetResult();
    }

    /// <summary>Ends what is silent or does not read, and gives idle buffers back.</summary>
    public void Sweep(long now)
    {
        if (IsAccepted && !_heard && _network.Time.GetElapsedTime(_openedAt, now).TotalSeconds >= _network.Limits.FirstByteSeconds) Close(EndReason.Silent);
        else if (IsBackedUp && _network.Time.GetElapsedTime(Volatile.Read(ref _progressAt), now).TotalSeconds >= _network.Limits.StalledFlowSeconds)
        {
            Close(EndReason.Slow);
        }
        else TrimWhenQuiet();
    }

    protected override int TrySend(ReadOnlySpan<byte> bytes, out EndReason failed)
    {
        failed = EndReason.None;
        var sent = 0;
        try
        {
            while (sent < bytes.Length)
            {
                var n = _socket.Send(bytes[sent..], SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    Interlocked.Exchange(ref _progressAt, _network.Time.GetTimestamp()); // before the sweep can see the flow backed up
                    break;
                }

                if (error != SocketError.Success)
                {
                    failed = EndReason.ConnectionLost;
                    break;
                }

                sent += n;
            }
        }
        catch (ObjectDisposedException)
        {
            failed = EndReason.ConnectionLost;
        }

        return sent;
    }

    protected override void BeginSend(ReadOnlyMemory<byte> bytes) => _ = SendRestAsync(bytes);

    private async Task SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        try
        {
            while (rest.Length > 0)
            {
                var n = await _socket.SendAsync(rest[..Math.Min(rest.Length, SendSlice)]).ConfigureAwait(false);
                Volatile.Write(ref _progressAt, _network.Time.GetTimestamp());
                rest = rest[n..];
            }

            using (Turn.Enter()) OnSent();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Close(EndReason.ConnectionLost);
        }
        catch (Exception exception)
        {
            LogFault(exception, Remote);
            Close(EndReason.Fault);
        }
    }

    private async Task ReadAsync()
    {
        var reason = EndReason.ConnectionLost;
        try
        {
            for (var straight = 1; IsOpen; straight++)
            {
                Task? paused;
                lock (_readGate) paused = _paused?.Task;
                if (paused is not null)
                {
                    await paused.ConfigureAwait(false);
                    if (_kept > 0 && IsOpen) using (Turn.Enter()) Take(0); // what the handler left when it paused waits for nothing more
                    continue;
                }

                var receiving = _socket.ReceiveAsync(_buffer.AsMemory(_kept));

                // Who sends without a pause must not keep the thread that accepts or reads for others.
                if (!receiving.IsCompleted) straight = 0;
                else if (straight % TurnsWithoutWaiting == 0) await Task.Yield();
                var n = await receiving.ConfigureAwait(false);
                if (n == 0)
                {
                    reason = EndReason.PeerClosed;
                    break;
                }

                _heard = true;
                _isTaking = true;
                using (Turn.Enter()) Take(n);
                _isTaking = false;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer reset it, or it was closed from this side.
        }
        catch (Exception exception)
        {
            LogFault(exception, Remote);
            reason = EndReason.Fault;
        }

        Close(reason);
        lock (_readGate) _socket.Dispose(); // not while End shuts it down: that too would reset it
        Shrink();
        using (Turn.Enter()) _handler!.OnClosed((EndReason)_endReason);
    }

    /// <summary>Wakes the reader, which tells the handler.</summary>
    private void End(bool resets)
    {
        try
        {
            // Disposing a socket that is being read resets the connection, and bytes the system has not sent yet are lost: the last words
            // of a flow closed in good order. So that is shut down, which ends the read with nothing, and the reader disposes it.
            if (_handler is null || resets || OperatingSystem.IsWindows()) _socket.Dispose();
            else _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            _socket.Dispose(); // the peer reset it first
        }
    }

    /// <summary>Gives the handler what came, reading on without waiting while a read fills its buffer.</summary>
    private void Take(int received)
    {
        for (var reads = 0; ; reads++)
        {
            _kept += received;
            var filled = _kept == _buffer.Length;
            var consumed = _handler!.OnReceived(_buffer.AsSpan(0, _kept));
            _kept -= consumed;
            if (_kept > 0 && consumed > 0) _buffer.AsSpan(consumed, _kept).CopyTo(_buffer);
            if (!IsOpen) return;
            if (!filled && _kept == 0) Shrink();
            if (filled && !TryGrow()) return;
            if (!filled || reads == ReadsPerTurn || _paused is not null) return;

            received = _socket.Receive(_buffer.AsSpan(_kept), SocketFlags.None, out var error);
            if (error != SocketError.Success || received == 0)
            {
                // Nothing more now, or the end: the next receive tells which.
                if (_kept == 0) Shrink();
                return;
            }
        }
    }

    /// <summary>Makes room to read on; false when its address has no more, and the flow is closed.</summary>
    private bool TryGrow()
    {
        var wanted = _kept > _buffer.Length / 2 ? Math.Max(BusyBuffer, _buffer.Length * 2) : BusyBuffer;
        if (wanted <= _buffer.Length) return true;
        var grown = ArrayPool<byte>.Shared.Rent(wanted);
        if (!Peer.TryHold(grown.Length, _network.Limits.HeldBytesPerAddress))
        {
            ArrayPool<byte>.Shared.Return(grown);
            _network.TellHeld(this);
            Close(EndReason.LimitExceeded);
            return false;
        }

        _buffer.AsSpan(0, _kept).CopyTo(grown);
        Shrink();
        _buffer = grown;
        return true;
    }

    private void Shrink()
    {
        if (_buffer == _idle) return;
        Peer.Release(_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = _idle;
    }

    private static IPEndPoint Plain(IPEndPoint point) =>
        point.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(point.Address.MapToIPv4(), point.Port) : point;

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "A handler failed; its connection to {Remote} is closed")]
    private partial void LogFault(Exception exception, IPEndPoint remote);
}
