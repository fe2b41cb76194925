using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SimSchedulerTests
{
    [Fact]
    public void Runs_in_order_what_is_scheduled_and_what_that_schedules()
    {
        var scheduler = new SimScheduler();
        var ran = new List<int>();
        scheduler.Schedule(_ => scheduler.Schedule(_ => ran.Add(3), null), null);
        scheduler.Schedule(_ => ran.Add(1), null);
        scheduler.Schedule(_ => ran.Add(2), null);
        scheduler.RunUntilIdle();
        Assert.Equal([1, 2, 3], ran);
        Assert.Equal(0, scheduler.Count);
    }

    [Fact]
    public void The_same_seed_shuffles_the_same_way_and_loses_nothing()
    {
        var first = Shuffle(7);
        Assert.Equal(first, Shuffle(7));
        Assert.NotEqual(first, Shuffle(8));
        Assert.NotEqual(Enumerable.Range(0, 50), first);
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
    }

    [Fact]
    public void A_livelock_ends_in_an_exception_that_names_it()
    {
        var scheduler = new SimScheduler { Bound = 100 };
        scheduler.Schedule(Again, scheduler);
        var message = Assert.Throws<InvalidOperationException>(scheduler.RunUntilIdle).Message;
        Assert.Contains("100 actions", message, StringComparison.Ordinal);
        Assert.Contains($"{nameof(SimSchedulerTests)}.{nameof(Again)}(SimScheduler)", message, StringComparison.Ordinal);
    }

    private static void Again(object? state) => ((SimScheduler)state!).Schedule(Again, state);

    private static List<int> Shuffle(int seed)
    {
        var scheduler = new SimScheduler(seed);
        var ran = new List<int>();
        for (var i = 0; i < 50; i++)
        {
            var n = i;
            scheduler.Schedule(_ => ran.Add(n), null);
        }

        scheduler.RunUntilIdle();
        return ran;
    }
}
