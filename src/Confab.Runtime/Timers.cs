namespace Confab.Runtime;

/// <summary>
/// All alarms of a world in one 4-ary heap by due time: arming a timer that is later than most costs a few comparisons, cancelling one
/// finds it by its own index, and one timer of the <see cref="TimeProvider"/> serves them all. Exact to the provider's tick; alarms of one
/// instant ring in the order they were set, so a transcript does not change with an alarm that has no part in it.
/// </summary>
public sealed class Timers : IDisposable
{
    private const int Arity = 4;
    private const long LongestWake = 30 * TimeSpan.TicksPerDay; // real timers refuse more than 49 days; what is due later is looked at then

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _wake;
    private readonly long _wakeGrain;
    private List<Alarm>? _spare;
    private Alarm[] _heap = new Alarm[64];
    private int _count;
    private long _armed;
    private long _wakeAt = long.MaxValue;

    public Timers(TimeProvider time)
    {
        _time = time;

        // Real timers count milliseconds: a wake that comes a fraction too early would only be set again.
        _wakeGrain = time == TimeProvider.System ? TimeSpan.TicksPerMillisecond : 1;
        _wake = time.CreateTimer(static state => ((Timers)state!).RingDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Alarms armed now.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _wake.Dispose();

    internal void Arm(Alarm alarm, TimeSpan delay)
    {
        var due = _time.GetTimestamp() + Scale(Math.Max(0, delay.Ticks), TimeSpan.TicksPerSecond, _time.TimestampFrequency);
        lock (_gate)
        {
            if (alarm.Index >= 0) Remove(alarm);
            alarm.Unring();
            alarm.Due = due;
            alarm.Order = _armed++;
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
        var ticks = Scale(Math.Max(0, due - _time.GetTimestamp()), _time.TimestampFrequency, TimeSpan.TicksPerSecond);
        ticks = Math.Min(ticks, LongestWake);
        _wake.Change(TimeSpan.FromTicks((ticks + _wakeGrain - 1) / _wakeGrain * _wakeGrain), Timeout.InfiniteTimeSpan);
    }

    /// <summary>From one clock's ticks to another's, rounded up: never early, and exact where both are the same.</summary>
    private static long Scale(long ticks, long from, long to) => from == to ? ticks : (long)((((Int128)ticks * to) + from - 1) / from);

    private static bool IsBefore(Alarm a, Alarm b) => a.Due < b.Due || (a.Due == b.Due && a.Order < b.Order);

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
            if (IsBefore(parent, alarm)) return;
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
                if (IsBefore(_heap[i], least)) least = _heap[i];
            }

            if (IsBefore(alarm, least)) return;
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
