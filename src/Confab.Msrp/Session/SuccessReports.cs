// Success reports for messages of several chunks (RFC 4975 7.1.3): one for the whole message, when all of it was taken.
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>Follows the messages that asked for a success report and are not complete.</summary>
[Clause("RFC 4975", "7.1.3", "MSW-9")]
internal sealed class SuccessReports
{
    private const int MostMessages = 64;

    private readonly List<Entry> _open = [];

    /// <summary>Notes the piece; what to report on when its message is complete now.</summary>
    public ByteRange? Add(in MsrpFrame piece)
    {
        var index = Find(piece.MessageId);
        if (index < 0)
        {
            if (_open.Count == MostMessages) _open.RemoveAt(0);
            index = _open.Count;
            _open.Add(new Entry(piece.MessageId.ToArray()));
        }

        var entry = _open[index];
        var end = piece.Offset + piece.Body.Length - 1;
        if (piece.Continuation == '#' || !entry.Ranges.Add(piece.Offset, end))
        {
            _open.RemoveAt(index);
            return null;
        }

        if (piece.Continuation == '$') entry.Total = end; // this chunk defines the length, not what any header claims (7.3.1)
        if (entry.Total < 0 || !entry.Ranges.IsComplete(entry.Total) || !piece.IsLastPiece) return null;
        _open.RemoveAt(index);
        return new ByteRange(1, entry.Total, entry.Total);
    }

    public void Forget(ReadOnlySpan<byte> messageId)
    {
        var index = Find(messageId);
        if (index >= 0) _open.RemoveAt(index);
    }

    private int Find(ReadOnlySpan<byte> messageId)
    {
        for (var i = 0; i < _open.Count; i++)
        {
            if (messageId.SequenceEqual(_open[i].MessageId)) return i;
        }

        return -1;
    }

    private sealed class Entry(byte[] messageId)
    {
        public byte[] MessageId { get; } = messageId;

        public ByteRanges Ranges { get; } = new();

        public long Total { get; set; } = -1;
    }
}
