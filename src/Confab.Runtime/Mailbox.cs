// The mailbox: one owner's letters, delivered one at a time. Everything an owner holds is touched inside its mailbox alone, so nothing
// above this room locks.
//
//   Post ──► queue ──► Run (scheduler) ──► Deliver, Deliver, ... ──► flows flushed once, at the end of the Turn
//   TryEnter (a flow's reader finds the mailbox free) ──► its bytes are handled in place ──► Leave ──► what came meanwhile
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>One owner's queue of letters; at most one thread is inside at any time.</summary>
public sealed partial class Mailbox : IThreadPoolWorkItem
{
    private const int Free = 0;
    private const int Taken = 1;

    [ThreadStatic]
    private static Mailbox? s_inside;

    private readonly World _world;
    private Letter? _arrived;
    private int _count;
    private int _state;

    public Mailbox(World world) => _world = world;

    public World World => _world;

    /// <summary>Letters waiting now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether the calling thread runs this mailbox.</summary>
    public bool IsInside => s_inside == this;

    /// <summary>Queues a letter that must not be lost (timers, completions). Those who post for peers ask <see cref="HasRoom"/> first.</summary>
    public void Post(Letter letter)
    {
        Interlocked.Increment(ref _count);
        Letter? head;
        do
        {
            head = Volatile.Read(ref _arrived);
            letter.Next = head;
        }
        while (Interlocked.CompareExchange(ref _arrived, letter, head) != head);

        if (Interlocked.Exchange(ref _state, Taken) == Free) _world.Scheduler.Schedule(s_run, this);
    }

    /// <inheritdoc cref="Post(Letter)"/>
    public void Post(Action action) => Post(new ActionLetter(action));

    /// <summary>False when <see cref="Limits.MailboxLetters"/> are waiting: the peer's message is refused instead of queued.</summary>
    public bool HasRoom => Count < _world.Limits.MailboxLetters;

    /// <summary>
    /// Makes the calling thread the runner when the mailbox is free and the thread runs no other; what was queued is delivered first.
    /// Every success is paired with one <see cref="Leave"/>.
    /// </summary>
    public bool TryEnter()
    {
        if (s_inside is not null || Interlocked.CompareExchange(ref _state, Taken, Free) != Free) return false;
        s_inside = this;
        if (Volatile.Read(ref _arrived) is not null) DeliverArrived(int.MaxValue);
        return true;
    }

    /// <summary>Delivers what was queued meanwhile (bounded), then frees the mailbox.</summary>
    public void Leave()
    {
        if (DeliverArrived(_world.Limits.LettersPerTurn)) Release();
        else
        {
            s_inside = null;
            _world.Scheduler.Schedule(s_run, this);
        }
    }

    private static readonly Action<object?> s_run = static state => ((Mailbox)state!).Run();

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        s_inside = this;
        using (Turn.Enter()) Leave();
    }

    private void Release()
    {
        s_inside = null;
        Volatile.Write(ref _state, Free);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _arrived) is not null && Interlocked.Exchange(ref _state, Taken) == Free) _world.Scheduler.Schedule(s_run, this);
    }

    private Letter? _waiting; // arrived letters in their order, not yet delivered; the runner's own

    private bool DeliverArrived(int most)
    {
        while (true)
        {
            _waiting ??= TakeArrived();
            if (_waiting is not { } letter) return true;
            if (most-- == 0) return false;
            _waiting = letter.Next;
            letter.Next = null;
            Interlocked.Decrement(ref _count);
            try
            {
                letter.Deliver();
            }
            catch (Exception exception)
            {
                // A bug: this letter is lost, the owner lives on.
                LogFault(_world.Log, exception, letter.GetType().Name);
            }
        }
    }

    private Letter? TakeArrived()
    {
        var newestFirst = Interlocked.Exchange(ref _arrived, null);
        Letter? oldestFirst = null;
        while (newestFirst is { } letter)
        {
            newestFirst = letter.Next;
            letter.Next = oldestFirst;
            oldestFirst = letter;
        }

        return oldestFirst;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A {Letter} was lost to an exception")]
    private static partial void LogFault(ILogger log, Exception exception, string letter);
}
