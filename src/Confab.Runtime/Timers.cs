namespace Confab.Runtime;

/// <summary>
/// All alarms of a world in one 4-ary heap by due time: arming a timer that is later than most costs a few comparisons, cancelling one
/// finds it by its own index, and one timer of the <see cref="TimeProvider"/> serves them all. Exact to the provider's tick.
/// </summary>
public sealed class Timers : IDisposable
{
    private const int Arity = 4;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _wake;
    private List<Alarm>? _spare;
    private Alarm[] _heap = new Alarm[64];
    private int _count;
    private long _wakeAt = long.MaxValue;

    public Timers(TimeProvider time)
    {
        _time = time;
        _wake = time.CreateTimer(static state => ((Timers)state!).RingDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Alarms armed now.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _wake.Dispose();

    internal void Arm(Alarm alarm, TimeSpan delay)
    {
        var due = _time.GetTimestamp() + (long)(Math.Max(0, delay.TotalSeconds) * _time.TimestampFrequency);
        lock (_gate)
        {
            if (alarm.Index >= 0) Remove(alarm);
            alarm.Unring();
            alarm.Due = due;
            if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
            alarm.Index = _count;
            _heap[_count++] = alarm;
            SiftUp(alarm);
            if (due < _wakeAt) WakeAt(due);
        }
    }

    internal void Disarm(Alarm alarm)
    {
        lock (_gate)
        {
            if (alarm.Index >= 0) Remove(alarm);
            alarm.Unring();
        }
    }

    internal bool Arrive(Alarm alarm)
    {
        lock (_gate) return alarm.Arrive();
    }

    private void RingDue()
    {
        List<Alarm> ringing;
        lock (_gate)
        {
            ringing = _spare ?? [];
            _spare = null;
            var now = _time.GetTimestamp();
            while (_count > 0 && _heap[0].Due <= now)
            {
                var alarm = _heap[0];
                Remove(alarm);
                if (alarm.Ring()) ringing.Add(alarm);
            }

            WakeAt(_count > 0 ? _heap[0].Due : long.MaxValue);
        }

        foreach (var alarm in ringing) alarm.PostToOwner();
        ringing.Clear();
        lock (_gate) _spare = ringing;
    }

    private void WakeAt(long due)
    {
        _wakeAt = due;
        if (due == long.MaxValue) return;
        var ticks = Math.Max(0, due - _time.GetTimestamp());

        // Rounded up to the millisecond that real timers have: a wake that comes too early would only be set again.
        _wake.Change(TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
    }

    private void Remove(Alarm alarm)
    {
        var index = alarm.Index;
        alarm.Index = -1;
        var last = _heap[--_count];
        _heap[_count] = null!;
        if (last == alarm) return;
        last.Index = index;
        _heap[index] = last;
        SiftUp(last);
        SiftDown(last);
    }

    private void SiftUp(Alarm alarm)
    {
        while (alarm.Index > 0)
        {
            var parent = _heap[(alarm.Index - 1) / Arity];
            if (parent.Due <= alarm.Due) return;
            Swap(parent, alarm);
        }
    }

    private void SiftDown(Alarm alarm)
    {
        while (true)
        {
            var first = (alarm.Index * Arity) + 1;
            if (first >= _count) return;
            var least = _heap[first];
            for (var i = first + 1; i < Math.Min(first + Arity, _count); i++)
            {
                if (_heap[i].Due < least.Due) least = _heap[i];
            }

            if (least.Due >= alarm.Due) return;
            Swap(least, alarm);
        }
    }

    private void Swap(Alarm a, Alarm b)
    {
        (a.Index, b.Index) = (b.Index, a.Index);
        _heap[a.Index] = a;
        _heap[b.Index] = b;
    }
}
