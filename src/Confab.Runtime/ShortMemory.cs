// What is to be known again for a fixed time and then forgotten, by the hundred thousand: bytes under a key, without an object or a timer each.
//
//   slots, a ring by age      head (oldest) ──► ... ──► tail (next)        forgetting is moving the head
//   chains of one hash        newest ──► older ──► below the head: the end
//   bytes, segment on segment                           those below the head's are let go
using System.Runtime.InteropServices;

namespace Confab.Runtime;

/// <summary>Remembers bytes under a key for a fixed time. Any thread may call.</summary>
public sealed class ShortMemory : IDisposable
{
    private const int SegmentBytes = 256 * 1024; // too large to be moved about by the collector
    private const int UsualBytes = 16 * 1024; // what one takes at the most, so that room is told truly
    private const int FewestSlots = 256;
    private static readonly TimeSpan s_sweepGrain = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _keep;
    private readonly long _mostBytes;
    private readonly ITimer _sweep;
    private readonly List<byte[]> _segments = [];
    private Slot[] _slots = new Slot[FewestSlots];
    private long[] _newest = new long[FewestSlots]; // of each hash, the place of its newest slot
    private byte[]? _spare;
    private long _head = 1; // places count up for ever; 0 is none
    private long _tail = 1;
    private long _firstSegment;
    private int _written; // in the last segment
    private bool _sweeps;

    /// <summary>Nothing is remembered yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="keep">How long each is remembered, to the clock's tick.</param>
    /// <param name="mostBytes">Keys and values together, in pieces of 256 KiB, one at the least; beyond it there is no room.</param>
    public ShortMemory(TimeProvider time, TimeSpan keep, long mostBytes)
    {
        _time = time;
        _keep = keep;
        _mostBytes = mostBytes;
        _sweep = time.CreateTimer(static state => ((ShortMemory)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return (int)(_tail - _head);
            }
        }
    }

    /// <summary>Whether one more, of 16 KiB at the most, will be remembered.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                if (IsRoomy) return true;
                Forget();
                return IsRoomy;
            }
        }
    }

    private bool MayGrow => _segments.Count == 0 || (_segments.Count + 1L) * SegmentBytes <= _mostBytes;

    private bool IsRoomy => MayGrow || SegmentBytes - _written >= UsualBytes;

    private int Mask => _slots.Length - 1;

    public void Dispose() => _sweep.Dispose();

    /// <summary>Remembers the value under the key from now on; false where there is no room, or both together are larger than 256 KiB.</summary>
    public bool Remember(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var hash = HashOf(key);
        lock (_gate)
        {
            Forget();
            if (!TryTake(key.Length + value.Length, out var bytes)) return false;
            key.CopyTo(bytes);
            value.CopyTo(bytes[key.Length..]);
            if (_tail - _head == _slots.Length) Grow();
            ref var newest = ref _newest[hash & Mask];
            _slots[_tail & Mask] = new Slot
            {
                Older = newest,
                Since = _time.GetTimestamp(),
                Segment = _firstSegment + _segments.Count - 1,
                Offset = _written - bytes.Length,
                KeyLength = key.Length,
                ValueLength = value.Length,
                Hash = hash,
            };
            newest = _tail++;
            if (!_sweeps) SweepAfter(_keep);
            return true;
        }
    }

    /// <summary>A copy of what was remembered last under the key; null where nothing is.</summary>
    public byte[]? Recall(ReadOnlySpan<byte> key)
    {
        if (Volatile.Read(ref _tail) == Volatile.Read(ref _head)) return null;
        var hash = HashOf(key);
        lock (_gate)
        {
            Forget();
            for (var place = _newest[hash & Mask]; place >= _head; place = _slots[place & Mask].Older)
            {
                ref readonly var slot = ref _slots[place & Mask];
                if (slot.Hash != hash || slot.KeyLength != key.Length) continue;
                var bytes = _segments[(int)(slot.Segment - _firstSegment)].AsSpan(slot.Offset);
                if (bytes[..key.Length].SequenceEqual(key)) return bytes.Slice(key.Length, slot.ValueLength).ToArray();
            }
        }

        return null;
    }

    // The runtime's keyed string hash, so that a peer cannot choose keys that fall together.
    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(key), StringComparison.Ordinal);
        return (key.Length & 1) == 0 ? hash : (hash * 31) + key[^1];
    }

    private void Forget()
    {
        while (_head < _tail && _time.GetElapsedTime(_slots[_head & Mask].Since) >= _keep) _head++;
        if (_head < _tail) LetSegmentsGo((int)(_slots[_head & Mask].Segment - _firstSegment));
        else if (_segments.Count > 0) Clear();
    }

    private void LetSegmentsGo(int count)
    {
        if (count == 0) return;
        _spare = _segments[0];
        _segments.RemoveRange(0, count);
        _firstSegment += count;
    }

    /// <summary>Nothing is remembered: what was needed for much is given back.</summary>
    private void Clear()
    {
        _firstSegment += _segments.Count;
        _segments.Clear();
        _written = 0;
        _spare = null;
        if (_slots.Length > FewestSlots) (_slots, _newest) = (new Slot[FewestSlots], new long[FewestSlots]);
    }

    private bool TryTake(int length, out Span<byte> bytes)
    {
        bytes = default;
        if (length > SegmentBytes) return false;
        if (_segments.Count == 0 || SegmentBytes - _written < length)
        {
            if (!MayGrow) return false;
            _segments.Add(_spare ?? GC.AllocateUninitializedArray<byte>(SegmentBytes));
            _spare = null;
            _written = 0;
        }

        bytes = _segments[^1].AsSpan(_written, length);
        _written += length;
        return true;
    }

    private void Grow()
    {
        var (old, oldMask) = (_slots, Mask);
        _slots = new Slot[2 * old.Length];
        _newest = new long[_slots.Length];
        for (var place = _head; place < _tail; place++)
        {
            ref var slot = ref _slots[place & Mask];
            slot = old[place & oldMask];
            ref var newest = ref _newest[slot.Hash & Mask];
            slot.Older = newest;
            newest = place;
        }
    }

    private void SweepAfter(TimeSpan delay)
    {
        _sweeps = true;
        _sweep.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives memory back where nobody asks any more.</summary>
    private void Sweep()
    {
        lock (_gate)
        {
            Forget();
            _sweeps = false;
            if (_head == _tail) return;
            var left = _keep - _time.GetElapsedTime(_slots[_head & Mask].Since);
            SweepAfter(left < s_sweepGrain ? s_sweepGrain : left);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public long Older;
        public long Since;
        public long Segment;
        public int Offset;
        public int KeyLength;
        public int ValueLength;
        public int Hash;
    }
}
