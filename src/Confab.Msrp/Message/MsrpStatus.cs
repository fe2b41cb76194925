// Status codes of responses and of the Status header of REPORTs: RFC 4975 10, RFC 4976 (423), RFC 7701 (404, 428).
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>What became of a request or of a message. Codes that are not named here may be met too.</summary>
public enum MsrpStatus
{
    /// <summary>Not on the wire: the session ended, or the sender gave up, before an answer came.</summary>
    Unconfirmed = 0,
    Ok = 200,
    BadRequest = 400,
    Forbidden = 403,

    /// <summary>No such recipient in the room (RFC 7701 6.2).</summary>
    NotFound = 404,

    /// <summary>No answer in time; a peer's 408 means the same as the timeout of this side (10.4).</summary>
    TimedOut = 408,

    /// <summary>Stop sending this message (10.5).</summary>
    TooLarge = 413,
    UnsupportedType = 415,
    OutOfBounds = 423,

    /// <summary>Private messages are not supported (RFC 7701 6.2).</summary>
    PrivateUnsupported = 428,
    NoSuchSession = 481,
    UnknownMethod = 501,

    /// <summary>The session is bound to another connection (10.10).</summary>
    AlreadyBound = 506,
}

/// <summary>The comments that go with the codes.</summary>
[Clause("RFC 4975", "10", "IMC-SDP-10", "MSW-12")]
public static class MsrpStatusText
{
    /// <summary>The comment that is sent with the code; empty for a code that has none here.</summary>
    public static ReadOnlySpan<byte> Comment(this MsrpStatus status) => status switch
    {
        MsrpStatus.Ok => "OK"u8,
        MsrpStatus.BadRequest => "Bad Request"u8,
        MsrpStatus.Forbidden => "Forbidden"u8,
        MsrpStatus.NotFound => "Not Found"u8,
        MsrpStatus.TimedOut => "Request Timeout"u8,
        MsrpStatus.TooLarge => "Message Too Large"u8,
        MsrpStatus.UnsupportedType => "Unsupported Media Type"u8,
        MsrpStatus.OutOfBounds => "Parameter Out Of Bounds"u8,
        MsrpStatus.PrivateUnsupported => "Private Messages Not Supported"u8,
        MsrpStatus.NoSuchSession => "Session Does Not Exist"u8,
        MsrpStatus.UnknownMethod => "Unknown Method"u8,
        MsrpStatus.AlreadyBound => "Session Already In Use"u8,
        _ => [],
    };

    public static bool IsSuccess(this MsrpStatus status) => (int)status is >= 200 and < 300;
}
