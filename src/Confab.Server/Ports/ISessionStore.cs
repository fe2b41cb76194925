using Confab.Runtime;

namespace Confab.Server.Ports;

/// <summary>
/// The IM sessions that stand, so that they stand again after a restart. Writes run inside the transaction of the directory's store lane
/// (<see cref="StoreLane.Write"/>); messages never come here.
/// </summary>
public interface ISessionStore
{
    /// <summary>Whether a process that starts later finds them.</summary>
    bool OutlivesProcess { get; }

    /// <summary>Adds the session or replaces what is known of it, adds or replaces those members, and drops these (by <see cref="StoredMember.Entity"/>); the other members stay.</summary>
    void Save(StoredSession session, IReadOnlyList<StoredMember> changed, IReadOnlyList<string> dropped);

    /// <summary>The session is over; nothing happens where it is not known.</summary>
    void Remove(string identity);

    /// <summary>All of them, each with its members in the order in which they were first heard of; read once, at the start.</summary>
    /// <exception cref="InvalidDataException">What is stored cannot be read; the message says where.</exception>
    IReadOnlyList<(StoredSession Session, IReadOnlyList<StoredMember> Members)> Load();
}

/// <summary>What is true of a session as a whole.</summary>
/// <param name="Identity">The user part of the IM Session Identity.</param>
/// <param name="Kind">The name of its kind: <c>OneToOne</c>, <c>AdHoc</c>.</param>
/// <param name="Originator">The IM Address of the one who started it.</param>
/// <param name="OriginatorEntity">The URI by which the others know him as the originator: his alias where he began anonymously.</param>
/// <param name="Ends">When its longest life is over; null where there is no such time.</param>
/// <param name="Rules">The rules under which it began.</param>
public sealed record StoredSession(string Identity, string Kind, string Originator, string OriginatorEntity, DateTimeOffset? Ends, SessionRules Rules);

/// <summary>The rules of one session, fixed when it begins: what an operator changes concerns the sessions that begin afterwards.</summary>
/// <param name="MostParticipants">How many may be in it.</param>
/// <param name="RemainingParticipants">number-of-remaining-participants, 0 or 1.</param>
/// <param name="EndsWithOriginator">Whether it is released when its originator leaves.</param>
public sealed record SessionRules(int MostParticipants, int RemainingParticipants, bool EndsWithOriginator);

/// <summary>One line of the roster.</summary>
/// <param name="Address">The IM Address.</param>
/// <param name="Place">Its place in the roster, from 0.</param>
/// <param name="DisplayName">Null where none is known.</param>
/// <param name="Status"><c>Invited</c>, <c>Connected</c>, <c>Disconnected</c>, or <c>Withdrawn</c> where it is told no more.</param>
/// <param name="IsExpelled">Whether the user comes back only by a new invitation.</param>
/// <param name="Joined">How the user came in, or by whom he is being called in; null before.</param>
/// <param name="Left">How he went away, or why he did not come; null while he is in or on the way in.</param>
/// <param name="Alias">The URI by which the others know him where he is not named; null where he is.</param>
/// <param name="IsHiddenByInviter">Whether that is the inviter's wish.</param>
public sealed record StoredMember(
    string Address, int Place, string? DisplayName, string Status, bool IsExpelled, StoredTransition? Joined, StoredTransition? Left,
    string? Alias = null, bool IsHiddenByInviter = false)
{
    /// <summary>What tells the lines of one session apart: a user has one by his name and one by his alias.</summary>
    public string Entity => Alias ?? Address;
}

/// <summary>A transition of a member.</summary>
/// <param name="Method">The name of the joining or disconnection method, as <c>DialedIn</c> or <c>Booted</c>.</param>
/// <param name="By">Whose doing it was; null where it was the user's own.</param>
/// <param name="When">When it came.</param>
public sealed record StoredTransition(string Method, string? By, DateTimeOffset When);
