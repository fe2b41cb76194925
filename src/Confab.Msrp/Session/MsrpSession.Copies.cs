// The switch's way of sending: copies of chunks that were prepared once for all legs, at no allocation, with no state for whole messages.
using Confab.Runtime;

namespace Confab.Msrp;

[Clause("RFC 4975", "7.1", "MSW-1", "MSW-2", "MSW-10", "MSW-11", "MSW-14")]
public sealed partial class MsrpSession
{
    private const int MostReserve = 16 * 1024;

    private readonly CopiesUnderWay _copies = new();
    private byte[] _pending = [];
    private int _pendingLength;
    private List<int>? _pendingFrames; // lengths
    private List<byte[]>? _owed;       // aborts that did not fit; sent when the connection has drained

    /// <summary>Bytes that wait in the connection's queue, or for the session to be bound.</summary>
    public int QueuedBytes => _connection?.Flow.QueuedBytes ?? _pendingLength;

    /// <summary>Whether the peer does not take bytes as fast as they are written; <c>OnDrained</c> follows.</summary>
    public bool IsBackedUp => _connection?.Flow.IsBackedUp ?? false;

    /// <summary>
    /// Sends this leg its copy of a chunk. A later chunk goes only to a leg that got all before it; a message that this leg loses midway
    /// is ended with '#' (D-09).
    /// </summary>
    public SendStatus SendChunk(MsrpCopy copy)
    {
        if (_paths.Length == 0 || _state >= State.Lost) return SendStatus.Closed;
        if (!copy.IsFirst) return SendFurther(copy);
        if (RemoteMaxSize is { } most && Math.Max(copy.Total, copy.End) > most) return SendStatus.TooLarge;
        if (!copy.IsLast && !_copies.HasRoomFor(copy.Sender)) return SendStatus.Full;
        var id = copy.NewId(World.Ids);
        var status = Write(FrameOf(copy, id), Reserve);
        if (!copy.IsLast && status <= SendStatus.Queued) _copies.Begin(copy.Message, copy.Sender, id);
        return status;
    }

    /// <summary>Room that content leaves for answers and aborts.</summary>
    private int Reserve => Math.Min(MostReserve, World.Limits.QueuedBytesPerFlow / 8);

    private SendStatus SendFurther(MsrpCopy copy)
    {
        if (!_copies.Has(copy.Message)) return SendStatus.Skipped;
        if (_copies.WasRefused(copy.Message))
        {
            EndEarly(copy);
            return SendStatus.Skipped;
        }

        if (!copy.HasContent)
        {
            EndEarly(copy);
            return SendStatus.Sent;
        }

        if (RemoteMaxSize is { } most && copy.End > most)
        {
            EndEarly(copy);
            return SendStatus.TooLarge;
        }

        var id = copy.NewId(World.Ids);
        var status = Write(FrameOf(copy, id), Reserve);
        if (status > SendStatus.Queued) EndEarly(copy);
        else if (copy.IsLast) _copies.End(copy.Message);
        else _copies.Continue(copy.Message, id);
        return status;
    }

    /// <summary>Tells the peer that the message will not be complete (7.1).</summary>
    private void EndEarly(MsrpCopy copy)
    {
        _copies.End(copy.Message);
        copy.ComposeAbort(Fields.Shared);
        var abort = new RequestFrame
        {
            Id = World.Ids.Unique(),
            Method = "SEND"u8,
            Paths = _paths,
            Fields = Fields.Shared.Written,
            Continuation = (byte)'#',
        };
        WriteOrOwe(abort);
    }

    private void WriteOrOwe(in RequestFrame abort)
    {
        if (Write(abort, reserve: 0) != SendStatus.Full) return;
        var bytes = new byte[abort.Length];
        abort.Write(bytes);
        (_owed ??= []).Add(bytes); // no more than there are copies and messages under way
    }

    private void SendOwed()
    {
        while (_owed is { Count: > 0 } && _connection!.Send(_owed[0].AsSpan())) _owed.RemoveAt(0);
    }

    private RequestFrame FrameOf(MsrpCopy copy, ulong id) => new()
    {
        Id = id,
        Method = "SEND"u8,
        Paths = _paths,
        Fields = copy.FieldsAndBody,
        HasBody = true,
        Continuation = (byte)copy.Continuation,
    };

    /// <summary>Gives a request to the connection, or keeps it until there is one.</summary>
    private SendStatus Write(in RequestFrame frame, int reserve)
    {
        if (_connection is not { } connection) return Keep(frame, reserve);
        var length = frame.Length;
        if (connection.Flow.QueuedBytes + length + reserve > World.Limits.QueuedBytesPerFlow) return SendStatus.Full;
        if (connection.Send(frame)) return SendStatus.Sent;
        return connection.Flow.IsOpen ? SendStatus.Full : SendStatus.Closed;
    }

    private SendStatus Keep(in RequestFrame frame, int reserve)
    {
        var length = frame.Length;
        if (_pendingLength + length + Math.Min(reserve, World.Limits.UnboundLegBytes / 8) > World.Limits.UnboundLegBytes) return SendStatus.Full;
        if (_pendingLength + length > _pending.Length)
        {
            Array.Resize(ref _pending, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_pendingLength + length)));
        }

        frame.Write(_pending.AsSpan(_pendingLength, length));
        _pendingLength += length;
        (_pendingFrames ??= []).Add(length);
        return SendStatus.Queued;
    }

    private bool SendPending(MsrpConnection connection)
    {
        var at = 0;
        foreach (var length in _pendingFrames ?? [])
        {
            if (!connection.Send(_pending.AsSpan(at, length))) return false;
            at += length;
        }

        ForgetPending();
        return true;
    }

    private void ForgetPending()
    {
        _pending = [];
        _pendingLength = 0;
        _pendingFrames = null;
    }
}
