using Confab.Runtime;
using Confab.Sip.Authentication;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Procedures.General;

/// <summary>
/// Nonces given out, and which of their counts have been used: credentials count once. RFC 7616 3.4 (nc), 5.4, 5.5.
/// Nothing is kept for a nonce until a proven answer uses it. The keys have two generations; when one is old, or its table is full, the
/// one before it is forgotten with its table, and answers to its nonces are stale: so the tables are bounded, and no count is ever forgotten
/// while its nonce is good. Any thread may call.
/// </summary>
[Clause("RFC 7616", "5.5")]
internal sealed class NonceCounts
{
    private readonly Lock _gate = new();
    private readonly Ids _ids;
    private readonly TimeSpan _lifetime;
    private readonly int _mostNonces;
    private Generation _current;
    private Generation _previous;

    public NonceCounts(Ids ids, TimeSpan lifetime, DateTimeOffset now, int mostNonces)
    {
        _ids = ids;
        _lifetime = lifetime;
        _mostNonces = mostNonces;
        _previous = NewGeneration(now);
        _current = NewGeneration(now);
    }

    public MessageText Issue(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (now - _current.Made > _lifetime) Turn(now);
            return _current.Factory.Issue(now, _ids.Unique());
        }
    }

    /// <summary>
    /// Uses a count of a nonce whose answer was proven right. False when that count was used already, or the nonce is too old or not ours:
    /// then the client is to come again with a new nonce.
    /// </summary>
    public bool TryUse(MessageText nonce, uint count, DateTimeOffset now)
    {
        lock (_gate)
        {
            var generation = _current.IsFresh(nonce, now) ? _current : _previous.IsFresh(nonce, now) ? _previous : null;
            if (generation is null) return false;
            if (generation.Used.TryGetValue(nonce, out var used)) return used.TryUse(count);
            if (generation.Used.Count >= _mostNonces)
            {
                // Full before its time. A nonce of the generation that is forgotten now is a stale one.
                Turn(now);
                if (generation != _previous) return false;
            }

            used = new Window();
            generation.Used.Add(nonce.Copy(), used);
            return used.TryUse(count);
        }
    }

    private void Turn(DateTimeOffset now) => (_previous, _current) = (_current, NewGeneration(now));

    private Generation NewGeneration(DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[32];
        _ids.Fill(key);
        return new Generation(new NonceFactory(key, _lifetime), now);
    }

    private sealed record Generation(NonceFactory Factory, DateTimeOffset Made)
    {
        public Dictionary<MessageText, Window> Used { get; } = [];

        public bool IsFresh(MessageText nonce, DateTimeOffset now) => Factory.Check(nonce.Span, now) == NonceState.Fresh;
    }

    /// <summary>The highest count and which of the 63 below it were used: requests sent at once over UDP may overtake each other.</summary>
    private sealed class Window
    {
        private uint _highest;
        private ulong _seen; // bit n: _highest - n

        public bool TryUse(uint count)
        {
            if (count > _highest)
            {
                var ahead = count - _highest;
                _seen = (ahead < 64 ? _seen << (int)ahead : 0) | 1;
                _highest = count;
                return true;
            }

            var behind = _highest - count;
            if (behind >= 64 || (_seen & (1UL << (int)behind)) != 0) return false;
            _seen |= 1UL << (int)behind;
            return true;
        }
    }
}
