using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary>Whom <c>/add</c> and <c>/remove</c> name, and in which session.</summary>
sealed record Referred(ImSession Session, IReadOnlyList<string> Addresses)
{
    /// <summary>Null when the command cannot be done, and the face has said why.</summary>
    public static Referred? Of(Conversation chat, string command, string[] arguments, string undone)
    {
        chat.ShowWhatHappened();
        if (chat.Sessions.Current is not { } session) return Problem(Say.NoSession(chat));
        if (arguments.Length == 0) return Problem($"Name the users: {command} bob carol.");
        var addresses = new List<string>();
        foreach (var typed in arguments)
        {
            if ((AliasOf(session, typed) ?? Cli.Chat.Addresses.Complete(typed, chat.Domain)) is not { } address) return Problem($"'{typed}' is no address; one looks like bob or sip:bob@example.com. {undone}");
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
    public static async Task TellAsync(Conversation chat, string command, Task<ReferOutcome> refer)
    {
        var outcome = await refer;
        chat.ShowWhatHappened();
        if (!outcome.IsAccepted) chat.Show(new Problem(command, outcome.Status, outcome.Text));
    }
}
