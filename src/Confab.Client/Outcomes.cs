namespace Confab.Client;

/// <summary>What a REGISTER came to.</summary>
/// <param name="IsRegistered">Whether the user can be reached now.</param>
/// <param name="Status">The SIP status.</param>
/// <param name="Text">Warning text or reason phrase of the server.</param>
/// <param name="Expires">For how many seconds, as the server grants it; 0 where it refuses.</param>
public sealed record RegisterOutcome(bool IsRegistered, int Status, string Text, long Expires);

/// <summary>What starting or accepting a session came to.</summary>
/// <param name="Session">The session; null when nothing was sent.</param>
/// <param name="Failure">What stood in the way.</param>
/// <param name="Status">The SIP status; 0 where none came.</param>
/// <param name="Text">The Warning text or the reason phrase of the peer, or what is wrong (IMC-GEN-10, IMC-GRP-3).</param>
public sealed record SessionOutcome(ImSession? Session, SessionFailure Failure, int Status, string Text)
{
    /// <summary>Whether messages may flow.</summary>
    public bool IsEstablished => Failure == SessionFailure.None;
}

/// <summary>What stood in the way of a session.</summary>
public enum SessionFailure
{
    /// <summary>Nothing: the session is established.</summary>
    None,

    /// <summary>The peer or the server refused: the status says why.</summary>
    Refused,

    /// <summary>Given up before the answer, by either side.</summary>
    GivenUp,

    /// <summary>No answer came, or there is no way to the server.</summary>
    Unreachable,

    /// <summary>The answer has no media that can be used.</summary>
    Media,

    /// <summary>More invitees than MAX-ADHOC-GROUP-SIZE; nothing was sent.</summary>
    MaxAdhocGroupSizeExceeded,

    /// <summary>Nobody to invite but the user; nothing was sent.</summary>
    NobodyInvited,

    /// <summary>The session was left too long ago, or never entered: only a new invitation leads into it; nothing was sent.</summary>
    SessionIdentityExpired,

    /// <summary>Only a 1-1 session that stands, with somebody who is not anonymous, can be extended to a group; nothing was sent.</summary>
    NotOneToOne,

    /// <summary>The session is being extended already; nothing was sent.</summary>
    AlreadyExtending,

    /// <summary>The client has as many sessions as it takes; nothing was sent.</summary>
    TooManySessions,
}

/// <summary>What modifying a session came to.</summary>
/// <param name="IsModified">Whether the other side agreed; where it did not the session goes on as it was.</param>
/// <param name="Status">The SIP status; 0 where nothing was sent, 408 where no answer came: then the session is over.</param>
/// <param name="Text">The Warning text or the reason phrase of the peer, or what is wrong.</param>
public sealed record ModifyOutcome(bool IsModified, int Status, string Text);

/// <summary>What became of a message on its way to the server.</summary>
/// <param name="Id">Its Message-ID; empty when it was not sent at all.</param>
/// <param name="IsSent">Whether it was taken.</param>
/// <param name="Status">The MSRP status; 0 where none came.</param>
/// <param name="Text">What is wrong.</param>
public sealed record SendOutcome(string Id, bool IsSent, int Status, string Text);

/// <summary>How far a long message is on its way.</summary>
/// <param name="Done">Octets of the content that the other end of the connection has taken.</param>
/// <param name="Total">Octets of the content.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct TransferProgress(long Done, long Total);

/// <summary>There is no way to the server, or it does not answer.</summary>
public sealed class ServerUnreachableException(string message) : IOException(message);
