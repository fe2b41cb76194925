namespace Confab.Client;

/// <summary>What happened, in the order in which it did; read through <see cref="ImClient.Events"/>.</summary>
public abstract record ImEvent;

/// <summary>The user is registered and can be invited; the client refreshes the registration by itself.</summary>
/// <param name="Expires">For how many seconds, as the server grants it.</param>
public sealed record Registered(long Expires) : ImEvent
{
    /// <summary>The public identities of the user, the default one first, where <see cref="ImClientOptions.Ims"/> is set and the core names them (RFC 7315 4.1).</summary>
    public IReadOnlyList<string> AssociatedAddresses { get; init; } = [];
}

/// <summary>The user is not reachable any more. Unless the user left or was refused, the client goes on trying.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="Status">The SIP status, 0 where none came.</param>
/// <param name="Retrying">Whether the client goes on trying.</param>
public sealed record Unregistered(string Reason, int Status, bool Retrying) : ImEvent;

/// <summary>Somebody invites the user: to be answered by <see cref="ImSession.AcceptAsync"/> or <see cref="ImSession.DeclineAsync"/>.</summary>
/// <param name="Session">The session, in the state <see cref="ImSessionState.Invited"/>; its <see cref="ImSession.Peer"/> invites.</param>
public sealed record Invited(ImSession Session) : ImEvent;

/// <summary>A session that the user starts waits for its answer.</summary>
/// <param name="Session">Which.</param>
/// <param name="Alerting">False when the invitation has left, true when the other side is being asked.</param>
public sealed record Calling(ImSession Session, bool Alerting) : ImEvent;

/// <summary>The session is established: messages may flow in both directions.</summary>
/// <param name="Session">Which.</param>
public sealed record Established(ImSession Session) : ImEvent;

/// <summary>A session is over, or came to nothing.</summary>
/// <param name="Session">Which.</param>
/// <param name="Reason">Why.</param>
/// <param name="Status">The SIP status that ended it, 0 where there is none.</param>
/// <param name="Text">The same for people: the Warning text or the reason phrase of the peer where it gave one.</param>
public sealed record Ended(ImSession Session, SessionEnd Reason, int Status, string Text) : ImEvent
{
    /// <summary>Whether the client tries to come back by itself: then an <see cref="Established"/> of a new session follows, or what stood in the way.</summary>
    public bool IsComingBack { get; init; }
}

/// <summary>The connection for messages was lost; the client opens it again, and <see cref="Resumed"/> or <see cref="Ended"/> follows.</summary>
/// <param name="Session">Of which session.</param>
public sealed record Interrupted(ImSession Session) : ImEvent;

/// <summary>The connection for messages stands again; what others said meanwhile may be lost.</summary>
/// <param name="Session">Of which session.</param>
public sealed record Resumed(ImSession Session) : ImEvent;

/// <summary>A message came in.</summary>
/// <param name="Session">In which session.</param>
/// <param name="From">The sender's address as the message says; in a group it may be an anonymous one.</param>
/// <param name="FromName">The sender's name, empty when there is none.</param>
/// <param name="ContentType">What the content is, with parameters.</param>
/// <param name="Content">The content.</param>
/// <param name="Id">Its Message-ID.</param>
/// <param name="Time">When it was sent, or taken where it does not say.</param>
public sealed record MessageReceived(
    ImSession Session, string From, string FromName, string ContentType, ReadOnlyMemory<byte> Content, string Id, DateTimeOffset Time) : ImEvent
{
    /// <summary>The content as text, in the charset that it names (UTF-8 where it names none, or one that is not known here); null when it is none.</summary>
    public string? Text => Media.TextContent.Read(ContentType, Content.Span);

    /// <summary>Whether the sender asks to be told when the user was shown it, and <see cref="ImClientOptions.GiveNotifications"/> lets that be told.</summary>
    public bool IsDisplayAsked => Asked?.IsDisplayAsked == true;

    /// <summary>What the sender asks to be told.</summary>
    internal Procedures.NotifyDisposition? Asked { get; init; }

    /// <summary>The user was shown the message: tells the sender where he asks, once, while the session stands.</summary>
    /// <returns>Whether it was told now.</returns>
    public Task<bool> DisplayedAsync(CancellationToken cancellationToken = default) =>
        Asked is { } asked ? Session.Client.Ask<bool>(answer => answer.TrySetResult(asked.Displayed()), cancellationToken) : Task.FromResult(false);
}

