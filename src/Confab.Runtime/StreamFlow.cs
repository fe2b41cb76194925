using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Confab.Runtime;

/// <summary>
/// A connection. Messages are copied whole into its own buffer and sent once a turn with one non-blocking send; when the peer does not
/// keep up, the rest goes out as it reads, and the bytes that wait are bounded by <see cref="Limits.QueuedBytesPerFlow"/>.
/// </summary>
[SuppressMessage("Performance", "CA1852", Justification = "Socket and simulated flows derive from it")]
public abstract class StreamFlow : Flow
{
    private const int FirstBuffer = 1024;
    private const int FlushAt = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _atTransport = new(); // around TrySend; never taken inside the gate
    private readonly int _mostQueued;
    private byte[] _out = [];
    private int _length;
    private byte[] _inFlight = [];
    private int _inFlightLength;
    private bool _flushing; // a thread is in TrySend
    private bool _sending;  // the transport has more than it took at once
    private bool _backedUp; // from then on until all is sent
    private bool _dirty;
    private bool _closeWhenSent;
    private bool _closed;
    private bool _quiet;

    protected StreamFlow(int mostQueued) => _mostQueued = mostQueued;

    public override bool IsOpen => !_closed;

    /// <summary>Bytes accepted and not yet taken by the transport.</summary>
    public int QueuedBytes => _length + _inFlightLength;

    /// <summary>Whether the peer does not take bytes as fast as they are written.</summary>
    public bool IsBackedUp => _backedUp;

    /// <summary>Whether bytes of the peer have come that the handler has not been given yet, as far as one can see; from any thread.</summary>
    public virtual bool HasUnread => false;

    /// <summary>Raised on any thread when a flow that was backed up has sent all it had.</summary>
    public event Action<StreamFlow>? Drained;

    public sealed override bool Send(ReadOnlySpan<byte> message) =>
        Send(message.Length, message, static (target, source) => source.CopyTo(target));

    /// <summary>Composes a message of exactly <paramref name="length"/> bytes in the flow's own buffer.</summary>
    /// <returns>False when the flow is closed or the message does not fit its bound; then nothing was written.</returns>
    public bool Send<TState>(int length, TState state, SpanAction<byte, TState> compose)
        where TState : allows ref struct
    {
        while (true)
        {
            lock (_gate)
            {
                if (_closed || _closeWhenSent) return false;
                if (QueuedBytes + length <= _mostQueued)
                {
                    compose(Reserve(length), state);
                    _length += length;
                    _quiet = false;
                    if (IsFlushedLater()) return true;
                    break;
                }

                if (!_flushing) return false;
            }

            // Another thread is in TrySend: only what the transport then leaves counts against the bound.
            lock (_atTransport) { }
        }

        Flush();
        return true;
    }

    /// <summary>Closes after what is queued has been sent, or at once with <see cref="Flow.Close"/> when the peer does not take it.</summary>
    public void CloseWhenSent()
    {
        lock (_gate)
        {
            _closeWhenSent = true;
            if (_flushing || _sending || _length > 0) return;
        }

        Close(EndReason.None);
    }

    /// <summary>Hands the queued bytes to the transport; what it does not take at once follows as the peer reads.</summary>
    internal void Flush()
    {
        while (true)
        {
            byte[] bytes;
            int length;
            lock (_gate)
            {
                _dirty = false;
                if (_closed || _flushing || _sending || _length == 0) return;
                (bytes, length) = (_out, _length);
                _flushing = true;
            }

            // Outside the gate: who writes meanwhile, behind these bytes, does not wait for the system call.
            int sent;
            EndReason failed;
            lock (_atTransport) sent = TrySend(bytes.AsSpan(0, length), out failed);
            var rest = ReadOnlyMemory<byte>.Empty;
            lock (_gate)
            {
                _flushing = false;
                if (_closed) return;
                if (failed == EndReason.None && sent == length)
                {
                    _length -= length;
                    if (_length > 0) _out.AsSpan(length, _length).CopyTo(_out);
                    if (_length > 0 && !_dirty) continue; // whose flush found this one under way
                    if (_length > 0 || !(_backedUp || _closeWhenSent)) return;
                }
                else if (failed == EndReason.None)
                {
                    (_out, _inFlight) = (_inFlight, _out);
                    (_inFlightLength, _length) = (_length - sent, 0);
                    _sending = true;
                    _backedUp = true;
                    rest = _inFlight.AsMemory(sent, _inFlightLength);
                }
            }

            // Outside the lock: it may complete at once, and who is told of it may write to other flows.
            if (failed != EndReason.None) Close(failed);
            else if (rest.Length > 0) BeginSend(rest);
            else OnAllSent();
            return;
        }
    }

    /// <summary>The transport took all that <see cref="BeginSend"/> gave it.</summary>
    protected void OnSent()
    {
        lock (_gate)
        {
            _sending = false;
            _inFlightLength = 0;
        }

        Flush(); // what was written meanwhile
        OnAllSent();
    }

    private void OnAllSent()
    {
        bool isDrained;
        lock (_gate)
        {
            if (_closed || _flushing || _sending || _length > 0) return;
            isDrained = _backedUp;
            _backedUp = false;
        }

        if (_closeWhenSent) Close(EndReason.None);
        else if (isDrained) Drained?.Invoke(this);
    }

    /// <summary>Gives buffers back that no byte has passed since the last call.</summary>
    internal void TrimWhenQuiet()
    {
        lock (_gate)
        {
            if (_quiet && !_flushing && !_sending && _length == 0)
            {
                _out = [];
                _inFlight = [];
            }

            _quiet = true;
        }
    }

    /// <summary>Stops taking bytes from the peer until <see cref="ResumeReading"/>: a sender who outruns its receivers is slowed so.</summary>
    public abstract void PauseReading();

    public abstract void ResumeReading();

    /// <summary>Sends what fits without waiting; zero when nothing does.</summary>
    protected abstract int TrySend(ReadOnlySpan<byte> bytes, out EndReason failed);

    /// <summary>Sends all of the memory as the peer takes it, then calls <see cref="OnSent"/>.</summary>
    protected abstract void BeginSend(ReadOnlyMemory<byte> bytes);

    /// <summary>Marks the flow closed; true for the first caller alone.</summary>
    protected bool MarkClosed()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _closed = true;
            _length = 0;
            _out = [];
            return true;
        }
    }

    /// <summary>Whether the turn, or who is sending, sees to what was written.</summary>
    private bool IsFlushedLater()
    {
        if (_sending) return true;
        if (_length >= FlushAt && !_flushing) return false;
        return _dirty || (_dirty = Turn.Remember(this));
    }

    private Span<byte> Reserve(int length)
    {
        if (_length + length > _out.Length)
        {
            var grown = new byte[Math.Max(FirstBuffer, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_length + length)))];
            _out.AsSpan(0, _length).CopyTo(grown);
            _out = grown;
        }

        return _out.AsSpan(_length, length);
    }
}
