namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/call URI</c>: starts a 1-1 session.</summary>
static class Call
{
    public static Verb Verb { get; } = new("/call", "USER", "calls bob, or sip:bob@example.net", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (arguments is not [var typed])
        {
            chat.Show(new Problem(Verb.Name, 0, "Name one user: /call bob. For several there is /group."));
            return;
        }

        if (Addresses.Complete(typed, chat.Domain) is not { } address)
        {
            chat.Show(new Problem(Verb.Name, 0, Addresses.Problem(typed)));
            return;
        }

        await chat.BeginAsync(Verb.Name, chat.Client.CallAsync(address, chat.Anonymous));
    }
}
