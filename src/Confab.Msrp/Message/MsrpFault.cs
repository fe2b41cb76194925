namespace Confab.Msrp;

/// <summary>Why a stream cannot be framed any further: its connection is closed, nothing else is harmed.</summary>
public readonly record struct MsrpFault(string Reason, string Clause, int Offset);

/// <summary>What is wrong with a request that could be framed; that request is answered 400.</summary>
public enum MsrpHeaderError
{
    None = 0,

    /// <summary>A line of the head has no name and colon.</summary>
    Line,

    /// <summary>To-Path or From-Path does not begin with an MSRP URI.</summary>
    Path,
    ByteRange,
    SuccessReport,
    FailureReport,
    Status,

    /// <summary>A SEND with a body has no Message-ID.</summary>
    MessageIdMissing,

    /// <summary>The first chunk of a message has a body and no Content-Type.</summary>
    ContentTypeMissing,
}
