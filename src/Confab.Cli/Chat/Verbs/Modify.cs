using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/modify hold</c>, <c>/modify resume</c>, <c>/modify types TYPE...</c>: changes the current session.</summary>
static class Modify
{
    const string Usage = "Say what to change: /modify hold, /modify resume, or /modify types text/plain text/html.";

    public static Verb Verb { get; } = new("/modify", "hold | resume | types TYPE...", "holds the current session, or takes other content", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        chat.ShowWhatHappened();
        if (chat.Sessions.Current is not { } session)
        {
            chat.Show(new Problem(Verb.Name, 0, Say.NoSession(chat)));
            return;
        }

        try
        {
            var outcome = arguments switch
            {
                ["hold"] => await session.HoldAsync(),
                ["resume"] => await session.ResumeAsync(),
                ["types", _, ..] => await session.AcceptTypesAsync(arguments[1..]),
                _ => new ModifyOutcome(false, 0, Usage),
            };
            chat.ShowWhatHappened();
            if (!outcome.IsModified) chat.Show(new Problem(Verb.Name, outcome.Status, outcome.Text));
        }
        catch (ArgumentException e)
        {
            chat.Show(new Problem(Verb.Name, 0, StatusWords.OfMistake(e)));
        }
    }
}
