using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class VirtualTimeTests
{
    private readonly VirtualTime _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Starts_at_ten_on_a_winter_morning_and_stands_still()
    {
        Assert.Equal(new DateTimeOffset(2025, 1, 15, 10, 0, 0, TimeSpan.Zero), _time.GetUtcNow());
        Assert.Equal(10_000_000, _time.TimestampFrequency);
        Assert.Null(_time.NextDue);
        Assert.False(_time.AdvanceToNext());
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_and_ties_in_that_of_their_creation()
    {
        Arm("late", 300);
        Arm("first of two", 200);
        Arm("second of two", 200);
        Arm("early", 100);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(["early@100", "first of two@200", "second of two@200", "late@300"], _fired);
    }

    [Fact]
    public void A_tie_is_settled_by_creation_even_when_the_elder_was_armed_last()
    {
        var elder = Arm("elder", 900);
        Arm("younger", 100);
        elder.Change(TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["elder@100", "younger@100"], _fired);
    }

    [Fact]
    public void Between_two_firings_the_world_settles()
    {
        _time.Drain = () => _fired.Add("drain");
        Arm("a", 100);
        Arm("b", 100);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["drain", "a@100", "drain", "b@100", "drain"], _fired);
    }

    [Fact]
    public void One_tick_before_its_time_a_timer_is_silent()
    {
        Arm("t", 500);
        _time.Advance(TimeSpan.FromMilliseconds(500) - TimeSpan.FromTicks(1));
        Assert.Empty(_fired);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["t@500"], _fired);
    }

    [Fact]
    public void A_timer_armed_by_a_firing_fires_in_the_same_advance_at_its_own_instant()
    {
        using var timer = _time.CreateTimer(_ => Arm("second", 50), null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(["second@150"], _fired);
        Assert.Equal(TimeSpan.FromMilliseconds(200), _time.Elapsed);
    }

    [Fact]
    public void A_periodic_timer_fires_on_its_beat_until_it_is_disposed()
    {
        var beat = _time.CreateTimer(_ => _fired.Add(At("beat")), null, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
        _time.Advance(TimeSpan.FromMilliseconds(55));
        beat.Dispose();
        _time.Advance(TimeSpan.FromMilliseconds(55));
        Assert.Equal(["beat@10", "beat@30", "beat@50"], _fired);
        Assert.False(beat.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void Advance_to_next_stops_at_the_next_timer_exactly()
    {
        Arm("a", 100);
        Arm("b", 200);
        Assert.Equal(VirtualTime.Start.AddMilliseconds(100), _time.NextDue);
        Assert.True(_time.AdvanceToNext());
        Assert.Equal(["a@100"], _fired);
        Assert.Equal(VirtualTime.Start.AddMilliseconds(200), _time.NextDue);
    }

    [Fact]
    public void A_timer_that_is_armed_anew_with_no_delay_for_ever_is_named_not_suffered()
    {
        ITimer? again = null;
        again = _time.CreateTimer(_ => again!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Contains("on and on", Assert.Throws<InvalidOperationException>(() => _time.Advance(TimeSpan.Zero)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_test_advances_the_time()
    {
        using var timer = _time.CreateTimer(_ => _time.Advance(TimeSpan.Zero), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Throws<InvalidOperationException>(() => _time.Advance(TimeSpan.Zero));
    }

    private ITimer Arm(string name, int milliseconds) =>
        _time.CreateTimer(_ => _fired.Add(At(name)), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    private string At(string name) => $"{name}@{_time.Elapsed.TotalMilliseconds}";
}
