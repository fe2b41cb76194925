namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/help</c>: lists the commands.</summary>
static class Help
{
    public static Verb Verb { get; } = new("/help", "", "lists the commands", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        chat.Show(new CommandList(VerbList.All));
        return Task.CompletedTask;
    }
}
