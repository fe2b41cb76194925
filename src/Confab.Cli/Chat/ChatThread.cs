using System.Collections.Concurrent;

namespace Confab.Cli.Chat;

/// <summary>One thread for all that the chat does, so that commands, events and keys never meet: continuations come back to it.</summary>
sealed class ChatThread : SynchronizationContext, IDisposable
{
    readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    /// <summary>Runs it on the calling thread until it is done.</summary>
    public static int Run(Func<Task<int>> main)
    {
        var before = Current;
        using var thread = new ChatThread();
        SetSynchronizationContext(thread);
        try
        {
            var done = main();
            _ = done.ContinueWith(_ => thread._work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            foreach (var (callback, state) in thread._work.GetConsumingEnumerable()) callback(state);
            return done.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _work.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The chat is over: nobody waits for it any more.
        }
    }

    public void Dispose() => _work.Dispose();
}
