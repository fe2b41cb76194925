using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>The chat for scripts: commands from a stream, a line each, one after the other; events as lines.</summary>
static class PipedChat
{
    /// <summary>Runs until /quit, the end of input, or the token; gives the exit code.</summary>
    public static async Task<int> RunAsync(ImClient client, string address, TextReader input, IChatFace face, TimeProvider time, Downloads downloads, CancellationToken quit)
    {
        var chat = new Conversation(client, address, face, time, downloads);
        _ = chat.ShowEventsAsync(); // ends with the client
        var isIn = false;
        try
        {
            isIn = await chat.RegisterAsync(quit);
            if (isIn) await RunLinesAsync(chat, input, quit);
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            isIn = true; // asked to stop: that is no failure
        }

        await chat.CloseAsync();
        return isIn ? 0 : 1;
    }

    static async Task RunLinesAsync(Conversation chat, TextReader input, CancellationToken quit)
    {
        while (!chat.IsOver)
        {
            // A read of a terminal or pipe cannot be called off everywhere; the wait for it can.
            var line = await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(quit);
            if (line is null)
            {
                await chat.SettleAsync().WaitAsync(quit);
                return;
            }

            await chat.RunAsync(line).WaitAsync(quit);
        }
    }
}
