using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/page URI TEXT</c>: says something without a session, to a user, to a pre-defined group, or to several users at once.</summary>
static class Page
{
    public static Verb Verb { get; } = new("/page", "USER[,USER...] TEXT", "says it without a session: to bob, to a group, or to bob,carol", RunAsync) { WordsBeforeText = 1 };

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (arguments is not [var users, var text])
        {
            chat.Show(new Problem(Verb.Name, 0, "Name a user and say something: /page bob See you at noon."));
            return;
        }

        var addresses = new List<string>();
        foreach (var typed in users.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Addresses.Complete(typed, chat.Domain) is not { } address)
            {
                chat.Show(new Problem(Verb.Name, 0, $"{Addresses.Problem(typed)} Nothing was sent."));
                return;
            }

            addresses.Add(address);
        }

        var outcome = await chat.Client.PageAsync(addresses, Client.Page.Of(text) with { Anonymous = chat.Anonymous, LargeWhenTooLong = true });
        if (outcome.Fate is PageFate.TooLong or PageFate.QueueFull or PageFate.NobodyNamed) chat.Show(new Problem(Verb.Name, 0, outcome.Text));
        else chat.Show(new Paged(addresses, outcome));
    }
}
