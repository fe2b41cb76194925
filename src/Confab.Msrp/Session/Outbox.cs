// Messages of an endpoint on their way out (RFC 4975 7.1.1). A chunk is written whole, so a message is interrupted by writing another's chunk
// after it; those that are open take turns. What is written ahead of the connection and of the peer's answers is bounded.
//
//   Add ──► open: chunk, chunk, ... ──► written ──► all answered 200, or no answers asked for: Ok
//                    └── refused, 30 s without an answer, source failed: '#' where a part is out ──► the status
using System.Buffers;
using System.Text;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>The open messages of one session, their unanswered chunks, and the 30 seconds that each has.</summary>
[Clause("RFC 4975", "7.1.1", "IMC-SDP-9", "IMC-LMM-4", "IMC-LMM-7")]
internal sealed class Outbox(MsrpSession session)
{
    private const int FirstChunk = 2048;
    private const int MostMessages = 256;
    private const int Ahead = 128 * 1024;      // bytes in the connection's queue
    private const int AheadOfAnswers = 256 * 1024;
    private const int PerTurn = 256 * 1024;

    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(30);

    private readonly MsrpSession _session = session;
    private readonly List<OutgoingMessage> _open = [];      // not written whole
    private Dictionary<ulong, Chunk>? _unanswered;
    private Queue<(ulong Id, long SentAt)>? _deadlines;     // in the order of sending, which is the order of running out
    private Alarm? _alarm;
    private int _unsettled;
    private int _turn;                                      // whose turn it is among the open ones
    private bool _continues;

    /// <summary>Messages whose outcome is not known.</summary>
    public int Count => _unsettled;

    private World World => _session.Runtime;

    public SendStatus Add(OutgoingMessage message)
    {
        if (_unsettled >= MostMessages) return SendStatus.Full;
        message.MessageId ??= _session.NewMessageIdText();
        message.MessageIdBytes = Encoding.UTF8.GetBytes(message.MessageId);
        message.ContentTypeBytes = Encoding.UTF8.GetBytes(message.ContentType);
        _unsettled++;
        _open.Add(message);
        if (_session.Writable is null) return SendStatus.Queued;
        Pump();
        return SendStatus.Sent;
    }

    public void Abort(OutgoingMessage message)
    {
        if (!message.IsSettled && message.MessageIdBytes.Length > 0) Fail(message, MsrpStatus.Unconfirmed);
    }

    /// <summary>The source of a message has something again, or has failed.</summary>
    public void Continue(OutgoingMessage message)
    {
        if (!message.IsWaiting) return;
        message.IsWaiting = false;
        Pump();
    }

    /// <summary>Writes chunks as far as the connection, the answers and the others' turn allow.</summary>
    public void Pump()
    {
        for (var budget = PerTurn; _open.Count > 0 && _session.Writable is { } flow;)
        {
            if (budget <= 0 || flow.QueuedBytes >= Math.Min(Ahead, World.Limits.QueuedBytesPerFlow / 2))
            {
                if (!flow.IsBackedUp) GoOnLater();
                return; // else it goes on when the connection has drained
            }

            if (Next() is not { } message) return; // each waits for answers, or for its source
            var written = WriteChunk(message);
            if (written < 0) return;
            budget -= written + 1;
        }
    }

    /// <summary>A response came; false when it is not about a chunk of this box.</summary>
    public bool OnAnswered(ulong id, MsrpStatus status)
    {
        if (_unanswered is null || !_unanswered.Remove(id, out var chunk)) return false;
        var message = chunk.Message;
        message.Unanswered--;
        message.UnansweredBytes -= chunk.Length;
        if (!status.IsSuccess()) Fail(message, status);
        else
        {
            if (!message.IsSettled) _session.TellProgress(message);
            SettleWhenAnswered(message);
        }

        Pump();
        return true;
    }

    /// <summary>A failure report means the same as a response with its code (7.3.2).</summary>
    public void OnFailureReport(ReadOnlySpan<byte> messageId, MsrpStatus status)
    {
        if (Find(messageId) is { } message) Fail(message, status);
    }

    /// <summary>The connection is gone: nothing that is open will be confirmed.</summary>
    public void FailAll()
    {
        var open = new HashSet<OutgoingMessage>(_open);
        if (_unanswered is not null)
        {
            foreach (var chunk in _unanswered.Values) open.Add(chunk.Message);
        }

        _open.Clear();
        _unanswered = null;
        _deadlines = null;
        _alarm?.Cancel();
        foreach (var message in open)
        {
            if (!message.IsSettled) Settle(message, MsrpStatus.Unconfirmed);
        }
    }

    private OutgoingMessage? Next()
    {
        for (var tried = 0; tried < _open.Count; tried++)
        {
            var message = _open[_turn %= _open.Count];
            if (message is { IsWaiting: false, UnansweredBytes: < AheadOfAnswers }) return message;
            _turn++;
        }

        return null;
    }

