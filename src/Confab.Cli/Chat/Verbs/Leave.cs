namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/leave</c>: leaves the current session, or gives up a call that is not answered yet.</summary>
static class Leave
{
    public static Verb Verb { get; } = new("/leave", "", "leaves the current session, or gives up the call", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        chat.ShowWhatHappened();
        if (chat.Sessions.Current is not { } session)
        {
            chat.Show(new Problem(Verb.Name, 0, Say.NoSession(chat)));
            return;
        }

        await session.LeaveAsync();
        chat.ShowWhatHappened();
    }
}
