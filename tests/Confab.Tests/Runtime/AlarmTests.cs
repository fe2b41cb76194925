using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class AlarmTests : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private readonly SimWorld _sim = new();
    private readonly World _world;
    private readonly Mailbox _owner;
    private readonly List<string> _rung = [];

    public AlarmTests()
    {
        _world = _sim.Host("10.0.0.1", 1);
        _owner = new Mailbox(_world);
    }

    public void Dispose() => _sim.Dispose();

    [Theory]
    [InlineData(500)]
    [InlineData(32_000)]
    [InlineData(86_400_000)]
    [InlineData(60 * 86_400_000.0)]
    [InlineData(0.1)]
    [InlineData(290.7)]
    [InlineData(4_100.0003)]
    public void An_alarm_is_silent_one_tick_before_its_time_and_rings_at_it(double milliseconds)
    {
        var delay = TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond));
        Inside(() => Alarm("a").Set(delay));
        _sim.Advance(delay - s_tick);
        Assert.Empty(_rung);
        _sim.Advance(s_tick);
        Assert.Single(_rung);
    }

    [Fact]
    public void A_later_alarm_is_as_exact_when_time_does_not_stand_at_a_whole_millisecond()
    {
        _sim.Advance(TimeSpan.FromTicks(3_333));
        Inside(() =>
        {
            Alarm("a").Set(TimeSpan.FromTicks(10_007));
            Alarm("b").Set(TimeSpan.FromTicks(20_011));
        });
        _sim.Advance(TimeSpan.FromTicks(10_007));
        Assert.Equal(["a@13340"], _rung);
        _sim.Advance(TimeSpan.FromTicks(20_011 - 10_007 - 1));
        Assert.Single(_rung);
        _sim.Advance(s_tick);
        Assert.Equal(["a@13340", "b@23344"], _rung);
    }

    [Fact]
    public void A_thousand_alarms_ring_in_the_order_of_their_times_and_those_of_one_instant_in_the_order_they_were_set()
    {
        var random = new Random(5);
        var alarms = Enumerable.Range(0, 1_000).Select(i => (Number: i, Due: random.Next(1, 100))).ToArray();
        var rung = new List<int>();
        Inside(() =>
        {
            foreach (var (number, due) in alarms) new Alarm(_owner, () => rung.Add(number)).Set(TimeSpan.FromMilliseconds(due));
        });
        Assert.Equal(1_000, _world.Timers.Count);
        _sim.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(alarms.OrderBy(static a => a.Due).Select(static a => a.Number), rung);
        Assert.Equal(0, _world.Timers.Count);
    }

    [Fact]
    public void A_cancelled_alarm_does_not_ring_and_its_neighbours_do()
    {
        Alarm a = Alarm("a"), b = Alarm("b"), c = Alarm("c");
        Inside(() =>
        {
            a.Set(TimeSpan.FromSeconds(1));
            b.Set(TimeSpan.FromSeconds(1));
            c.Set(TimeSpan.FromSeconds(2));
            b.Cancel();
            Assert.False(b.IsSet);
        });
        _sim.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["a@10000000", "c@20000000"], _rung);
    }

    [Fact]
    public void Setting_again_moves_the_ring()
    {
        var a = Alarm("a");
        Inside(() => a.Set(TimeSpan.FromSeconds(1)));
        Inside(() => a.Set(TimeSpan.FromSeconds(3)));
        _sim.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(_rung);
        Inside(() => a.Set(TimeSpan.FromMilliseconds(500)));
        _sim.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["a@25000000"], _rung);
    }

    [Fact]
    public void A_ring_on_its_way_can_be_cancelled()
    {
        var a = Alarm("a");
        a.Set(TimeSpan.FromSeconds(1));
        Queued(() => a.Cancel());
        _sim.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(_rung);
        Assert.False(a.IsSet);
    }

    [Fact]
    public void An_alarm_set_again_while_its_letter_is_queued_rings_once_at_its_new_time()
    {
        var a = Alarm("a");
        a.Set(TimeSpan.FromSeconds(1));
        Queued(() => a.Set(TimeSpan.FromSeconds(4)));
        Assert.True(a.IsSet);
        _sim.Advance(TimeSpan.FromSeconds(4) - s_tick);
        Assert.Empty(_rung);
        _sim.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["a@50000000"], _rung);
    }

    [Fact]
    public void An_alarm_can_set_itself_when_it_rings()
    {
        Alarm? a = null;
        a = new Alarm(_owner, () =>
        {
            _rung.Add($"{_sim.Time.Elapsed.TotalSeconds}");
            Assert.False(a!.IsSet);
            if (_rung.Count < 4) a.Set(TimeSpan.FromSeconds(Math.Pow(2, _rung.Count)));
        });
        Inside(() => a.Set(TimeSpan.FromSeconds(1)));
        _sim.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["1", "3", "7", "15"], _rung);
    }

    [Fact]
    public void No_delay_or_less_rings_at_the_next_opportunity_not_at_once()
    {
        var a = Alarm("a");
        var b = Alarm("b");
        Inside(() =>
        {
            a.Set(TimeSpan.Zero);
            b.Set(TimeSpan.FromSeconds(-3));
            Assert.Empty(_rung);
        });
        _sim.Run();
        Assert.Equal(["a@0", "b@0"], _rung);
    }

    [Fact]
    public void A_day_of_session_timers_passes_quickly()
    {
        const int Sessions = 100;
        var refreshes = 0;
        Inside(() =>
        {
            for (var i = 0; i < Sessions; i++)
            {
                Alarm? refresh = null;
                refresh = new Alarm(_owner, () =>
                {
                    refreshes++;
                    refresh!.Set(TimeSpan.FromSeconds(900));
                });
                refresh.Set(TimeSpan.FromSeconds(900));
            }
        });
        _sim.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Sessions * 96, refreshes);
    }

    private Alarm Alarm(string name) => new(_owner, () => _rung.Add($"{name}@{_sim.Time.Elapsed.Ticks}"));

    private void Inside(Action action)
    {
        _owner.Post(action);
        _sim.Scheduler.RunUntilIdle();
    }

    /// <summary>Passes a second in which the mailbox runs a long letter: the ring is queued behind it when the action runs.</summary>
    private void Queued(Action action)
    {
        using var holdUp = _sim.Time.CreateTimer(_ => _owner.Post(action), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var drain = _sim.Time.Drain;
        _sim.Time.Drain = null; // both timers fire before the mailbox runs
        _owner.Post(action);
        _sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _owner.Count);
        Assert.Empty(_rung);
        _sim.Time.Drain = drain;
        _sim.Scheduler.RunUntilIdle();
    }
}