    /// <summary>Writes the message's next chunk; returns its octets, or -1 when the connection takes nothing now.</summary>
    private int WriteChunk(OutgoingMessage message)
    {
        var rest = message.Length - message.Written;
        var length = message.Written == 0 && rest > FirstChunk ? FirstChunk : (int)Math.Min(rest, Math.Max(FirstChunk, _session.Options.ChunkBytes));
        var scratch = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            if (!message.TryNext(length, scratch, out var body))
            {
                Fail(message, MsrpStatus.Unconfirmed);
                return 0;
            }

            // A chunk has as much as its source has now.
            length = body.Length;
            if (length == 0 && rest > 0)
            {
                message.IsWaiting = true;
                return 0;
            }

            var start = message.Written + 1;
            var isLast = length == rest;
            var id = MsrpCopy.NewId(World.Ids, body);
            var range = new ByteRange(start, length > MsrpCopy.LongestFixedChunk ? -1 : start + length - 1, message.Length);
            var fields = Fields.Shared.Start(message.MessageIdBytes, range)
                .Reports(message.SuccessReport, message.FailureReport)
                .ContentType(message.ContentTypeBytes);
            if (_session.WriteChunk(id, fields.Written, body, hasBody: true, isLast ? '$' : '+') != SendStatus.Sent)
            {
                message.KeepAhead(body);
                if (_session.Writable is { IsBackedUp: false }) GoOnLater();
                return -1;
            }

            message.Written += length;
            message.DropAhead();
            if (message.FailureReport != FailureReport.No) Await(id, message, length);
            if (isLast) FinishWriting(message);
            else _turn++;
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private void FinishWriting(OutgoingMessage message)
    {
        message.IsWritten = true;
        Close(message);
        if (message.FailureReport == FailureReport.Yes) SettleWhenAnswered(message);
        else Settle(message, MsrpStatus.Ok);
    }

    // Nobody loses his turn by it, so that messages of one chunk keep their order.
    private bool Close(OutgoingMessage message)
    {
        var index = _open.IndexOf(message);
        if (index < 0) return false;
        _open.RemoveAt(index);
        if (index < _turn) _turn--;
        return true;
    }

    private void SettleWhenAnswered(OutgoingMessage message)
    {
        if (message is { IsWritten: true, Unanswered: 0, IsSettled: false }) Settle(message, MsrpStatus.Ok);
    }

    private void Fail(OutgoingMessage message, MsrpStatus status)
    {
        if (Close(message) && message.Written > 0)
        {
            Fields.Shared.Start(message.MessageIdBytes, ByteRange.Empty with { Total = message.Length }).Reports(message.SuccessReport, message.FailureReport);
            var id = World.Ids.Unique();
            var written = _session.WriteChunk(id, Fields.Shared.Written, default, hasBody: false, '#');
            if (written == SendStatus.Sent && message.FailureReport != FailureReport.No) Await(id, message, 0); // its answer is no news
        }

        if (!message.IsSettled) Settle(message, status);
        else if (message.FailureReport == FailureReport.Partial && !message.IsRefused) _session.Tell(message, status); // the error that may follow
        message.IsRefused = true;
    }

    private void Settle(OutgoingMessage message, MsrpStatus status)
    {
        message.IsSettled = true;
        _unsettled--;
        _session.Tell(message, status);
    }

    private OutgoingMessage? Find(ReadOnlySpan<byte> messageId)
    {
        foreach (var message in _open)
        {
            if (messageId.SequenceEqual(message.MessageIdBytes)) return message;
        }

        if (_unanswered is null) return null;
        foreach (var chunk in _unanswered.Values)
        {
            if (messageId.SequenceEqual(chunk.Message.MessageIdBytes)) return chunk.Message;
        }

        return null;
    }

    private void Await(ulong id, OutgoingMessage message, int length)
    {
        message.Unanswered++;

        // Where successes are not answered, answers are no measure of what the peer has taken.
        var counted = message.FailureReport == FailureReport.Yes ? length : 0;
        message.UnansweredBytes += counted;
        (_unanswered ??= [])[id] = new Chunk(message, counted);
        (_deadlines ??= []).Enqueue((id, World.Time.GetTimestamp()));
        _alarm ??= new Alarm(_session.Owner, OnDeadline);
        if (!_alarm.IsSet) _alarm.Set(s_answerWithin);
    }

    private void OnDeadline()
    {
        while (_deadlines is { Count: > 0 } deadlines)
        {
            var (id, sentAt) = deadlines.Peek();
            if (_unanswered?.TryGetValue(id, out var chunk) != true)
            {
                deadlines.Dequeue(); // answered long ago
                continue;
            }

            var left = s_answerWithin - World.Time.GetElapsedTime(sentAt);
            if (left > TimeSpan.Zero)
            {
                _alarm!.Set(left);
                return;
            }

            deadlines.Dequeue();
            _unanswered.Remove(id);
            chunk.Message.Unanswered--;
            chunk.Message.UnansweredBytes -= chunk.Length;
            if (chunk.Message.FailureReport == FailureReport.Yes) Fail(chunk.Message, MsrpStatus.TimedOut);
        }
    }

    private void GoOnLater()
    {
        if (_continues) return;
        _continues = true;
        _session.Owner.Post(() =>
        {
            _continues = false;
            Pump();
        });
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Chunk(OutgoingMessage Message, int Length);
}
