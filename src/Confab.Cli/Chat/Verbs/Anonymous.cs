namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/anonymous [on|off]</c>: whether the sessions that are started or accepted from now on name the user to the others.</summary>
static class Anonymous
{
    public static Verb Verb { get; } = new("/anonymous", "[on|off]", "starts and accepts sessions without your name from now on", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        bool? wish = arguments switch
        {
            [] or ["on"] => true,
            ["off"] => false,
            _ => null,
        };
        if (wish is { } isOn) chat.Show(new Anonymity((chat.Anonymous = isOn).Value));
        else chat.Show(new Problem(Verb.Name, 0, "Say /anonymous on or /anonymous off; it holds for the sessions that you start or accept from then on."));
        return Task.CompletedTask;
    }
}
