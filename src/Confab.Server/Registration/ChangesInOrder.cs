namespace Confab.Server.Registration;

/// <summary>
/// One change of an address at a time, in the order they came: a change that is being stored holds its address, and what comes meanwhile
/// waits, so that each starts from what the one before it left. RFC 3261 10.3 (in order, atomically). Lives in the registrar's mailbox.
/// </summary>
internal sealed class ChangesInOrder(int mostWaiting)
{
    private readonly Dictionary<string, Queue<Action>> _held = new(StringComparer.Ordinal);

    /// <summary>Runs the change now, or when the address is free.</summary>
    /// <returns>False when too many wait; one that <paramref name="mustRun"/> is taken always.</returns>
    public bool Run(string address, bool mustRun, Action change)
    {
        if (!_held.TryGetValue(address, out var waiting))
        {
            change();
            return true;
        }

        if (waiting.Count >= mostWaiting && !mustRun) return false;
        waiting.Enqueue(change);
        return true;
    }

    /// <summary>Called by a change that goes on after it returns; it calls <see cref="Release"/> at its end.</summary>
    public void Hold(string address) => _held.Add(address, []);

    public void Release(string address)
    {
        _held.Remove(address, out var waiting);
        while (waiting!.TryDequeue(out var change))
        {
            change();
            if (!_held.ContainsKey(address)) continue;
            _held[address] = waiting; // the change holds it now, and the others go on waiting
            return;
        }
    }
}
