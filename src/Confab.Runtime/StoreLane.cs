using System.IO.Pipelines;
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>What a store does around a group of writes.</summary>
public interface IStoreTransaction
{
    void Begin();

    void Commit();

    void Rollback();
}

/// <summary>
/// The one writer of a blocking store: requests of all owners queue here, a batch shares one commit, and each answer goes back as a letter
/// to the mailbox that asked.
/// </summary>
public sealed partial class StoreLane
{
    private const int MostInBatch = 256;

    private readonly Lock _gate = new();
    private readonly PipeScheduler _scheduler;
    private readonly IStoreTransaction _transaction;
    private readonly int _capacity;
    private readonly ILogger _log;
    private Queue<Request> _queue = new();
    private bool _running;

    public StoreLane(PipeScheduler scheduler, IStoreTransaction transaction, int capacity, ILogger log)
    {
        _scheduler = scheduler;
        _transaction = transaction;
        _capacity = capacity;
        _log = log;
    }

    /// <summary>
    /// Queues a write; <paramref name="done"/> runs in <paramref name="owner"/>'s mailbox after the commit, with false where the store failed.
    /// </summary>
    /// <returns>False when the lane is full: the request is refused, nothing will be called.</returns>
    public bool Write(Mailbox owner, Action write, Action<bool> done)
    {
        lock (_gate)
        {
            if (_queue.Count >= _capacity) return false;
            _queue.Enqueue(new Request(owner, write, done));
            if (_running) return true;
            _running = true;
        }

        _scheduler.Schedule(static state => ((StoreLane)state!).Run(), this);
        return true;
    }

    private void Run()
    {
        var batch = new List<Request>(MostInBatch);
        while (true)
        {
            lock (_gate)
            {
                while (batch.Count < MostInBatch && _queue.TryDequeue(out var request)) batch.Add(request);
                if (batch.Count == 0)
                {
                    _running = false;
                    return;
                }
            }

            // One that fails must not take the others with it: after a failed group each is tried alone.
            var stored = TryCommit(batch);
            foreach (var request in batch) request.Answer(stored || (batch.Count > 1 && TryCommit([request])));
            batch.Clear();
        }
    }

    private bool TryCommit(List<Request> batch)
    {
        try
        {
            _transaction.Begin();
            foreach (var request in batch) request.Write();
            _transaction.Commit();
            return true;
        }
        catch (Exception exception)
        {
            LogFailed(exception, batch.Count);
            try
            {
                _transaction.Rollback();
            }
            catch (Exception again)
            {
                LogFailed(again, batch.Count);
            }

            return false;
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Error, Message = "The store refused a group of {Count} writes")]
    private partial void LogFailed(Exception exception, int count);

    private readonly record struct Request(Mailbox Owner, Action Write, Action<bool> Done)
    {
        public void Answer(bool stored)
        {
            var done = Done;
            Owner.Post(() => done(stored));
        }
    }
}

/// <summary>A scheduler of one thread: for what blocks.</summary>
public sealed class LaneThread : PipeScheduler, IDisposable
{
    private readonly System.Collections.Concurrent.BlockingCollection<(Action<object?> Action, object? State)> _work = [];

    private readonly Thread _thread;

    public LaneThread(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public override void Schedule(Action<object?> action, object? state) => _work.Add((action, state));

    /// <summary>Lets what is queued finish, then ends the thread.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Run()
    {
        foreach (var (action, state) in _work.GetConsumingEnumerable()) action(state);
    }
}
