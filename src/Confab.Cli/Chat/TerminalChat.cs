using Confab.Client;
using Spectre.Console;

namespace Confab.Cli.Chat;

/// <summary>The chat on a terminal: keys, events and the clock meet on one thread, so nothing is ever written into what is being typed.</summary>
static class TerminalChat
{
    /// <summary>Runs until /quit, Ctrl-D, or the token; gives the exit code.</summary>
    public static async Task<int> RunAsync(ImClient client, string address, TimeProvider time, Downloads downloads, CancellationToken quit)
    {
        var editor = new LineEditor(Console.Out, static () => Console.WindowWidth, CompleteCommand);
        Conversation? chat = null;
        var rows = new RowCount(Console.Out);
        var face = new TerminalFace(Screen(rows), rows, editor, time, () => chat!.Sessions);
        chat = new Conversation(client, address, face, time, downloads);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(quit);
        _ = chat.ShowEventsAsync(); // ends with the client
        var isIn = false;
        var controlC = Console.TreatControlCAsInput;
        try
        {
            isIn = await chat.RegisterAsync(stop.Token);
            if (isIn)
            {
                Console.TreatControlCAsInput = true;
                face.Show(new CommandList([.. VerbList.All.Take(2), VerbList.Find("/help")!, VerbList.Find("/quit")!]));
                var over = new TaskCompletionSource();
                using var stopped = stop.Token.Register(() => over.TrySetResult());
                ReadKeys(SynchronizationContext.Current!, key => TakeKey(key, editor, face, chat, over));
                await over.Task;
            }
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            isIn = true; // asked to stop: that is no failure
        }
        finally
        {
            Console.TreatControlCAsInput = controlC;
        }

        await chat.CloseAsync();
        editor.Hide();
        return isIn ? 0 : 1;
    }

    static void TakeKey(ConsoleKeyInfo key, LineEditor editor, TerminalFace face, Conversation chat, TaskCompletionSource over)
    {
        switch (editor.Take(key))
        {
            case KeyOutcome.Ended:
                over.TrySetResult();
                break;
            case KeyOutcome.Edited when editor.Text.Length > 0 && editor.Text[0] != '/':
                if (chat.Sessions.Current is { } session) _ = TypingAsync(session);
                break;
            case KeyOutcome.Entered:
                _ = RunAsync(editor.Finished, face, chat, over);
                break;
        }
    }

    static async Task TypingAsync(ImSession session)
    {
        try
        {
            await session.TypingAsync();
        }
        catch (ObjectDisposedException)
        {
            // The chat is over.
        }
    }

    // Not one after the other: while a text waits for an answer, /leave gives the call up.
    static async Task RunAsync(string line, TerminalFace face, Conversation chat, TaskCompletionSource over)
    {
        var row = line.Trim().Length > 0 ? face.Echo(line.Trim()) : 0;
        if (await chat.RunAsync(line) is { } outcome) face.Mark(row, outcome);
        if (chat.IsOver) over.TrySetResult();
    }

    static void ReadKeys(SynchronizationContext thread, Action<ConsoleKeyInfo> take) => new Thread(() =>
    {
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            thread.Post(_ => take(key), null);
        }
    })
    {
        IsBackground = true,
        Name = "keys",
    }.Start();

    static IReadOnlyList<string> CompleteCommand(string typed) =>
        typed.StartsWith('/') && !typed.Contains(' ', StringComparison.Ordinal)
            ? [.. VerbList.All.Select(static verb => verb.Name).Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))]
            : [];

    static IAnsiConsole Screen(TextWriter output)
    {
        // An empty NO_COLOR wants nothing (no-color.org); what detects the colours takes its presence for a wish.
        var isPlain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        if (!isPlain) Environment.SetEnvironmentVariable("NO_COLOR", null);
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
    }
}
