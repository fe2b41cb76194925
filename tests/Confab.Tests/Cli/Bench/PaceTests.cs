using Confab.Cli.Bench;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>When units of a load at a rate begin.</summary>
public sealed class PaceTests
{
    [Fact]
    public void Units_are_due_evenly_and_none_is_due_early()
    {
        var pace = new Pace(start: 1_000, perSecond: 4, frequency: 1_000);
        Assert.False(pace.TryTake(999, out _));
        Assert.True(pace.TryTake(1_000, out var first));
        Assert.False(pace.TryTake(1_249, out _));
        Assert.True(pace.TryTake(1_250, out var second));
        Assert.Equal((1_000, 1_250), (first, second));
        Assert.Equal(1_500, pace.NextDue);
    }

    [Fact]
    public void Who_comes_late_finds_all_that_were_due_with_the_times_they_were_due_at()
    {
        var pace = new Pace(start: 0, perSecond: 10, frequency: 1_000);
        var taken = new List<long>();
        while (pace.TryTake(350, out var intended)) taken.Add(intended);
        Assert.Equal([0, 100, 200, 300], taken);
    }

    [Fact]
    public void A_rate_that_does_not_divide_the_clock_does_not_drift()
    {
        var pace = new Pace(start: 0, perSecond: 3, frequency: 1_000_000_000);
        var taken = 0;
        while (pace.TryTake(1_000_000_000_000, out _)) taken++;
        Assert.InRange(taken, 3_000, 3_001);
    }

    [Fact]
    public void The_clock_begins_each_unit_at_its_time_and_none_after_it_was_stopped()
    {
        using var sim = new SimWorld();
        var begun = new List<(long Intended, long Now)>();
        var start = sim.Time.GetTimestamp();
        var clock = new PaceClock(sim.Time, new Pace(start, 100, sim.Time.TimestampFrequency), intended => begun.Add((intended, sim.Time.GetTimestamp())));
        sim.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(begun.Count, 100, 101);
        Assert.All(begun, static b => Assert.InRange(b.Now, b.Intended, b.Intended + TimeSpan.TicksPerMillisecond));
        clock.Dispose();
        var before = begun.Count;
        sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(before, begun.Count);
    }
}
