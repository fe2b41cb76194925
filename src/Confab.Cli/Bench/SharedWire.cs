using System.Net;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>A connection that many sessions share; opened with the first that wants it.</summary>
sealed class SharedWire(World world, IPEndPoint remote, IMsrpLoad user)
{
    readonly Lock _gate = new();
    readonly List<Action<MsrpWire?>> _waiting = [];
    MsrpWire? _wire;
    State _state;

    enum State
    {
        New,
        Opening,
        Open,
    }

    /// <summary>Calls back, once it is open, with it; with null where it cannot be.</summary>
    public void Use(Action<MsrpWire?> use)
    {
        State before;
        lock (_gate)
        {
            before = _state;
            if (before == State.New) _state = State.Opening;
            if (before != State.Open) _waiting.Add(use);
        }

        if (before == State.New) MsrpWire.Open(world, remote, user, Opened);
        else if (before == State.Open) use(_wire);
    }

    void Opened(MsrpWire? wire)
    {
        Action<MsrpWire?>[] waiting;
        lock (_gate)
        {
            _wire = wire;
            _state = State.Open;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var use in waiting) use(wire);
    }
}
