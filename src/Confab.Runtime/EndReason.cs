namespace Confab.Runtime;

/// <summary>Why something ended: the same word in the log, the metric, the test and, where the wire has a place for it, on the wire.</summary>
public enum EndReason
{
    None = 0,

    /// <summary>The user left (BYE, /leave).</summary>
    Left,

    /// <summary>The session was released by its policy.</summary>
    Released,

    /// <summary>A participant was removed by another or by policy.</summary>
    Removed,

    /// <summary>The invitee refused.</summary>
    Declined,

    /// <summary>The inviter gave up before the answer (CANCEL).</summary>
    Cancelled,

    /// <summary>A peer did not answer in time.</summary>
    TimedOut,

    /// <summary>Nothing listens there, or there is no way to it.</summary>
    Unreachable,

    /// <summary>The peer closed the connection.</summary>
    PeerClosed,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>What the peer sent cannot be framed or breaks the protocol.</summary>
    Malformed,

    /// <summary>A limit of <see cref="Limits"/> was exceeded.</summary>
    LimitExceeded,

    /// <summary>The peer did not read what was sent to it (D-09).</summary>
    Slow,

    /// <summary>The connection sent nothing in its first seconds, or for hours.</summary>
    Silent,

    /// <summary>This program is stopping.</summary>
    ShuttingDown,

    /// <summary>A bug or the environment; the log has the exception.</summary>
    Fault,
}
