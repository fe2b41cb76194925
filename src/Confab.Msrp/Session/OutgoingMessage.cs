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
    /// <param name="read">Fills the span from its beginning and returns how much; zero or less before the end abandons the message.</param>
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

    internal bool IsSettled { get; set; }

    internal bool IsRefused { get; set; }

    /// <summary>The next bytes: a view of the body, or read into the scratch; too few when the source failed.</summary>
    internal ReadOnlySpan<byte> Next(int length, Span<byte> scratch)
    {
        if (_read is null) return _body.Span.Slice((int)Written, length);
        if (_ahead is not null) return _ahead;
        var filled = 0;
        while (filled < length)
        {
            var n = _read(scratch[filled..length]);
            if (n <= 0 || n > length - filled) return default;
            filled += n;
        }

        return scratch[..length];
    }

    /// <summary>Keeps what was read from the source and could not be written now.</summary>
    internal void KeepAhead(ReadOnlySpan<byte> bytes) => _ahead = _read is null ? null : bytes.ToArray();

    internal void DropAhead() => _ahead = null;
}
