namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/quit</c>: leaves the sessions and ends the program.</summary>
static class Quit
{
    public static Verb Verb { get; } = new("/quit", "", "leaves everything and ends", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        chat.Quit();
        return Task.CompletedTask;
    }
}
