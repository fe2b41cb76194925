namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/join URI</c>: joins the session of a pre-defined group, or starts it.</summary>
static class Join
{
    public static Verb Verb { get; } = new("/join", "GROUP", "joins the group team, or sip:team@example.net; starts it where nobody has", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (arguments is not [var typed])
        {
            chat.Show(new Problem(Verb.Name, 0, "Name one group: /join team. A group of users whom you name starts with /group."));
            return;
        }

        if (Addresses.Complete(typed, chat.Domain) is not { } group)
        {
            chat.Show(new Problem(Verb.Name, 0, Addresses.Problem(typed)));
            return;
        }

        await chat.BeginAsync(Verb.Name, chat.Client.JoinGroupAsync(group, chat.Anonymous));
    }
}
