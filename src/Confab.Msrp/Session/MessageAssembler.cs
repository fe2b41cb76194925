// Puts the chunks of messages together again (RFC 4975 7.3.1): in whatever order they come, what comes last wins where they overlap.
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>A message that has come whole.</summary>
public sealed record ReceivedMessage(string MessageId, string ContentType, ReadOnlyMemory<byte> Body, bool SuccessReport, FailureReport FailureReport);

/// <summary>
/// Assembles messages from pieces; an endpoint keeps one a session. Bounded in messages and in bytes: what a Byte-Range claims is never
/// believed further than that (14.5).
/// </summary>
[Clause("RFC 4975", "7.3.1")]
public sealed class MessageAssembler(int mostBytes, int mostMessages = 16)
{
    private readonly int _mostBytes = mostBytes;
    private readonly int _mostMessages = mostMessages;
    private readonly List<Partial> _open = [];
    private long _held;

    /// <summary>Messages that have begun and are not complete.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Takes a piece; anything but Ok is the answer to its chunk, and then its message is dropped.</summary>
    public MsrpStatus Add(in MsrpFrame piece, out ReceivedMessage? complete)
    {
        complete = null;
        if (piece.IsWholeMessage)
        {
            if (piece.Body.Length > _mostBytes) return MsrpStatus.TooLarge;
            Drop(piece.MessageId);
            complete = Finish(piece, piece.Body.ToArray());
            return MsrpStatus.Ok;
        }

        if (piece.Continuation == '#')
        {
            Drop(piece.MessageId);
            return MsrpStatus.Ok;
        }

        var partial = Find(piece.MessageId);
        if (partial is null)
        {
            if (_open.Count >= _mostMessages) return MsrpStatus.TooLarge;
            partial = new Partial(piece.MessageId.ToArray());
            _open.Add(partial);
        }

        var status = Put(partial, piece);
        if (status != MsrpStatus.Ok)
        {
            Drop(partial);
            return status;
        }

        if (partial.Total >= 0 && piece.IsLastPiece && partial.Ranges.IsComplete(partial.Total))
        {
            complete = Finish(piece, partial.Body.AsMemory(0, (int)partial.Total)) with { ContentType = partial.ContentType };
            Drop(partial);
        }

        return MsrpStatus.Ok;
    }

    /// <summary>Drops what is open: the connection is gone.</summary>
    public void Clear()
    {
        _open.Clear();
        _held = 0;
    }

    private MsrpStatus Put(Partial partial, in MsrpFrame piece)
    {
        var end = piece.Offset - 1 + piece.Body.Length;
        if (end > _mostBytes) return MsrpStatus.TooLarge;
        if (end > partial.Body.Length)
        {
            // As much again as there is, but no more than the message needs by its own account.
            var wanted = (int)Math.Min(_mostBytes, Math.Max(end, Math.Min(partial.Body.Length * 2L, Math.Max(piece.Range.Total, end))));
            if (_held - partial.Body.Length + wanted > _mostBytes) wanted = (int)end;
            if (_held - partial.Body.Length + wanted > _mostBytes) return MsrpStatus.TooLarge;
            _held += wanted - partial.Body.Length;
            Array.Resize(ref partial.Body, wanted);
        }

        piece.Body.CopyTo(partial.Body.AsSpan((int)piece.Offset - 1));
        if (!partial.Ranges.Add(piece.Offset, end)) return MsrpStatus.BadRequest;
        if (piece.ContentType.Length > 0 && partial.ContentType.Length == 0) partial.ContentType = piece.ContentTypeText;
        if (piece.Continuation == '$') partial.Total = end; // the chunk with '$' defines the length
        return MsrpStatus.Ok;
    }

    private static ReceivedMessage Finish(in MsrpFrame piece, ReadOnlyMemory<byte> body) =>
        new(piece.MessageIdText, piece.ContentTypeText, body, piece.SuccessReport, piece.FailureReport);

    private Partial? Find(ReadOnlySpan<byte> messageId)
    {
        foreach (var partial in _open)
        {
            if (messageId.SequenceEqual(partial.MessageId)) return partial;
        }

        return null;
    }

    private void Drop(ReadOnlySpan<byte> messageId)
    {
        if (Find(messageId) is { } partial) Drop(partial);
    }

    private void Drop(Partial partial)
    {
        _open.Remove(partial);
        _held -= partial.Body.Length;
    }

    private sealed class Partial(byte[] messageId)
    {
        public readonly byte[] MessageId = messageId;
        public byte[] Body = [];

        public ByteRanges Ranges { get; } = new();

        public string ContentType { get; set; } = "";

        public long Total { get; set; } = -1;
    }
}
