namespace Confab.Client;

/// <summary>What asking the server to add or remove users came to. Whether they come is told by <see cref="ReferProgress"/> and by the roster.</summary>
/// <param name="Failure">What stood in the way.</param>
/// <param name="Status">The SIP status; 0 where nothing was sent, or no answer came.</param>
/// <param name="Text">The Warning text or the reason phrase of the server, or what is wrong.</param>
public sealed record ReferOutcome(ReferFailure Failure, int Status, string Text)
{
    /// <summary>Whether the server does it; what came of each user follows.</summary>
    public bool IsAccepted => Failure == ReferFailure.None;
}

/// <summary>What stood in the way of adding or removing users.</summary>
public enum ReferFailure
{
    /// <summary>Nothing: the server does what it was asked.</summary>
    None,

    /// <summary>The server refused: the status says why. 403, 404 and 481 to a removal mean the same (C-09).</summary>
    Refused,

    /// <summary>No answer came, or there is no way to the server.</summary>
    Unreachable,

    /// <summary>More users than MAX-ADHOC-GROUP-SIZE; nothing was sent.</summary>
    MaxAdhocGroupSizeExceeded,

    /// <summary>Nobody was named beside the user; nothing was sent.</summary>
    NobodyNamed,

    /// <summary>The session is no conference (C-76), or has no identity yet; nothing was sent.</summary>
    NoConference,

    /// <summary>As many are under way as the client keeps in mind; nothing was sent.</summary>
    TooManyUnderWay,
}
