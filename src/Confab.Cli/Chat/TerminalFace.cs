using System.Globalization;
using Confab.Client;
using Spectre.Console;

namespace Confab.Cli.Chat;

/// <summary>The chat for people: lines above the one that is being typed, names in colours of their own.</summary>
sealed class TerminalFace(IAnsiConsole console, RowCount rows, LineEditor editor, TimeProvider time, string address, Func<SessionNames> sessions) : IChatFace
{
    const int MostRowsUp = 20; // farther up nobody looks for a mark, and the row may have left the screen

    static readonly string[] Colours = ["aqua", "yellow", "lime", "fuchsia", "orange1", "deepskyblue1", "springgreen1", "plum1", "khaki1", "salmon1"];

    // A user keeps the colour that came with the first word.
    readonly Dictionary<string, string> _colours = new(StringComparer.OrdinalIgnoreCase);
    readonly TerminalStatus _status = new();
    bool _isOnline; // a registration is refreshed again and again: that is no news
    readonly Marks _marks = new();

    public bool ShowsAllAlike => false;

    public void Show(ChatEvent shown)
    {
        switch (shown)
        {
            case Happened { Event: var happened, Session: var session }:
                Show(happened, session);
                break;
            case FileReceived file:
                SetPrompt(_status.Done(file.Id));
                Line($"[grey]{Local(file.Time)}[/] {Where(file.Session)}{Name(file.From, file.FromName)}: [italic]{Escaped(file.ContentType)}, {file.Size} octets[/] in {Escaped(file.Path)}");
                break;
            case Downloading { Done: var done, Total: var total } loading:
                SetPrompt(_status.Progress(loading.Id, $"from {Safe.Line(Addresses.Short(loading.From))}", done, total));
                break;
            case Problem problem:
                Line($"[red]! {Escaped(problem.Text)}[/]");
                break;
            case Paged { Outcome.IsSent: true } paged:
                Note(paged.Outcome.Fate == PageFate.Accepted ? "The server sends it on." : $"{string.Join(", ", paged.To.Select(Name))} has it.");
                break;
            case Paged { Outcome: var outcome }:
                Line($"[red]! not delivered: {Escaped(outcome.Text)}{(outcome.Status == 0 ? "" : $" ({outcome.Status})")}[/]");
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
                foreach (var verb in list.Verbs) Line(Described($"{verb.Name} {verb.Arguments}", verb.Does));
                Line("  [grey]anything else is said in the current session[/]");
                if (list.Verbs.Count > 4) Line("  [grey]\u2713 the server took it, \u25d1 all have it, \u25cf all were shown it, \u2717 it did not arrive[/]"); // not in the greeting
                break;
        }
    }

    /// <summary>What the user typed stays above the line.</summary>
    /// <returns>The row it begins in, for <see cref="Mark(int, SendOutcome)"/>.</returns>
    public int Echo(string text)
    {
        var row = rows.Rows;
        Line(text.StartsWith('/') ? $"[grey]> {Escaped(text)}[/]" : $"[grey]{Now} \u2026[/] [bold]you:[/] {Markup.Escape(Safe.Block(text, "      "))}");
        return row;
    }

    /// <summary>What became of a text that was echoed.</summary>
    public void Mark(int row, SendOutcome outcome) => Mark(row, _marks.Sent(outcome.Id, row, outcome.IsSent));

    /// <summary>How far a text has come stands beside it, as long as that row can be reached.</summary>
    void Mark(int row, Mark mark)
    {
        var up = rows.Rows - row;
        if (up is < 1 or > MostRowsUp || up >= console.Profile.Height) return;
        editor.Hide();
        console.Write(new ControlCode($"\e[{up}A\r\e[6C"));
        console.Markup(mark switch
        {
            Chat.Mark.Failed => "[red]\u2717[/]",
            Chat.Mark.Displayed => "[green]\u25cf[/]",
            Chat.Mark.Delivered => "[green]\u25d1[/]",
            _ => "[green]\u2713[/]",
        });
        console.Write(new ControlCode($"\e[{up}B\r"));
        editor.Show();
    }

