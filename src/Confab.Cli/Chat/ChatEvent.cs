using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>What a face shows.</summary>
abstract record ChatEvent;

/// <summary>Something happened to the client; <paramref name="Session"/> is the local name of the session it happened in.</summary>
sealed record Happened(ImEvent Event, string Session) : ChatEvent;

/// <summary>Content that is no text has come whole, and is in a file.</summary>
sealed record FileReceived(string Session, string From, string FromName, string ContentType, long Size, string Path, string Id, DateTimeOffset Time) : ChatEvent;

/// <summary>How much of a large content has come.</summary>
sealed record Downloading(string Session, string From, string Id, long Done, long Total) : ChatEvent;

/// <summary>A command did nothing: what is wrong, and what to do.</summary>
sealed record Problem(string Command, int Status, string Text) : ChatEvent;

/// <summary>What became of a message without a session.</summary>
sealed record Paged(IReadOnlyList<string> To, PageOutcome Outcome) : ChatEvent;

/// <summary>Who is in a session, as <c>/who</c> lists it.</summary>
sealed record Roster(string Session, IReadOnlyList<RosterUser> Users) : ChatEvent;

/// <summary>The sessions, as <c>/sessions</c> lists them.</summary>
sealed record SessionList(IReadOnlyList<SessionLine> Sessions) : ChatEvent;

sealed record SessionLine(string Name, ImSession Session, bool IsCurrent);

/// <summary>Whether the sessions that the user starts or accepts from now on are without the name.</summary>
sealed record Anonymity(bool IsOn) : ChatEvent;

/// <summary>The commands, as <c>/help</c> lists them.</summary>
sealed record CommandList(IReadOnlyList<Verb> Verbs) : ChatEvent;

/// <summary>How the chat looks: lines of JSON, or a terminal.</summary>
interface IChatFace
{
    /// <summary>Whether who reads it sees all sessions alike, whichever is the current one.</summary>
    bool ShowsAllAlike { get; }

    void Show(ChatEvent shown);
}
