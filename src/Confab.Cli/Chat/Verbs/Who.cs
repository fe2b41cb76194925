namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/who</c>: who is in the current session, who was, and who is being asked.</summary>
static class Who
{
    public static Verb Verb { get; } = new("/who", "", "who is in the group", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        await chat.SettleAsync();
        if (chat.Sessions.Current is not { } session) chat.Show(new Problem(Verb.Name, 0, Say.NoSession(chat)));
        else if (session.Roster.Count > 0) chat.Show(new Roster(chat.Sessions.Of(session), session.Roster));
        else if (session.IsGroup) chat.Show(new Problem(Verb.Name, 0, "The server has not said who is in this group. Wait a moment and try again."));
        else chat.Show(new Problem(Verb.Name, 0, $"This session is no group: you talk with {Addresses.Short(session.Peer ?? "")}."));
    }
}
