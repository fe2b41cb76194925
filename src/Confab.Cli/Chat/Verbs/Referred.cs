using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary>Whom <c>/add</c> and <c>/remove</c> name, and in which session.</summary>
sealed record Referred(ImSession Session, IReadOnlyList<string> Addresses)
{
    /// <summary>Null when the command cannot be done, and the face has said why.</summary>
    public static async Task<Referred?> OfAsync(Conversation chat, string command, string[] arguments, string undone)
    {
        chat.ShowWhatHappened();

        // A group that has just been started is there in a moment; a call rings as long as the other one wishes.
        if (chat.Sessions.Current is { IsGroup: true, State: ImSessionState.Calling or ImSessionState.Accepting }) await chat.SettleAsync();
        if (chat.Sessions.Current is not { } session) return Problem(Say.NoSession(chat));
        if (arguments.Length == 0) return Problem($"Name the users: {command} bob carol.");
        var addresses = new List<string>();
        foreach (var typed in arguments)
        {
            if ((AliasOf(session, typed) ?? Cli.Chat.Addresses.Complete(typed, chat.Domain)) is not { } address) return Problem($"{Cli.Chat.Addresses.Problem(typed)} {undone}");
            addresses.Add(address);
        }

        return new Referred(session, addresses);

        Referred? Problem(string text)
        {
            chat.Show(new Problem(command, 0, text));
            return null;
        }
    }

    /// <summary>Somebody in the session who has no other name, as <c>/who</c> shows him.</summary>
    static string? AliasOf(ImSession session, string typed) =>
        session.Roster.FirstOrDefault(user => user.IsAnonymous && Cli.Chat.Addresses.Short(user.Address).Equals(typed, StringComparison.OrdinalIgnoreCase))?.Address;

    /// <summary>Says what is wrong where the server did not accept it; what comes of it is told by events.</summary>
    public static async Task TellAsync(Conversation chat, string command, Task<ReferOutcome> refer, Func<ReferOutcome, string> refused)
    {
        var outcome = await refer;
        chat.ShowWhatHappened();
        var text = outcome.Failure switch
        {
            ReferFailure.None => null,
            ReferFailure.Refused => refused(outcome),
            ReferFailure.NoConference => $"{outcome.Text} Start one: /group USER USER...",
            _ => outcome.Text,
        };
        if (text is not null) chat.Show(new Problem(command, outcome.Status, text));
    }
}
