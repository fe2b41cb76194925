using System.Collections.Concurrent;
using Confab.Runtime;

namespace Confab.Server.Owners;

/// <summary>
/// How many copies of messages in pager mode each sender, and all of them together, have on their way: those to one user count as one, whatever his
/// devices. Any thread may call.
/// </summary>
internal sealed class PagesUnderWay(Limits limits)
{
    private readonly ConcurrentDictionary<string, int> _bySender = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Copies on their way.</summary>
    public int Count => Volatile.Read(ref _all);

    /// <summary>Senders who have some.</summary>
    public int Senders => _bySender.Count;

    /// <summary>Takes so many; false, and none is taken, where that would be too many. Two that begin in the same moment may both be taken.</summary>
    public bool TryBegin(string sender, int copies)
    {
        if (Count + copies > limits.PageCopies || _bySender.GetValueOrDefault(sender) + copies > limits.PageCopiesPerSender) return false;
        Interlocked.Add(ref _all, copies);
        _bySender.AddOrUpdate(sender, static (_, more) => more, static (_, count, more) => count + more, copies);
        return true;
    }

    /// <summary>So many of them are through.</summary>
    public void End(string sender, int copies)
    {
        Interlocked.Add(ref _all, -copies);
        while (_bySender.TryGetValue(sender, out var count))
        {
            if (count > copies ? _bySender.TryUpdate(sender, count - copies, count) : _bySender.TryRemove(new KeyValuePair<string, int>(sender, count))) return;
        }
    }
}
