namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/rejoin [ID]</c>: comes back to a session that has ended for the user: the last one, or the one of that name or identity.</summary>
static class Rejoin
{
    public static Verb Verb { get; } = new("/rejoin", "[SESSION]", "comes back to the session left last, or to that one", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        chat.ShowWhatHappened();
        if (arguments.Length > 1)
        {
            chat.Show(new Problem(Verb.Name, 0, "Name one session: /rejoin s1. Without a name it is the one left last."));
            return;
        }

        var left = arguments is [var typed] ? IdentityOf(chat, typed) : chat.Sessions.LastLeft;
        if (left is not null) await chat.BeginAsync(Verb.Name, chat.Client.RejoinAsync(left));
        else chat.Show(new Problem(Verb.Name, 0, arguments.Length == 0 ? "There is no session to come back to." : $"You were in no session {arguments[0]}; /sessions lists those that stand."));
    }

    static string? IdentityOf(Conversation chat, string typed) =>
        typed.StartsWith("sip", StringComparison.OrdinalIgnoreCase) && typed.Contains(':', StringComparison.Ordinal)
            ? typed
            : chat.Sessions.Find(typed)?.Identity ?? chat.Sessions.IdentityOfLeft(typed);
}
