using Confab.Sim;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Asserts a timer's boundary: silent one tick before its time, rung at it.</summary>
internal static class Ring
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    public static void IsAt(SimWorld sim, double seconds, Func<bool> rung)
    {
        sim.Advance(TimeSpan.FromSeconds(seconds) - sim.Time.Elapsed - s_tick);
        Assert.False(rung(), $"rang before {seconds} s");
        sim.Advance(s_tick);
        Assert.True(rung(), $"did not ring at {seconds} s");
    }

    public static TimeSpan[] Seconds(params double[] seconds) => [.. seconds.Select(TimeSpan.FromSeconds)];
}
