namespace Confab.Msrp;

/// <summary>What became of something given to a session to send.</summary>
public enum SendStatus
{
    /// <summary>It is in the connection's queue.</summary>
    Sent,

    /// <summary>It waits for the session to be bound (MSW-11).</summary>
    Queued,

    /// <summary>The peer does not read, and its bound is reached: it was not sent, and what it had of that message was ended with '#' (D-09).</summary>
    Full,

    /// <summary>Not sent: the leg has no beginning of that message, or refused it (MSW-10).</summary>
    Skipped,

    /// <summary>Not sent: the message is longer than the peer takes (MSW-14).</summary>
    TooLarge,

    /// <summary>The session has no connection and awaits none.</summary>
    Closed,
}
