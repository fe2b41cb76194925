using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// At most one page to one address at a time, the others behind it in their order: RFC 3428 8. The wait for the answer is what slows a sender down
/// when the network is congested.
/// </summary>
[Clause("RFC 3428", "8", "IMC-PGR-6")]
internal sealed class PagesUnderWay
{
    /// <summary>Pages that wait; who asks for more hears of it at once. A script that pages faster than the network takes it.</summary>
    public const int MostWaiting = 1_000;

    private readonly Dictionary<string, Queue<WaitingPage>> _byAddress = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Begins it now, or behind the others to the same address; false when too many wait.</summary>
    /// <param name="address">The address in its one spelling.</param>
    /// <param name="page">The page.</param>
    public bool TryAdd(string address, WaitingPage page)
    {
        if (!_byAddress.TryGetValue(address, out var behind))
        {
            _byAddress.Add(address, new Queue<WaitingPage>());
            page.Begin();
            return true;
        }

        if (_waiting >= MostWaiting) return false;
        _waiting++;
        behind.Enqueue(page);
        return true;
    }

    /// <summary>The one to this address is through: the next that is still wanted begins.</summary>
    public void OnDone(string address)
    {
        if (!_byAddress.TryGetValue(address, out var behind)) return;
        while (behind.TryDequeue(out var next))
        {
            _waiting--;
            if (!next.IsWanted()) continue;
            next.Begin();
            return;
        }

        _byAddress.Remove(address);
    }

    /// <summary>The client is closed: what waits is not sent.</summary>
    public void GiveUp()
    {
        var waiting = _byAddress.Values.SelectMany(static q => q).ToArray();
        _byAddress.Clear();
        _waiting = 0;
        foreach (var page in waiting) page.GiveUp();
    }
}

/// <summary>A page that can be sent.</summary>
/// <param name="Begin">Sends it.</param>
/// <param name="IsWanted">Whether it is to be sent still.</param>
/// <param name="GiveUp">Tells that it will not be.</param>
internal sealed record WaitingPage(Action Begin, Func<bool> IsWanted, Action GiveUp);
