using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/remove URI</c>: removes a user from the current session, or several.</summary>
static class Remove
{
    public static Verb Verb { get; } = new("/remove", "USER...", "removes a user from the current group", RunAsync);

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (await Referred.OfAsync(chat, Verb.Name, arguments, "Nobody was removed.") is not { } referred) return;
        await Referred.TellAsync(chat, Verb.Name, referred.Session.RemoveAsync(referred.Addresses), Refused);
    }

    /// <summary>403, 404 and 481 mean the same: the server does not tell who is there (C-09).</summary>
    static string Refused(ReferOutcome outcome) => outcome.Status is 403 or 404 or 481
        ? "Nobody was removed: whoever started the group removes others, and only who is in it; /who tells."
        : $"Nobody was removed: {outcome.Text}.";
}
