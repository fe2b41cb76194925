// A view of one MSRP request or response (RFC 4975 9), or of a piece of one when its body is larger than a receive buffer.
using System.Text;

namespace Confab.Msrp;

/// <summary>
/// A piece of a frame: its head (whole, with every piece) and the bytes of its body that this piece carries. Valid until the next bytes are
/// read; what is to be kept is copied.
/// </summary>
public readonly ref struct MsrpFrame
{
    private readonly ref readonly MsrpLayout _layout;
    private readonly ReadOnlySpan<byte> _head;

    /// <summary>Views bytes that were parsed before.</summary>
    public MsrpFrame(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ref readonly MsrpLayout layout)
    {
        _head = head;
        Body = body;
        _layout = ref layout;
    }

    public MsrpKind Kind => _layout.Kind;

    public MsrpMethod Method => _layout.Method;

    /// <summary>The code of a response, or of a REPORT's Status header.</summary>
    public MsrpStatus Status => (MsrpStatus)_layout.Status;

    public ReadOnlySpan<byte> TransactionId => Part(_layout.TransactionId);

    /// <summary>All URIs of To-Path, separated by spaces.</summary>
    public ReadOnlySpan<byte> ToPath => Part(_layout.ToPath);

    /// <summary>All URIs of From-Path, separated by spaces.</summary>
    public ReadOnlySpan<byte> FromPath => Part(_layout.FromPath);

    /// <summary>Empty when the header is absent.</summary>
    public ReadOnlySpan<byte> MessageId => Part(_layout.MessageId);

    /// <summary>Empty when the header is absent.</summary>
    public ReadOnlySpan<byte> ContentType => Part(_layout.ContentType);

    /// <summary>As stated, or <see cref="ByteRange.Open"/>. Its end is the peer's claim; the bytes that came are what counts (7.3.1).</summary>
    public ByteRange Range => _layout.Range;

    public bool HasRange => _layout.HasRange;

    public bool SuccessReport => _layout.SuccessReport;

    public FailureReport FailureReport => _layout.FailureReport;

    /// <summary>Whether the frame has content, which may be empty; a body-less SEND only binds or keeps alive (7.1).</summary>
    public bool HasBody => _layout.HasBody;

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Position in the message of the first byte of <see cref="Body"/>, counted from one.</summary>
    public long Offset => _layout.Offset;

    public bool IsFirstPiece => _layout.IsFirst;

    public bool IsLastPiece => _layout.IsLast;

    /// <summary>'$' the message ends here, '+' more chunks follow, '#' the message is abandoned; zero before the last piece.</summary>
    public char Continuation => (char)_layout.Continuation;

    /// <summary>What is wrong with the head, though it could be framed.</summary>
    public MsrpHeaderError Error => _layout.Error;

    /// <summary>Start line and headers, with the empty line when there is one.</summary>
    public ReadOnlySpan<byte> RawHead => _head;

    /// <summary>Whether this one piece is a whole message.</summary>
    public bool IsWholeMessage => IsFirstPiece && IsLastPiece && Range.Start == 1 && Continuation == '$';

    public string MessageIdText => Encoding.UTF8.GetString(MessageId);

    public string ContentTypeText => Encoding.UTF8.GetString(ContentType);

    internal ref readonly MsrpLayout Layout => ref _layout;

    private ReadOnlySpan<byte> Part(MsrpLayout.Slice slice) => _head.Slice(slice.Start, slice.Length);
}