    void Show(ImEvent happened, string session)
    {
        if (happened is Unregistered) _isOnline = false;
        switch (happened)
        {
            case Registered:
                if (!_isOnline) Note($"You are online as {Escaped(address)}.");
                _isOnline = true;
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
                Note($"{session}: {(calling.Session.IsRejoin ? "going back to" : "calling")} {WhoOf(calling.Session)}...");
                break;
            case Calling calling:
                Note($"{session}: {WhoOf(calling.Session)} is being asked; /leave gives up");
                break;
            case Invited invited:
                ShowInvitation(invited.Session, session);
                break;
            case Established established:
                var what = established.Session.IsPredefined ? "the group" : established.Session.IsGroup ? "the group with" : "a session with";
                Note($"{session}: you are {(established.Session.IsRejoin ? "back " : "")}in {what} {WhoOf(established.Session)}{(established.Session.IsAnonymous ? ", without your name" : "")}.");
                break;
            case Ended ended:
                Note($"{session}: {WordsOf(ended)}");
                break;
            case MessageReceived message:
                Show(message, session);
                break;
            case PageReceived page:
                Show(page);
                break;
            case ReferProgress { IsFinal: false } refer:
                Note($"{session}: {Name(refer.Target)} is being asked.");
                break;
            case ReferProgress { Status: >= 200 and < 300 } refer:
                Note($"{session}: {Name(refer.Target)} is in.");
                break;
            case ReferProgress refer:
                Note($"{session}: {Name(refer.Target)} does not come: {Escaped(StatusWords.OfCall(refer.Status, refer.Text))}");
                break;
            case Sent sent:
                SetPrompt(_status.Done(sent.Id));
                break;
            case Client.Progress { Sent: var done, Total: var total } progress:
                SetPrompt(_status.Progress(progress.Id, "sending", done, total));
                break;
            case ComposingChanged composing:
                SetPrompt(_status.Typing(Safe.Line(Addresses.Short(composing.From)), composing.IsActive));
                break;
            case Interrupted:
                Line($"[yellow]! {session}: the connection was lost. Trying again...[/]");
                break;
            case Resumed:
                Note($"{session}: you are back.");
                break;
            case RosterChanged changed:
                Show(changed, session);
                break;
            case Modified modified:
                Note($"{session}: {WordsOf(modified.Session)}");
                break;
            case Undelivered undelivered:
                ShowUndelivered(undelivered, session);
                break;
            case Delivered delivered:
                Mark(_marks.Told(delivered.Id, delivered.From, isDisplayed: false, OthersIn(delivered.Session)));
                break;
            case Displayed displayed:
                Mark(_marks.Told(displayed.Id, displayed.From, isDisplayed: true, OthersIn(displayed.Session)));
                break;
        }
    }

    void ShowUndelivered(Undelivered undelivered, string session)
    {
        SetPrompt(_status.Done(undelivered.Id));
        var to = undelivered.From is { } from && undelivered.Session.IsGroup ? $" to {Name(from)}" : "";
        Line($"[red]! {session}: not delivered{to}: {Escaped(StatusWords.OfMessage(undelivered.Status, undelivered.Text))}[/]");
        if (!undelivered.Session.IsGroup) Mark(_marks.Failed(undelivered.Id));
    }

    void Mark((int Row, Mark Mark)? changed)
    {
        if (changed is var (row, mark)) Mark(row, mark);
    }

    /// <summary>Those who are to have what is said.</summary>
    static int OthersIn(ImSession session) => session switch
    {
        { IsGroup: false } => 1,
        { Roster.Count: > 0 } => Math.Max(1, session.Roster.Count(static user => user.IsConnected) - 1),
        _ => Math.Max(1, session.Participants.Count),
    };

