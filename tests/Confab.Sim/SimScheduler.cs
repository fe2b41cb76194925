using System.IO.Pipelines;

namespace Confab.Sim;

/// <summary>
/// The scheduler of a simulated world: what is scheduled waits in a queue and runs on the test's own thread, in order or, with a seed,
/// shuffled: any order that threads could have brought about must do.
/// </summary>
public sealed class SimScheduler(int? shuffleSeed = null) : PipeScheduler
{
    private const int NamedInFailure = 5;

    private readonly Lock _gate = new();
    private readonly Random? _shuffle = shuffleSeed is { } seed ? new Random(seed) : null;
    private readonly List<(Action<object?> Action, object? State)> _shuffled = [];
    private readonly Queue<(Action<object?> Action, object? State)> _ordered = new();
    private bool _running;

    /// <summary>Actions that one <see cref="RunUntilIdle"/> may run; beyond it something livelocks.</summary>
    public int Bound { get; set; } = 10_000_000;

    /// <summary>Actions waiting.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _ordered.Count + _shuffled.Count;
        }
    }

    /// <summary>Actions run so far.</summary>
    public long Ran { get; private set; }

    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_gate)
        {
            if (_shuffle is null) _ordered.Enqueue((action, state));
            else _shuffled.Add((action, state));
        }
    }

    /// <summary>Runs what waits and what that schedules in turn, until nothing waits.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="Bound"/> actions ran, or the caller is itself such an action.</exception>
    public void RunUntilIdle()
    {
        if (_running) throw new InvalidOperationException("The world is run by the test alone, not from inside what it runs.");
        _running = true;
        try
        {
            for (var ran = 0; TryTake(out var next); ran++)
            {
                if (ran >= Bound) throw Livelock(next);
                Ran++;
                next.Action(next.State);
            }
        }
        finally
        {
            _running = false;
        }
    }

    private bool TryTake(out (Action<object?> Action, object? State) next)
    {
        lock (_gate)
        {
            if (_shuffle is null) return _ordered.TryDequeue(out next);
            if (_shuffled.Count == 0)
            {
                next = default;
                return false;
            }

            var index = _shuffle.Next(_shuffled.Count);
            next = _shuffled[index];
            _shuffled[index] = _shuffled[^1];
            _shuffled.RemoveAt(_shuffled.Count - 1);
            return true;
        }
    }

    private InvalidOperationException Livelock((Action<object?> Action, object? State) next)
    {
        var waiting = _ordered.Concat(_shuffled).Prepend(next).Take(NamedInFailure)
            .Select(static w => $"{w.Action.Method.DeclaringType?.Name}.{w.Action.Method.Name}({w.State?.GetType().Name})");
        return new InvalidOperationException($"Not idle after {Bound} actions, so something livelocks. Waiting now: {string.Join(", ", waiting)}");
    }
}
