// Where the parts of a frame lie, as numbers beside the bytes: copying the bytes and this struct is copying the frame.
using System.Runtime.InteropServices;

namespace Confab.Msrp;

public enum MsrpKind
{
    Request,
    Response,
}

public enum MsrpMethod
{
    None,
    Send,
    Report,

    /// <summary>A method of an extension (RFC 4975 12); answered 501.</summary>
    Other,
}

/// <summary>Which failures of a SEND the sender wants to hear of (RFC 4975 7.1.1).</summary>
public enum FailureReport
{
    /// <summary>Every chunk is answered, with 200 too; the default.</summary>
    Yes,

    /// <summary>Nothing is answered.</summary>
    No,

    /// <summary>Errors are answered, successes are not.</summary>
    Partial,
}

/// <summary>The outline of one piece of a frame; offsets count from the first byte of its head.</summary>
public struct MsrpLayout
{
    internal Slice TransactionId;
    internal Slice ToPath;
    internal Slice FromPath;
    internal Slice MessageId;
    internal Slice ContentType;
    internal int HeadLength;
    internal int BodyLength;
    internal long Offset;
    internal ByteRange Range;
    internal int Status;
    internal MsrpKind Kind;
    internal MsrpMethod Method;
    internal FailureReport FailureReport;
    internal MsrpHeaderError Error;
    internal bool SuccessReport;
    internal bool HasRange;
    internal bool HasBody;
    internal bool IsFirst;
    internal bool IsLast;
    internal byte Continuation;

    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Slice(int Start, int Length);
}
