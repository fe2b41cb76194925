using Confab.Sip.Message;

namespace Confab.Server.Owners;

/// <summary>
/// The Call-IDs by which one owner is found. They come one by one, with each invitation and each request to a session that lives for days;
/// those that nothing uses any more are dropped when the set has doubled, so that it stays in proportion to what is going on.
/// </summary>
internal sealed class CallIds(Conversation owner)
{
    private const int NotWorthASweep = 32;

    private readonly HashSet<Text> _known = new(Text.Ordinal);
    private int _sweepAt = NotWorthASweep;

    /// <summary>Makes the owner known by this Call-ID, where it is not yet.</summary>
    public void Add(Text callId)
    {
        if (_known.Contains(callId)) return;
        if (_known.Count >= _sweepAt) Sweep();
        var copy = callId.Copy();
        _known.Add(copy);
        owner.Node.Router.Add(copy, owner);
    }

    /// <summary>The owner is not to be found any more.</summary>
    public void Clear() => owner.Node.Router.Remove(owner, _known);

    private void Sweep()
    {
        var used = new HashSet<Text>(owner.CallIdsInUse, Text.Ordinal);
        foreach (var callId in _known)
        {
            if (!used.Contains(callId)) owner.Node.Router.Forget(callId, owner);
        }

        _known.IntersectWith(used);
        _sweepAt = Math.Max(NotWorthASweep, 2 * _known.Count);
    }
}
