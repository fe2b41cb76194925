using System.Diagnostics;
using System.Globalization;

namespace Confab.Tests;

/// <summary>How long the calling thread has run, whatever else the machine does meanwhile; where the system does not tell, the time that has passed.</summary>
internal static class CpuClock
{
    private const string OfThread = "/proc/thread-self/schedstat"; // nanoseconds run, nanoseconds waited, times

    public static TimeSpan Now => TimeSpan.FromMicroseconds(File.Exists(OfThread)
        ? double.Parse(File.ReadAllText(OfThread).Split(' ')[0], CultureInfo.InvariantCulture) / 1_000
        : Stopwatch.GetElapsedTime(0).TotalMicroseconds);
}
