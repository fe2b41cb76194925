namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/extend URI...</c>: makes a group of the current 1-1 session, with these users.</summary>
static class Extend
{
    public static Verb Verb { get; } = new("/extend", "USER...", "makes a group of the current 1-1 session", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (await Referred.OfAsync(chat, Verb.Name, arguments, "Nobody was invited.") is not { } referred) return;
        await chat.BeginAsync(Verb.Name, referred.Session.ExtendAsync(referred.Addresses));
    }
}
