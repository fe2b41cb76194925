namespace Confab.Sim;

/// <summary>A timer of <see cref="VirtualTime"/>; its state belongs to that clock's lock.</summary>
internal sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state, long created) : ITimer
{
    private readonly long _created = created;

    public static Comparer<VirtualTimer> ByDueThenCreation { get; } =
        Comparer<VirtualTimer>.Create(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a._created.CompareTo(b._created));

    public long Due { get; set; }

    public long Period { get; set; }

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period) => time.Arm(this, dueTime, period);

    public void Fire() => callback(state);

    public void Dispose() => time.Disarm(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
