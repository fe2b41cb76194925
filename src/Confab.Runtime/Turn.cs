namespace Confab.Runtime;

/// <summary>
/// What a thread does in one go: a reader's bytes, a run of a mailbox. Flows written to in it are flushed once, at its end: under load one
/// send carries many messages.
/// </summary>
public sealed class Turn : IDisposable
{
    [ThreadStatic]
    private static Turn? s_current;

    private readonly List<StreamFlow> _dirty = [];
    private readonly List<Fanout> _fanouts = [];
    private Fanout? _fanout;
    private int _depth;

    /// <summary>Enters the thread's turn; turns nest, the outermost flushes.</summary>
    public static Turn Enter()
    {
        var turn = s_current ??= new Turn();
        turn._depth++;
        return turn;
    }

    public void Dispose()
    {
        if (--_depth > 0) return;
        for (var i = 0; i < _dirty.Count; i++) _dirty[i].Flush();
        _dirty.Clear();
        for (var i = 0; i < _fanouts.Count; i++) _fanouts[i].Flush();
        _fanouts.Clear();
    }

    /// <summary>Ends <see cref="Fanout.Begin"/>.</summary>
    public readonly ref struct FanoutScope
    {
        private readonly Turn _turn;
        private readonly Fanout? _outer;

        internal FanoutScope(Turn turn, Fanout fanout)
        {
            _turn = turn;
            _outer = turn._fanout;
            turn._fanout = fanout;
        }

        public void Dispose()
        {
            _turn._fanout = _outer;
            _turn.Dispose();
        }
    }

    internal static FanoutScope BeginFanout(Fanout fanout)
    {
        var turn = Enter();
        if (!turn._fanouts.Contains(fanout)) turn._fanouts.Add(fanout);
        return new FanoutScope(turn, fanout);
    }

    /// <summary>Remembers the flow for the end of the turn; false when the thread is in none.</summary>
    internal static bool Remember(StreamFlow flow)
    {
        if (s_current is not { _depth: > 0 } turn) return false;
        if (turn._fanout is { } fanout) fanout.Remember(flow);
        else turn._dirty.Add(flow);
        return true;
    }
}
