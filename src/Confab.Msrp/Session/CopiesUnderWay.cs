// The messages of several chunks that a leg has a part of (MSW-10, D-09).
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>Which messages a leg got the beginning of, and their latest transactions, so that a refusal finds its message.</summary>
[Clause("RFC 4975", "7.1.1", "MSW-10")]
internal sealed class CopiesUnderWay
{
    private const int MostMessages = 64;
    private const int MostInAll = 1024; // with the place that each further sender has
    private const int IdsKept = 16;

    private List<Entry>? _entries;
    private Stack<Entry>? _spare;

    /// <summary>
    /// Whether one more may begin. The first places are open to all; of the others each sender has one, so that who begins many and ends
    /// none takes nobody else's.
    /// </summary>
    public bool HasRoomFor(ulong sender) => _entries is null || _entries.Count < MostMessages || (_entries.Count < MostInAll && !_entries.Exists(e => e.Sender == sender));

    public bool Has(ulong message) => Find(message) is not null;

    public bool WasRefused(ulong message) => Find(message) is { Refused: true };

    public void Begin(ulong message, ulong sender, ulong id)
    {
        var entry = Find(message);
        if (entry is null)
        {
            entry = _spare is { Count: > 0 } ? _spare.Pop() : new Entry();
            (_entries ??= []).Add(entry);
        }

        entry.Message = message;
        entry.Sender = sender;
        entry.Refused = false;
        entry.Sent = 0;
        entry.Remember(id);
    }

    public void Continue(ulong message, ulong id) => Find(message)?.Remember(id);

    public void End(ulong message)
    {
        if (Find(message) is not { } entry) return;
        _entries!.Remove(entry);
        (_spare ??= new Stack<Entry>()).Push(entry);
    }

    /// <summary>The message that the refused transaction belonged to; zero when unknown.</summary>
    public ulong OnRefused(ulong id)
    {
        foreach (var entry in _entries ?? [])
        {
            if (!entry.Knows(id)) continue;
            entry.Refused = true;
            return entry.Message;
        }

        return 0;
    }

    public void Clear() => _entries = null;

    private Entry? Find(ulong message)
    {
        if (_entries is null) return null;
        foreach (var entry in _entries)
        {
            if (entry.Message == message) return entry;
        }

        return null;
    }

    private sealed class Entry
    {
        private readonly ulong[] _ids = new ulong[IdsKept];

        public ulong Message { get; set; }

        public ulong Sender { get; set; }

        public bool Refused { get; set; }

        public int Sent { get; set; }

        public void Remember(ulong id) => _ids[Sent++ % IdsKept] = id;

        public bool Knows(ulong id) => Array.IndexOf(_ids, id, 0, Math.Min(Sent, IdsKept)) >= 0;
    }
}