/// <summary>
/// A message larger than <see cref="ImClientOptions.StreamOver"/> is coming in. Reading its content as it comes is what makes the rest come: the
/// session waits for the reader, and gives the content up when nothing is read for 20 seconds. Closing the stream refuses what has not come yet.
/// </summary>
/// <param name="Session">In which session.</param>
/// <param name="From">The sender's address as the message says; in a group it may be an anonymous one.</param>
/// <param name="FromName">The sender's name, empty when there is none.</param>
/// <param name="ContentType">What the content is, with parameters.</param>
/// <param name="Size">Octets of the content; null where the sender does not say.</param>
/// <param name="Content">The content, read once. Reading throws <see cref="IOException"/> where it does not come whole.</param>
/// <param name="Id">Its Message-ID.</param>
/// <param name="Time">When it was sent, or began to come where it does not say.</param>
public sealed record ContentReceived(
    ImSession Session, string From, string FromName, string ContentType, long? Size, Stream Content, string Id, DateTimeOffset Time) : ImEvent
{
    /// <summary>Whether the sender asks to be told when the user was shown it, and <see cref="ImClientOptions.GiveNotifications"/> lets that be told.</summary>
    public bool IsDisplayAsked => Asked?.IsDisplayAsked == true;

    /// <summary>What the sender asks to be told.</summary>
    internal Procedures.NotifyDisposition? Asked { get; init; }

    /// <summary>The user was shown the message: tells the sender where he asks, once, while the session stands.</summary>
    /// <returns>Whether it was told now.</returns>
    public Task<bool> DisplayedAsync(CancellationToken cancellationToken = default) =>
        Asked is { } asked ? Session.Client.Ask<bool>(answer => answer.TrySetResult(asked.Displayed()), cancellationToken) : Task.FromResult(false);
}

/// <summary>How much of a long message has been taken by the other end of the connection.</summary>
/// <param name="Session">In which session.</param>
/// <param name="Id">Its Message-ID.</param>
/// <param name="Sent">Octets of the content that were taken.</param>
/// <param name="Total">Octets of the content.</param>
public sealed record Progress(ImSession Session, string Id, long Sent, long Total) : ImEvent;

/// <summary>Somebody types a message, or does so no more (RFC 3994).</summary>
/// <param name="Session">In which session.</param>
/// <param name="From">Who.</param>
/// <param name="IsActive">Whether he types.</param>
public sealed record ComposingChanged(ImSession Session, string From, bool IsActive) : ImEvent;

/// <summary>The other end of the session's connection, the server as a rule, took the message. Who received it is told by <see cref="Delivered"/>.</summary>
/// <param name="Session">In which session.</param>
/// <param name="Id">Its Message-ID, as in <see cref="SendOutcome"/>.</param>
/// <param name="Status">The MSRP status, 200.</param>
public sealed record Sent(ImSession Session, string Id, int Status) : ImEvent;

/// <summary>The message was not taken, or a report or notification says that it did not arrive, or that this is not told.</summary>
/// <param name="Session">In which session.</param>
/// <param name="Id">Its Message-ID.</param>
/// <param name="Status">The MSRP status; 0 where a notification tells it.</param>
/// <param name="Text">Why, for people.</param>
public sealed record Undelivered(ImSession Session, string Id, int Status, string Text) : ImEvent
{
    /// <summary>The recipient whom a notification speaks for; null where it comes from the other end of the connection.</summary>
    public string? From { get; init; }
}

/// <summary>A recipient's client has the message (RFC 5438); in a group each recipient is told of, once.</summary>
/// <param name="Session">In which session the notification came: that of the message, or the one by which the user came back to it.</param>
/// <param name="Id">The Message-ID of the message, as in <see cref="SendOutcome"/>.</param>
/// <param name="From">The recipient; in a group it may be an anonymous address.</param>
public sealed record Delivered(ImSession Session, string Id, string From) : ImEvent;

/// <summary>A recipient was shown the message (RFC 5438); in a group each recipient is told of, once.</summary>
/// <param name="Session">In which session the notification came: that of the message, or the one by which the user came back to it.</param>
/// <param name="Id">The Message-ID of the message, as in <see cref="SendOutcome"/>.</param>
/// <param name="From">The recipient; in a group it may be an anonymous address.</param>
public sealed record Displayed(ImSession Session, string Id, string From) : ImEvent;

/// <summary>How far the server has come with a user whom it was asked to add.</summary>
/// <param name="Session">To which session.</param>
/// <param name="Target">Who.</param>
/// <param name="Status">The SIP status of the invitation so far: 100 while it is on its way, 200 when the user is in.</param>
/// <param name="Text">The same for people.</param>
/// <param name="IsFinal">Whether no other will follow.</param>
public sealed record ReferProgress(ImSession Session, string Target, int Status, string Text, bool IsFinal) : ImEvent;

/// <summary>
/// Somebody came into a group session, went, or is being asked. A server tells of several at once, some seconds late, where many come and go
/// (RFC 4575 3.9).
/// </summary>
/// <param name="Session">Which session.</param>
/// <param name="Users">The whole roster.</param>
/// <param name="Changed">Those of them of whom something is new.</param>
public sealed record RosterChanged(ImSession Session, IReadOnlyList<RosterUser> Users, IReadOnlyList<RosterUser> Changed) : ImEvent;

/// <summary>A session was modified, by either side: who holds it (<see cref="ImSession.IsHeld"/>, <see cref="ImSession.IsHeldByPeer"/>), or which types are taken.</summary>
public sealed record Modified(ImSession Session) : ImEvent;

/// <summary>Why a session ended.</summary>
public enum SessionEnd
{
    /// <summary>The user left.</summary>
    Left,

    /// <summary>The other side or the server ended it.</summary>
    Released,

    /// <summary>The user was removed from it.</summary>
    Removed,

    /// <summary>It goes on elsewhere: the user came in from another device, or the two of a 1-1 session are in a group now.</summary>
    Moved,

    /// <summary>The invitation was declined, by whichever side it was.</summary>
    Declined,

    /// <summary>It could not be set up, or broke.</summary>
    Failed,
}
