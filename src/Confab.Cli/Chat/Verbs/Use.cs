using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/use SESSION</c>: makes another session the current one.</summary>
static class Use
{
    public static Verb Verb { get; } = new("/use", "SESSION", "makes another session the current one", Run);

    static Task Run(Conversation chat, string[] arguments)
    {
        chat.ShowWhatHappened();
        if (arguments is not [var name])
        {
            chat.Show(new Problem(Verb.Name, 0, "Name the session: /use s1. /sessions lists them."));
        }
        else if (chat.Sessions.Find(name) is not { } session)
        {
            chat.Show(new Problem(Verb.Name, 0, $"There is no session {name}; /sessions lists them."));
        }
        else if (session.State == ImSessionState.Invited)
        {
            chat.Show(new Problem(Verb.Name, 0, $"You have not accepted {name} yet: /accept {name}"));
        }
        else
        {
            chat.Sessions.Enter(session);
            chat.Show(new SessionList(chat.Sessions.All));
        }

        return Task.CompletedTask;
    }
}
