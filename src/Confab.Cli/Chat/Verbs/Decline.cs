namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/decline [SESSION]</c>: declines an invitation.</summary>
static class Decline
{
    public static Verb Verb { get; } = new("/decline", "[SESSION]", "declines an invitation, the newest where none is named", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (Invitation.Find(chat, Verb.Name, arguments) is not { } session) return;
        try
        {
            await session.DeclineAsync();
        }
        catch (InvalidOperationException)
        {
            // It was taken back a moment ago, as its event tells.
        }

        chat.ShowWhatHappened();
    }
}
