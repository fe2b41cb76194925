using Confab.Cli.Bench;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>Percentiles of a load, against a sorted list of the very same durations.</summary>
public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(1_000_000_000)]
    public void A_percentile_is_right_to_one_percent_and_never_too_low(long scale)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 20_000).Select(_ => (long)(Math.Pow(random.NextDouble(), 4) * 900 * scale)).ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in values) histogram.Add(value);
        Array.Sort(values);
        foreach (var share in (double[])[0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
            Assert.InRange(histogram.Percentile(share), exact, (long)(exact * 1.01) + 1);
        }

        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values.Average(), histogram.Mean, values.Average() / 1000);
    }

    [Fact]
    public void Buckets_follow_each_other_without_a_gap_and_hold_what_is_put_into_them()
    {
        long above = -1;
        for (var index = 0; index < 4_000; index++)
        {
            var upper = LatencyHistogram.UpperOf(index);
            Assert.True(upper > above, $"bucket {index} ends at {upper}, the one before at {above}");
            Assert.Equal(index, LatencyHistogram.IndexOf(upper));
            Assert.Equal(index, LatencyHistogram.IndexOf(above + 1));
            above = upper;
        }
    }

    [Fact]
    public void What_is_negative_or_longer_than_a_quarter_of_an_hour_counts_at_the_ends()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(-5);
        histogram.Add(long.MaxValue);
        Assert.Equal(2, histogram.Count);
        Assert.Equal(0, histogram.Percentile(0.5));
        Assert.Equal((1L << 40) - 1, histogram.Percentile(1));
    }

    [Fact]
    public void Nothing_has_no_percentiles()
    {
        Assert.Equal(0, new LatencyHistogram().Percentile(0.99));
        Assert.Null(LatencyFigures.Of(new LatencyHistogram()));
    }

    [Fact]
    public void Threads_that_add_at_once_lose_nothing()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 10_000; i++) histogram.Add(i);
        });
        Assert.Equal(80_000, histogram.Count);
        Assert.Equal(9_999, histogram.Max);
        Assert.InRange(histogram.Percentile(0.5), 4_999, 5_040);
    }
}
