namespace Confab.Cli.Bench;

/// <summary>
/// When each unit of a load at a rate is meant to begin, whatever became of those before it: an open loop, in which a server that stalls does not
/// slow the load down and so cannot hide its stall.
/// </summary>
/// <param name="start">When the first is due, in ticks of the clock.</param>
/// <param name="perSecond">The rate; more than 0.</param>
/// <param name="frequency">Ticks of the clock in a second.</param>
sealed class Pace(long start, double perSecond, long frequency)
{
    long _begun;

    /// <summary>How many have been taken.</summary>
    public long Begun => _begun;

    /// <summary>When the next is due.</summary>
    public long NextDue => DueOf(_begun);

    /// <summary>Takes the next unit when it is due; <paramref name="intended"/> is when it should have begun.</summary>
    public bool TryTake(long now, out long intended)
    {
        intended = NextDue;
        if (intended > now) return false;
        _begun++;
        return true;
    }

    long DueOf(long index) => start + (long)(index * (frequency / perSecond));
}
