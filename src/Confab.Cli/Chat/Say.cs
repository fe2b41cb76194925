using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>
/// What starts with no slash: said in the current session. Where that is only beginning, or another is about to become it, once all that has begun
/// is established or has ended.
/// </summary>
static class Say
{
    const string Name = "say";

    public static async Task<SendOutcome> RunAsync(Conversation chat, string text)
    {
        chat.ShowWhatHappened();
        if (chat.IsAccepting || chat.Sessions.Current is not { State: ImSessionState.Established }) await chat.SettleAsync();
        if (chat.Sessions.Current is not { } session)
        {
            chat.Show(new Problem(Name, 0, NoSession(chat)));
            return new SendOutcome("", false, 0, "");
        }

        var outcome = await session.SendAsync(text);
        chat.ShowWhatHappened();
        if (outcome.Id.Length == 0) chat.Show(new Problem(Name, outcome.Status, outcome.Text));
        return outcome;
    }

    /// <summary>What to do where a session is needed and there is none.</summary>
    public static string NoSession(Conversation chat) => chat.Sessions.NewestInvitation is { } invitation
        ? $"You are in no session. {Addresses.Short(invitation.Peer ?? "")} invites you: /accept {chat.Sessions.Of(invitation)}"
        : chat.Sessions.LastLeft is not null ? "You are in no session. /rejoin comes back to the last one; /call USER and /group USER USER... start one."
        : "You are in no session. Start one: /call USER, or /group USER USER...";
}
