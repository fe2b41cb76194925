using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>A message that an endpoint sends: its bytes, or where they come from.</summary>
[Clause("RFC 4975", "7.1.1", "IMC-SDP-9")]
public sealed class OutgoingMessage
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly Func<Span<byte>, int>? _read;
    private byte[]? _ahead;

    public OutgoingMessage(string contentType, ReadOnlyMemory<byte> body)
    {
        ContentType = contentType;
        _body = body;
        Length = body.Length;
    }

    /// <summary>A message that is read while it is sent.</summary>
    /// <param name="contentType">Its Content-Type.</param>
    /// <param name="length">Its whole length.</param>
    /// <param name="read">
    /// Fills the span from its beginning, without waiting, and returns how much. Zero: there is nothing now, and <see cref="MsrpSession.Continue"/>
    /// says when there is. Less than zero: there will be nothing more, and the message is abandoned.
    /// </param>
    public OutgoingMessage(string contentType, long length, Func<Span<byte>, int> read)
    {
        ContentType = contentType;
        Length = length;
        _read = read;
    }

    public string ContentType { get; }

    public long Length { get; }

    /// <summary>Given by the session when not set.</summary>
    public string? MessageId { get; set; }

    public bool SuccessReport { get; init; }

    public FailureReport FailureReport { get; init; }

    // What follows belongs to the session's Outbox.

    internal byte[] MessageIdBytes { get; set; } = [];

    internal byte[] ContentTypeBytes { get; set; } = [];

    internal long Written { get; set; }

    internal int Unanswered { get; set; }

    internal long UnansweredBytes { get; set; }

    internal bool IsWritten { get; set; }

    /// <summary>Whether the source had nothing when it was asked last.</summary>
    internal bool IsWaiting { get; set; }

    internal bool IsSettled { get; set; }

    internal bool IsRefused { get; set; }

    /// <summary>The next bytes: a view of the body, or what the source has now, read into the scratch; false when the source failed.</summary>
    internal bool TryNext(int length, Span<byte> scratch, out ReadOnlySpan<byte> next)
    {
        next = _ahead;
        if (_read is null) next = _body.Span.Slice((int)Written, length);
        if (_read is null || _ahead is not null) return true;
        var filled = 0;
        while (filled < length)
        {
            var n = _read(scratch[filled..length]);
            if (n < 0 || n > length - filled) return false;
            if (n == 0) break;
            filled += n;
        }

        next = scratch[..filled];
        return true;
    }

    /// <summary>Keeps what was read from the source and could not be written now.</summary>
    internal void KeepAhead(ReadOnlySpan<byte> bytes) => _ahead = _read is null ? null : bytes.ToArray();

    internal void DropAhead() => _ahead = null;
}
