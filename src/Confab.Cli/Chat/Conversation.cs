using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>
/// The core of the chat behind every face: commands in, events out, in one order. Everything runs on one thread (<see cref="ChatThread"/>).
/// </summary>
sealed class Conversation(ImClient client, string address, IChatFace face, TimeProvider time, Downloads downloads)
{
    // A server that is gone answers no BYE: nobody waits 32 s for that to be known.
    static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(5);

    static readonly char[] s_blanks = [' ', '\t'];

    readonly Unseen _unseen = new(face.ShowsAllAlike);
    readonly List<Task> _begun = [];
    readonly List<Task> _accepting = []; // of those
    TaskCompletionSource? _beginning;

    public ImClient Client => client;

    public string Domain { get; } = Addresses.DomainOf(address);

    public SessionNames Sessions { get; } = new();

    /// <summary>Whether sessions are started and accepted without the user's name; null is as the chat was started.</summary>
    public bool? Anonymous { get; set; }

    public bool IsOver { get; private set; }

    /// <summary>Whether an invitation has been accepted whose session does not stand yet.</summary>
    public bool IsAccepting => _accepting.Exists(static task => !task.IsCompleted);

    /// <summary>Registers; false when there is no use in going on, and the face has said why.</summary>
    public async Task<bool> RegisterAsync(CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await client.RegisterAsync(cancellationToken);
            ShowWhatHappened();
            if (outcome.IsRegistered) return true;
            var text = outcome.Status is 401 or 403 or 407
                ? $"The server does not take the password for {address}, or does not know that user: {outcome.Text}"
                : $"The server refused to register {address}: {outcome.Text}";
            Show(new Problem("register", outcome.Status, text));
        }
        catch (ServerUnreachableException e)
        {
            Show(new Problem("register", 0, $"{e.Message} Is it running? --server names another."));
        }

