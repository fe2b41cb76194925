using Confab.Client;

namespace Confab.Cli.Chat.Verbs;

/// <summary><c>/large URI FILE</c>: sends a file without a session, of any size that the recipient takes.</summary>
static class Large
{
    public static Verb Verb { get; } = new("/large", "USER FILE", "sends bob a file, without a session", RunAsync) { WordsBeforeText = 1 };

    static async Task RunAsync(Conversation chat, string[] arguments)
    {
        if (arguments is not [var typed, var path])
        {
            chat.Show(new Problem(Verb.Name, 0, "Name a user and a file: /large bob notes.txt."));
            return;
        }

        if (Addresses.Complete(typed, chat.Domain) is not { } address)
        {
            chat.Show(new Problem(Verb.Name, 0, Addresses.Problem(typed)));
            return;
        }

        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var sent = await chat.Client.SendLargeAsync(address, TypeOf(path), file, anonymous: chat.Anonymous);
            chat.ShowWhatHappened();
            var fate = sent.IsSent ? PageFate.Accepted : sent.Status == 0 ? PageFate.Unreachable : PageFate.Refused;
            chat.Show(new Paged([address], new PageOutcome(sent.Id, fate, sent.Status, sent.Text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            chat.Show(new Problem(Verb.Name, 0, $"{path} cannot be sent: {e.Message}"));
        }
    }

    static string TypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".txt" or ".md" or ".log" or ".csv" => "text/plain",
        ".html" or ".htm" => "text/html",
        ".json" => "application/json",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".pdf" => "application/pdf",
        _ => "application/octet-stream",
    };
}
