using System.IO.Pipelines;

namespace Confab.Sim;

/// <summary>Where the writer of a store runs: on the world's scheduler, except while a test holds it, as a slow disk does.</summary>
public sealed class SimLane(PipeScheduler world) : PipeScheduler
{
    private readonly List<(Action<object?> Action, object? State)> _held = [];
    private bool _holds;

    public override void Schedule(Action<object?> action, object? state)
    {
        if (_holds) _held.Add((action, state));
        else world.Schedule(action, state);
    }

    /// <summary>From now on nothing is written.</summary>
    public void Hold() => _holds = true;

    /// <summary>What waits is written, and what comes.</summary>
    public void Release()
    {
        _holds = false;
        foreach (var (action, state) in _held) world.Schedule(action, state);
        _held.Clear();
    }
}