        return false;
    }

    /// <summary>Shows events as they happen, until the client has been disposed of.</summary>
    public async Task ShowEventsAsync()
    {
        // No enumeration: it would hold an event in its hand while a command already looks at what came of it.
        while (await client.WaitForEventAsync()) ShowWhatHappened();
    }

    /// <summary>Runs one line of input; done when the command is. Gives what became of a text, null for a command.</summary>
    public async Task<SendOutcome?> RunAsync(string line)
    {
        line = line.Trim();
        if (line.Length == 0) return null;
        if (line[0] != '/') return await Say.RunAsync(this, line);

        var name = line.Split(s_blanks, 2)[0];
        if (VerbList.Find(name) is { } verb) await verb.Run(this, ArgumentsOf(line, verb));
        else Show(new Problem(name, 0, VerbList.Unknown(name)));
        _unseen.Look(Sessions.Current); // it may be another now
        return null;
    }

    /// <summary>Ends the chat: no further command is run.</summary>
    public void Quit() => IsOver = true;

    /// <summary>Leaves the sessions and unregisters, as far as that takes no longer than a moment.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await GoodbyeAsync().WaitAsync(LongestGoodbye, time);
        }
        catch (TimeoutException)
        {
            // The process ends, and its connections with it.
        }

        ShowWhatHappened();
    }

    /// <summary>A session that is being started or accepted: a text waits for its outcome, the next command only until it has begun.</summary>
    public async Task BeginAsync(string command, Task<SessionOutcome> start)
    {
        var begun = TellAsync(command, start);
        _begun.Add(begun);
        _beginning = new TaskCompletionSource();
        await Task.WhenAny(begun, _beginning.Task);
        _begun.RemoveAll(static task => task.IsCompleted);
    }

    /// <summary>The same for an invitation.</summary>
    public void BeginAccept(string command, Task<SessionOutcome> accept)
    {
        var begun = TellAsync(command, accept);
        _begun.Add(begun);
        _accepting.RemoveAll(static task => task.IsCompleted);
        _accepting.Add(begun);
    }

    /// <summary>Waits until all that has begun is established or has ended.</summary>
    public async Task SettleAsync()
    {
        await Task.WhenAll(_begun.ToArray());
        _begun.Clear();
        ShowWhatHappened();
    }

    public void Show(ChatEvent shown)
    {
        ShowWhatHappened();
        face.Show(shown);
    }

    /// <summary>Brings what has happened so far before the eyes, and the names up to it.</summary>
    public void ShowWhatHappened()
    {
        while (client.TryReadEvent(out var happened)) Take(happened);
        _unseen.Look(Sessions.Current);
    }

    static string[] ArgumentsOf(string line, Verb verb)
    {
        const StringSplitOptions Words = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var words = verb.WordsBeforeText is { } before ? line.Split(s_blanks, before + 2, Words) : line.Split(s_blanks, Words);
        return words[1..];
    }

    async Task GoodbyeAsync() => await client.DisposeAsync();

    async Task TellAsync(string command, Task<SessionOutcome> start)
    {
        try
        {
            var outcome = await start;
            ShowWhatHappened();

            // What was sent and refused has been told by its events.
            if (outcome.Session is null) Show(new Problem(command, outcome.Status, outcome.Text));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The session changed while the command was on its way to it.
            Show(new Problem(command, 0, StatusWords.OfMistake(e)));
        }
    }

    void Take(ImEvent happened)
    {
        switch (happened)
        {
            // A large message is no session to the user: what comes is shown when all of it is there, and what was sent by what became of it.
            case MessageReceived { Session.IsLargeMessage: true } large:
                _ = SaveAsync(large);
                break;
            case Calling { Session.IsLargeMessage: true } or Invited { Session.IsLargeMessage: true } or Established { Session.IsLargeMessage: true }
                or Ended { Session.IsLargeMessage: true } or Sent { Session.IsLargeMessage: true } or Undelivered { Session.IsLargeMessage: true }:
                break;
            case Progress { Session.IsLargeMessage: true }:
                face.Show(new Happened(happened, ""));
                break;
            case Calling { Alerting: false } calling:
                Show(happened, calling.Session);
                Sessions.Enter(calling.Session);
                _beginning?.TrySetResult();
                break;
            case Established established:
                Sessions.Enter(established.Session);
                Show(happened, established.Session);
                break;
            case Ended ended:
                Show(happened, ended.Session);
                Sessions.Forget(ended.Session);
                break;
            case Calling { Session: var session }:
                Show(happened, session);
                break;
            case Invited { Session: var session }:
                Show(happened, session);
                break;
            case MessageReceived { Session: var session } message:
                if (message.Text is not null) Show(message, session);
                else _ = SaveAsync(message);
                break;
            case ContentReceived { Session: var session } content:
                _ = SaveAsync(content);
                break;
            case Progress { Session: var session }:
                Show(happened, session);
                break;
            case ComposingChanged { Session: var session }:
                Show(happened, session);
                break;
            case Interrupted { Session: var session }:
                Show(happened, session);
                break;
            case Resumed { Session: var session }:
                Show(happened, session);
                break;
            case Sent { Session: var session }:
                Show(happened, session);
                break;
            case ReferProgress { Session: var session }:
                Show(happened, session);
                break;
            case RosterChanged { Session: var session }:
                Show(happened, session);
                break;
            case Modified { Session: var session }:
                Show(happened, session);
                break;
            case Delivered { Session: var session }:
                Show(happened, session);
                break;
            case Displayed { Session: var session }:
                Show(happened, session);
                break;
            case Undelivered { Session: var session }:
                Show(happened, session);
                break;
            default:
                face.Show(new Happened(happened, ""));
                break;
        }
    }

    void Show(MessageReceived message, ImSession session)
    {
        Show((ImEvent)message, session);
        _unseen.Add(session, message.IsDisplayAsked, () => message.DisplayedAsync());
    }

    Task SaveAsync(MessageReceived message) => SaveAsync(new ContentReceived(
        message.Session, message.From, message.FromName, message.ContentType, message.Content.Length, new MemoryStream(message.Content.ToArray()), message.Id, message.Time),
        message.IsDisplayAsked, () => message.DisplayedAsync());

    Task SaveAsync(ContentReceived content) => SaveAsync(content, content.IsDisplayAsked, () => content.DisplayedAsync());

    /// <summary>Content that is no text becomes a file, and is shown when all of it is there.</summary>
    async Task SaveAsync(ContentReceived received, bool isAsked, Func<Task> tell)
    {
        var session = received.Session.IsLargeMessage ? "" : Sessions.Of(received.Session); // the session may be over before the content is there
        var (from, id) = (received.From, received.Id);
        try
        {
            await using (received.Content)
            {
                var (path, octets) = await downloads.SaveAsync(received.ContentType, received.Content, time, done =>
                {
                    if (received.Size is { } total) face.Show(new Downloading(session, from, id, done, total));
                });
                face.Show(new FileReceived(session, from, received.FromName, received.ContentType, octets, path, id, received.Time));
            }

            _unseen.Add(received.Session, isAsked, tell);
            _unseen.Look(Sessions.Current);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            face.Show(new Problem("receive", 0, $"Content of {Addresses.Short(from)} ({received.ContentType}) was not kept: {e.Message}"));
        }
    }

    void Show(ImEvent happened, ImSession session) => face.Show(new Happened(happened, Sessions.Of(session)));
}
