namespace Confab.Sim;

/// <summary>
/// The clock of a simulated world: stands still until advanced, then fires one due timer at a time, at exactly its instant, and lets the
/// world settle (<see cref="Drain"/>) before the next. Safe to read and arm from any thread, so real sockets can run on it too; advanced by
/// the test alone.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private const int MostFiringsAtOneInstant = 1_000_000;

    private readonly Lock _gate = new();

    // A set and not a heap with marks for what was taken back: an owner of many alarms changes its one timer at almost every turn.
    private readonly SortedSet<VirtualTimer> _timers = new(VirtualTimer.ByDueThenCreation);
    private long _now = Start.UtcTicks;
    private long _created;
    private bool _advancing;

    public static DateTimeOffset Start { get; } = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Called before the first firing, and after each: runs the world until it is idle.</summary>
    public Action? Drain { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Time passed since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed => new(GetTimestamp() - Start.UtcTicks);

    /// <summary>When the next timer fires; null when none is armed.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate) return _timers.Min is { } next ? new DateTimeOffset(next.Due, TimeSpan.Zero) : null;
        }
    }

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state, Interlocked.Increment(ref _created));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Passes the time; everything due up to and at its end has fired and settled on return. Zero fires what is due now.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        if (_advancing) throw new InvalidOperationException("Time is advanced by the test alone, not from inside what a timer or the world does.");
        _advancing = true;
        try
        {
            AdvanceTo(_now + by.Ticks);
        }
        finally
        {
            _advancing = false;
        }
    }

    /// <summary>Passes the time up to the next timer's instant; false when none is armed.</summary>
    public bool AdvanceToNext()
    {
        if (NextDue is not { } due) return false;
        Advance(TimeSpan.FromTicks(Math.Max(0, due.UtcTicks - _now)));
        return true;
    }

    internal bool Arm(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            if (timer.IsDisposed) return false;
            _timers.Remove(timer);
            timer.Period = Math.Max(0, period.Ticks);
            if (dueTime < TimeSpan.Zero) return true;
            timer.Due = _now + dueTime.Ticks;
            _timers.Add(timer);
            return true;
        }
    }

    internal void Disarm(VirtualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _timers.Remove(timer);
        }
    }

    private void AdvanceTo(long end)
    {
        Drain?.Invoke();
        var firings = 0;
        while (TakeDue(end) is { } timer)
        {
            if (timer.Due > _now) firings = 0;
            else if (++firings > MostFiringsAtOneInstant) throw new InvalidOperationException($"Timers fire on and on at {GetUtcNow():O}: one is armed anew with no delay.");
            Interlocked.Exchange(ref _now, Math.Max(_now, timer.Due));
            Rearm(timer);
            timer.Fire();
            Drain?.Invoke();
        }

        Interlocked.Exchange(ref _now, end);
    }

    private VirtualTimer? TakeDue(long end)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } next || next.Due > end) return null;
            _timers.Remove(next);
            return next;
        }
    }

    private void Rearm(VirtualTimer timer)
    {
        lock (_gate)
        {
            if (timer.Period == 0 || timer.IsDisposed) return;
            _timers.Remove(timer); // armed by another thread since it was taken
            timer.Due = _now + timer.Period;
            _timers.Add(timer);
        }
    }
}
