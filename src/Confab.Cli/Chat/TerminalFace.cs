using System.Globalization;
using Confab.Client;
using Spectre.Console;

namespace Confab.Cli.Chat;

/// <summary>The chat for people: lines above the one that is being typed, names in colours of their own.</summary>
sealed class TerminalFace(IAnsiConsole console, LineEditor editor, TimeProvider time, Func<SessionNames> sessions) : IChatFace
{
    static readonly string[] Colours = ["aqua", "yellow", "lime", "fuchsia", "orange1", "deepskyblue1", "springgreen1", "plum1", "khaki1", "salmon1"];

    // A user keeps the colour that came with the first word.
    readonly Dictionary<string, string> _colours = new(StringComparer.OrdinalIgnoreCase);

    public void Show(ChatEvent shown)
    {
        switch (shown)
        {
            case Happened { Event: var happened, Session: var session }:
                Show(happened, session);
                break;
            case Problem problem:
                Line($"[red]! {Escaped(problem.Text)}[/]");
                break;
            case SessionList list:
                Show(list);
                break;
            case Roster roster:
                Show(roster);
                break;
            case Anonymity anonymity:
                Note(anonymity.IsOn ? "The sessions that you start or accept from now on do not name you." : "The sessions that you start or accept from now on name you.");
                break;
            case CommandList list:
                foreach (var verb in list.Verbs) Line($"  {Escaped($"{verb.Name} {verb.Arguments}".PadRight(26))} [grey]{Escaped(verb.Does)}[/]");
                Line("  [grey]anything else is said in the current session[/]");
                break;
        }
    }

    /// <summary>What the user typed stays above the line.</summary>
    public void Echo(string text) => Line(text.StartsWith('/') ? $"[grey]> {Escaped(text)}[/]" : $"[grey]{Now}[/] [bold]you:[/] {Markup.Escape(Safe.Block(text, "      "))}");

    void Show(ImEvent happened, string session)
    {
        switch (happened)
        {
            case Registered:
                Note("You are online.");
                break;
            case Unregistered { Retrying: true } lost:
                Line($"[yellow]! {Escaped(lost.Reason)} Trying again...[/]");
                break;
            case Unregistered { Status: 0 }:
                Note("You are offline.");
                break;
            case Unregistered refused:
                Line($"[red]! You are offline: {Escaped(refused.Reason)} ({refused.Status})[/]");
                break;
            case Calling { Alerting: false } calling:
                Note($"{session}: calling {WhoOf(calling.Session)}...");
                break;
            case Calling calling:
                Note($"{session}: {WhoOf(calling.Session)} is being asked; /leave gives up");
                break;
            case Invited invited:
                ShowInvitation(invited.Session, session);
                break;
            case Established established:
                Note($"{session}: you are {(established.Session.IsRejoin ? "back " : "")}in {(established.Session.IsGroup ? "the group" : "a session")} with {WhoOf(established.Session)}{(established.Session.IsAnonymous ? ", without your name" : "")}.");
                break;
            case Ended ended:
                Note($"{session}: {WordsOf(ended)}");
                break;
            case MessageReceived message:
                Show(message, session);
                break;
            case ReferProgress { IsFinal: false } refer:
                Note($"{session}: {Name(refer.Target)} is being asked.");
                break;
            case ReferProgress { Status: >= 200 and < 300 } refer:
                Note($"{session}: {Name(refer.Target)} is in.");
                break;
            case ReferProgress refer:
                Note($"{session}: {Name(refer.Target)} does not come: {refer.Status} ({Escaped(refer.Text)})");
                break;
            case RosterChanged changed:
                Show(changed, session);
                break;
            case Undelivered undelivered:
                Line($"[red]! {session}: not delivered: {Escaped(undelivered.Text)} ({undelivered.Status})[/]");
                break;
        }
    }

    void ShowInvitation(ImSession invitation, string session)
    {
        var others = invitation.Participants.Count > 0 ? $" with {string.Join(", ", invitation.Participants.Select(Name))}" : "";
        var what = invitation.IsGroup ? $"into a group{others}" : "to a session";
        Line($"[bold]{session}:[/] {Name(invitation.Peer ?? "somebody", invitation.PeerName)} invites you {what}: [bold]/accept[/] or [bold]/decline[/]");
    }

