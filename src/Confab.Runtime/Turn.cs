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
    }

    /// <summary>Remembers the flow for the end of the turn; false when the thread is in none.</summary>
    internal static bool Remember(StreamFlow flow)
    {
        if (s_current is not { _depth: > 0 } turn) return false;
        turn._dirty.Add(flow);
        return true;
    }
}
