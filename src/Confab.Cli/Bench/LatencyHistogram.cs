using System.Numerics;

namespace Confab.Cli.Bench;

/// <summary>
/// Counts of durations in buckets whose width grows with them, as in HdrHistogram: 128 buckets for every power of two, so that a percentile is
/// right to 0.8 %. From 1 ns to 18 minutes in 34 KB; what is longer counts as that. Any thread may add.
/// </summary>
sealed class LatencyHistogram
{
    const int Digits = 7; // bits of a value that are kept
    const int HalfBuckets = 1 << Digits;
    const int MostBits = 40;

    readonly long[] _counts = new long[(MostBits - Digits + 1) * HalfBuckets];
    long _count;
    long _sum;
    long _max;

    public long Count => Volatile.Read(ref _count);

    /// <summary>The longest, exactly.</summary>
    public long Max => Volatile.Read(ref _max);

    public double Mean => Count is var count and > 0 ? (double)Volatile.Read(ref _sum) / count : 0;

    /// <summary>Adds a duration in nanoseconds; a negative one counts as none.</summary>
    public void Add(long nanoseconds)
    {
        nanoseconds = Math.Clamp(nanoseconds, 0, (1L << MostBits) - 1);
        Interlocked.Increment(ref _counts[IndexOf(nanoseconds)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, nanoseconds);
        for (var max = Volatile.Read(ref _max); nanoseconds > max;)
        {
            var seen = Interlocked.CompareExchange(ref _max, nanoseconds, max);
            if (seen == max) break;
            max = seen;
        }
    }

    /// <summary>The duration that this share of all did not exceed, in nanoseconds; the upper end of its bucket, and never above <see cref="Max"/>.</summary>
    /// <param name="share">0 to 1.</param>
    public long Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Math.Clamp(share, 0, 1) * Count));
        long below = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            below += Volatile.Read(ref _counts[i]);
            if (below >= wanted) return Math.Min(UpperOf(i), Max);
        }

        return Max;
    }

    /// <summary>Small values have a bucket each; from then on the highest bits choose the bucket.</summary>
    internal static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - Digits);
        return (shift * HalfBuckets) + (int)(value >> shift);
    }

    internal static long UpperOf(int index)
    {
        if (index < 2 * HalfBuckets) return index;
        var shift = (index / HalfBuckets) - 1;
        return ((long)(index - (shift * HalfBuckets) + 1) << shift) - 1;
    }
}