    void Show(MessageReceived message, string session)
    {
        var where = sessions().All.Count > 1 ? $"[grey]{session}[/] " : "";
        var text = message.Text is { } said ? Safe.Block(said, "      ") : $"({Safe.Line(message.ContentType)}, {message.Content.Length} octets)";
        Line($"[grey]{Local(message.Time)}[/] {where}{Name(message.From, message.FromName)}: {Markup.Escape(text)}");
    }

    void Show(SessionList list)
    {
        if (list.Sessions.Count == 0) Note("You are in no session.");
        foreach (var (name, session, isCurrent) in list.Sessions)
            Line($"{(isCurrent ? "[bold]*[/]" : " ")} {name} {(session.IsGroup ? "group" : "1-1")} {WhoOf(session)} [grey]{session.State.ToString().ToLowerInvariant()}[/]");
    }

    void Show(Roster roster)
    {
        foreach (var user in roster.Users)
            Line($"  {Name(user.Address, user.DisplayName)} [grey]{Escaped(WordsOf(user))}{(user.Role is null ? "" : ", " + Escaped(user.Role))}[/]");
    }

    /// <summary>Who came and went; all that is there already when the first roster comes is known by the invitation.</summary>
    void Show(RosterChanged roster, string session)
    {
        if (roster.Changed.Count == roster.Users.Count) return;
        foreach (var user in roster.Changed) Note($"{session}: {Name(user.Address, user.DisplayName)} {Escaped(WordsOf(user))}");
    }

    static string WordsOf(RosterUser user) => user switch
    {
        { IsConnected: true } => "is here",
        { Status: "disconnected", Disconnection: "booted" } => "was removed",
        { Status: "disconnected", Disconnection: "failed" } => "could not be reached",
        { Status: "disconnected", Disconnection: "busy" } => "is busy",
        { Status: "disconnected" } => "has left",
        { Status: "dialing-out" or "alerting" or "pending" } => "is being asked",
        _ => user.Status,
    };

    string WhoOf(ImSession session) => session switch
    {
        { IsGroup: false, Peer: { } peer } => Name(peer, session.PeerName),
        { Participants.Count: > 0 } => string.Join(", ", session.Participants.Select(Name)),
        { Peer: { } inviter } => Name(inviter, session.PeerName),
        _ => Escaped(session.Identity ?? ""),
    };

    /// <summary>The reason that a server gives which keeps its sessions.</summary>
    const string ServerStops = "Server is stopping";

    string WordsOf(Ended ended)
    {
        var why = ended.Text.Length > 0 ? $" ({Escaped(ended.Text)})" : "";
        return ended.Reason switch
        {
            SessionEnd.Left => "you have left.",
            SessionEnd.Removed => "you were removed.",
            SessionEnd.Moved => "you came in from elsewhere.",
            SessionEnd.Declined => ended.Session.IsIncoming ? "declined." : $"{WhoOf(ended.Session)} declined.",
            SessionEnd.Released when ended.Text == ServerStops => "the server stops. /rejoin comes back to the session when it runs again.",
            SessionEnd.Released => "the session has ended.",
            _ when ended.Session.IsRejoin && ended.Status is 403 or 404 or 410 or 481 => $"there is no way back into it: {ended.Status}{why}",
            _ when ended.Status > 0 => $"it came to nothing: {ended.Status}{why}",
            _ => ended.Session.WasEstablished ? $"it broke{why}. /rejoin comes back to it." : $"it broke{why}",
        };
    }

    string Name(string address) => Name(address, "");

    string Name(string address, string name)
    {
        if (!_colours.TryGetValue(address, out var colour)) _colours.Add(address, colour = Colours[_colours.Count % Colours.Length]);
        return $"[{colour}]{Escaped(name.Length > 0 ? name : Addresses.Short(address))}[/]";
    }

    void Note(string markup) => Line($"[grey]- {markup}[/]");

    void Line(string markup)
    {
        editor.Hide();
        console.MarkupLine(markup);
        editor.Show();
    }

    static string Escaped(string text) => Markup.Escape(Safe.Line(text));

    string Now => Local(time.GetUtcNow());

    string Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, time.LocalTimeZone).ToString("HH:mm", CultureInfo.InvariantCulture);
}
