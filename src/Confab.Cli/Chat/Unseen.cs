using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>
/// Messages that were printed, and whose senders are to be told so (RFC 5438 7.2.1.2): for a script at once; on a terminal when the user is in their
/// session, since what is printed of another is easily passed over.
/// </summary>
/// <param name="isSeenAnywhere">Whether a message counts as seen in whatever session it was printed.</param>
sealed class Unseen(bool isSeenAnywhere)
{
    const int Most = 256; // messages; of older ones nobody hears that they were read

    readonly List<(ImSession Session, Func<Task> Tell)> _waiting = [];

    /// <summary>A message was printed.</summary>
    public void Add(ImSession session, bool isAsked, Func<Task> tell)
    {
        if (!isAsked) return;
        if (_waiting.Count == Most) _waiting.RemoveAt(0);
        _waiting.Add((session, tell));
    }

    /// <summary>Tells of what the user sees now, who is in this session.</summary>
    public void Look(ImSession? current)
    {
        if (_waiting.Count == 0) return;
        var seen = _waiting.FindAll(waiting => isSeenAnywhere || waiting.Session == current);
        foreach (var (_, tell) in seen) _ = TellAsync(tell);
        _waiting.RemoveAll(waiting => waiting.Session.State == ImSessionState.Ended || isSeenAnywhere || waiting.Session == current);
    }

    static async Task TellAsync(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (ObjectDisposedException)
        {
            // The chat is over.
        }
    }
}