    void ShowInvitation(ImSession invitation, string session)
    {
        var others = invitation.Participants.Count > 0 ? $" with {string.Join(", ", invitation.Participants.Select(Name))}" : "";
        var what = invitation.Replaces is { } replaced ? $"to go on with {sessions().Of(replaced)} in a group{others}" : invitation.IsGroup ? $"into a group{others}" : "to a session";
        Line($"[bold]{session}:[/] {Name(invitation.Peer ?? "somebody", invitation.PeerName)} invites you {what}: [bold]/accept[/] or [bold]/decline[/]");
    }

    void Show(MessageReceived message, string session)
    {
        var text = Safe.Block(message.Text ?? "", "      ");
        Line($"[grey]{Local(message.Time)}[/] {Where(session)}{Name(message.From, message.FromName)}: {Markup.Escape(text)}");
    }

    /// <summary>A command and what it does, below each other where a row is too narrow for both.</summary>
    string Described(string command, string does)
    {
        const int Column = 22;
        var isWide = command.Length <= Column && Column + does.Length + 4 < console.Profile.Width;
        return isWide ? $"  {Escaped(command.PadRight(Column))} [grey]{Escaped(does)}[/]" : $"  {Escaped(command)}\n      [grey]{Escaped(does)}[/]";
    }

    void Show(PageReceived page)
    {
        var to = page.Group is { } group ? $" [grey]to {Escaped(Addresses.Short(group))}[/]" : page.Recipients.Count > 1 ? $" [grey]to {string.Join(", ", page.Recipients.Select(Name))}[/]" : "";
        var text = page.Text is { } said ? Markup.Escape(Safe.Block(said, "      ")) : $"[italic]{Escaped(page.ContentType)}, {page.Content.Length} octets[/]";
        Line($"[grey]{Local(page.Time)} page[/] {Name(page.From, page.FromName)}{to}: {text}");
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

    /// <summary>Who came, went and is being asked. Of a whole roster, as the first one is, those who are here are known by the line before it.</summary>
    void Show(RosterChanged roster, string session)
    {
        var isWhole = roster.Changed.Count == roster.Users.Count;
        foreach (var user in roster.Changed.Where(user => !isWhole || !user.IsConnected))
            Note($"{session}: {Name(user.Address, user.DisplayName)} {Escaped(WordsOf(user))}");
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
        { GroupIdentity: { } group } => Name(group),
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
            SessionEnd.Moved => ended.Session.MovedTo is { } group ? $"it goes on in the group {sessions().Of(group)}." : "you came in from elsewhere.",
            SessionEnd.Declined => ended.Session.IsIncoming ? "declined." : $"{WhoOf(ended.Session)} declined.",
            SessionEnd.Released when ended.Text == ServerStops => "the server stops. /rejoin comes back to the session when it runs again.",
            SessionEnd.Released => "the session has ended.",
            _ when ended.Session.IsRejoin && ended.Status is 403 or 404 or 410 or 481 => "there is no way back into it: " + Escaped(StatusWords.OfCall(ended.Status, ended.Status == 404 ? "it is over" : ended.Text)),
            _ when ended.Status > 0 => "it came to nothing: " + Escaped(StatusWords.OfCall(ended.Status, ended.Text)),
            _ => ended.Session.WasEstablished ? $"it broke{why}. /rejoin comes back to it." : $"it broke{why}",
        };
    }

    static string WordsOf(ImSession modified) => modified switch
    {
        { IsHeld: true, IsHeldByPeer: true } => "both sides hold it.",
        { IsHeld: true } => "you hold it; what others say does not come in.",
        { IsHeldByPeer: true } => "the other side holds it.",
        _ => "it goes on.",
    };

    string Name(string address) => Name(address, "");

    string Name(string address, string name)
    {
        if (!_colours.TryGetValue(address, out var colour)) _colours.Add(address, colour = Colours[_colours.Count % Colours.Length]);
        return $"[{colour}]{Escaped(name.Length > 0 ? name : Addresses.Short(address))}[/]";
    }

    string Where(string session) => session.Length > 0 && sessions().All.Count > 1 ? $"[grey]{session}[/] " : "";

    void SetPrompt(string prompt)
    {
        if (prompt == editor.Prompt) return;
        editor.Hide();
        editor.Prompt = prompt;
        editor.Show();
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
