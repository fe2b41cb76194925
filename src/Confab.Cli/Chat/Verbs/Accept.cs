namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/accept [SESSION]</c>: accepts an invitation.</summary>
static class Accept
{
    public static Verb Verb { get; } = new("/accept", "[SESSION]", "accepts an invitation, the newest where none is named", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        if (Invitation.Find(chat, Verb.Name, arguments) is { } session) chat.BeginAccept(Verb.Name, session.AcceptAsync(chat.Anonymous));
        return Task.CompletedTask;
    }
}
