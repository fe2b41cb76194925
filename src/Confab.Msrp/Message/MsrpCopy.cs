// One chunk on its way to many legs: what is the same for all of them is composed once (RFC 4975 7.1.1).
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>
/// The common part of a chunk that a switch copies to the legs of a session. One object is prepared again for every chunk; each leg then adds
/// its start line, its paths and its end-line, straight in the buffer of its connection.
/// </summary>
[Clause("RFC 4975", "7.1.1", "MSW-1", "MSW-2", "MSW-3")]
public sealed class MsrpCopy
{
    /// <summary>A chunk with more octets must be one that may be interrupted (7.1.1): its range has no end.</summary>
    public const int LongestFixedChunk = 2048;

    private const int MostKept = 256 * 1024;

    private Fields _fields = new();
    private byte[] _messageId = new byte[64];
    private int _messageIdLength;
    private int _bodyLength;
    private bool _bodyHasHyphens;
    private bool _successReport;
    private FailureReport _failureReport;

    /// <summary>What tells this message from others that are under way on a leg.</summary>
    public ulong Message { get; private set; }

    /// <summary>Who it comes from: a number that he has alone. Each sender's messages have room on every leg.</summary>
    public ulong Sender { get; private set; }

    /// <summary>Position of the first byte in the message.</summary>
    public long Start { get; private set; }

    /// <summary>Length of the message, or -1 when it is not known.</summary>
    public long Total { get; private set; }

    /// <summary>'$' the message ends here, '+' more follows, '#' it is abandoned.</summary>
    public char Continuation { get; private set; }

    internal bool HasContent { get; private set; }

    internal bool IsFirst => Start == 1;

    internal bool IsLast => Continuation != '+';

    internal long End => Start + _bodyLength - 1;

    internal ReadOnlySpan<byte> FieldsAndBody => _fields.Written;

    /// <summary>Prepares the next chunk.</summary>
    /// <param name="message">Any number that all chunks of one message share, and no other message that is under way.</param>
    /// <param name="messageId">Message-ID of all its chunks.</param>
    /// <param name="start">Position of the first byte of the body in the message, from one.</param>
    /// <param name="total">Length of the message, or -1.</param>
    /// <param name="contentType">Content-Type of the message.</param>
    /// <param name="body">This chunk's bytes; they are copied.</param>
    /// <param name="continuation">'$', '+' or '#'.</param>
    /// <param name="failureReport">Partial unless a leg asked for more (D-08): recipients then answer errors alone.</param>
    /// <param name="successReport">Whether recipients are to report.</param>
    /// <param name="sender">Who it comes from; of one chunk that is the whole message nobody asks.</param>
    public void Prepare(
        ulong message,
        ReadOnlySpan<byte> messageId,
        long start,
        long total,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> body,
        char continuation = '$',
        FailureReport failureReport = FailureReport.Partial,
        bool successReport = false,
        ulong sender = 0)
    {
        Keep(message, messageId, continuation, failureReport, successReport);
        Sender = sender;
        Start = start;
        Total = total;
        HasContent = true;
        _bodyLength = body.Length;
        _bodyHasHyphens = body.IndexOf("-------"u8) >= 0;
        var end = body.Length > LongestFixedChunk ? -1 : start + body.Length - 1;
        if (_fields.Capacity > MostKept) _fields = new Fields();
        _fields.Start(messageId, new ByteRange(start, end, total)).Reports(successReport, failureReport).ContentType(contentType).Append(body);
    }

    /// <summary>Prepares the end of a message whose sender failed: legs that have a part of it are told with '#' (7.1, MSW-10).</summary>
    public void PrepareAbort(
        ulong message, ReadOnlySpan<byte> messageId, FailureReport failureReport = FailureReport.Partial, bool successReport = false)
    {
        Keep(message, messageId, '#', failureReport, successReport);
        Start = -1;
        Total = -1;
        HasContent = false;
        _bodyLength = 0;
        _bodyHasHyphens = false;
        ComposeAbort(_fields);
    }

    /// <summary>The header lines of a chunk without content that abandons this message.</summary>
    internal void ComposeAbort(Fields fields) =>
        fields.Start(_messageId.AsSpan(0, _messageIdLength), ByteRange.Empty with { Total = Total }).Reports(_successReport, _failureReport);

    /// <summary>A transaction id whose end-line does not occur in the body (7.1).</summary>
    internal ulong NewId(Ids ids) => _bodyHasHyphens ? NewId(ids, FieldsAndBody[^_bodyLength..]) : ids.Unique();

    internal static ulong NewId(Ids ids, ReadOnlySpan<byte> body)
    {
        Span<byte> digits = stackalloc byte[EndLine.Hyphens + TransactionId.Length];
        digits[..EndLine.Hyphens].Fill((byte)'-');
        while (true)
        {
            var id = ids.Unique();
            TransactionId.Write(id, digits[EndLine.Hyphens..]);
            if (body.IndexOf(digits) < 0) return id;
        }
    }

    private void Keep(ulong message, ReadOnlySpan<byte> messageId, char continuation, FailureReport failureReport, bool successReport)
    {
        Message = message;
        Continuation = continuation;
        if (_messageId.Length < messageId.Length) _messageId = new byte[messageId.Length];
        _messageIdLength = messageId.Length;
        messageId.CopyTo(_messageId);
        _failureReport = failureReport;
        _successReport = successReport;
    }
}
