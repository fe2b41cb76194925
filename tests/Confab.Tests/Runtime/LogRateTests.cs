using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class LogRateTests
{
    [Fact]
    public void So_many_lines_a_window_and_the_next_one_tells_how_many_were_held_back()
    {
        var time = new VirtualTime();
        var rate = new LogRate(time);
        for (var i = 0; i < LogRate.Lines; i++) Assert.True(rate.Allows(out var none) && none == 0);
        for (var i = 0; i < 1000; i++) Assert.False(rate.Allows(out _));
        time.Advance(LogRate.Window - TimeSpan.FromTicks(1));
        Assert.False(rate.Allows(out _));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.True(rate.Allows(out var heldBack));
        Assert.Equal(1001, heldBack);
        Assert.True(rate.Allows(out heldBack));
        Assert.Equal(0, heldBack);
    }
}
