namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/remove URI</c>: removes a user from the current session, or several.</summary>
static class Remove
{
    public static Verb Verb { get; } = new("/remove", "USER...", "removes a user from the current group", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (Referred.Of(chat, Verb.Name, arguments, "Nobody was removed.") is not { } referred) return;
        await Referred.TellAsync(chat, Verb.Name, referred.Session.RemoveAsync(referred.Addresses));
    }
}
