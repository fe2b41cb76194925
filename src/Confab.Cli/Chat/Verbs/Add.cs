namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/add URI...</c>: adds users to the current session.</summary>
static class Add
{
    public static Verb Verb { get; } = new("/add", "USER...", "adds these users to the current group", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (await Referred.OfAsync(chat, Verb.Name, arguments, "Nobody was added.") is not { } referred) return;
        await Referred.TellAsync(chat, Verb.Name, referred.Session.AddAsync(referred.Addresses), static outcome => $"Nobody was added: {outcome.Text}.");
    }
}
