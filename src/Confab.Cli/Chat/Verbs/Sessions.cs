namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/sessions</c>: lists them.</summary>
static class Sessions
{
    public static Verb Verb { get; } = new("/sessions", "", "lists the sessions and invitations", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        chat.ShowWhatHappened();
        chat.Show(new SessionList(chat.Sessions.All));
        return Task.CompletedTask;
    }
}
