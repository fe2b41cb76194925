namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/group URI...</c>: starts an ad-hoc group session.</summary>
static class Group
{
    public static Verb Verb { get; } = new("/group", "USER USER...", "starts a group with these users", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (arguments.Length == 0)
        {
            chat.Show(new Problem(Verb.Name, 0, "Name the users: /group bob carol."));
            return;
        }

        var addresses = new List<string>();
        foreach (var typed in arguments)
        {
            if (Addresses.Complete(typed, chat.Domain) is not { } address)
            {
                chat.Show(new Problem(Verb.Name, 0, $"{Addresses.Problem(typed)} Nobody was invited."));
                return;
            }

            addresses.Add(address);
        }

        await chat.BeginAsync(Verb.Name, chat.Client.GroupAsync(addresses, chat.Anonymous));
    }
}
