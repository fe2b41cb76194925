namespace Confab.Runtime;

/// <summary>
/// A timer of an owner: rings as a letter in its mailbox. Set, cancelled and delivered inside that mailbox alone; reusable, so a state
/// machine keeps one a timer.
/// </summary>
public sealed class Alarm(Mailbox owner, Action ring) : Letter
{
    internal long Due;
    internal long Order; // of setting, among alarms of one instant
    internal int Index = -1; // place in the heap of Timers, -1 outside it
    private bool _rung;
    private bool _queued;

    public bool IsSet => Index >= 0 || _rung;

    /// <summary>Arms the alarm anew; a delay of zero or less rings at the next opportunity.</summary>
    public void Set(TimeSpan delay) => owner.World.Timers.Arm(this, delay);

    /// <summary>After this the alarm does not ring, even if its letter is on the way.</summary>
    public void Cancel() => owner.World.Timers.Disarm(this);

    // The three below are called by Timers under its lock.

    /// <summary>Takes back a ring that was not delivered yet.</summary>
    internal void Unring() => _rung = false;

    /// <summary>Rings; true when the alarm is to be posted, false when its letter is still on the way.</summary>
    internal bool Ring()
    {
        _rung = true;
        if (_queued) return false;
        _queued = true;
        return true;
    }

    /// <summary>The letter arrived; true when it still stands for a ring.</summary>
    internal bool Arrive()
    {
        var stands = _rung;
        _queued = _rung = false;
        return stands;
    }

    internal void PostToOwner() => owner.Post(this);

    protected internal override void Deliver()
    {
        if (owner.World.Timers.Arrive(this)) ring();
    }
}
