using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary>The invitation that a command means: the named one, or else the newest.</summary>
static class Invitation
{
    public static ImSession? Find(Conversation chat, string command, string[] arguments)
    {
        chat.ShowWhatHappened();
        var session = arguments.Length > 0 ? chat.Sessions.Find(arguments[0]) : chat.Sessions.NewestInvitation;
        if (session is { State: ImSessionState.Invited }) return session;
        var text = (arguments.Length > 0, session) switch
        {
            (false, _) => "Nobody invites you now.",
            (true, null) => $"There is no session {arguments[0]}; /sessions lists them.",
            _ => $"{arguments[0]} is no invitation that waits for an answer; /sessions lists them.",
        };
        chat.Show(new Problem(command, 0, text));
        return null;
    }
}
