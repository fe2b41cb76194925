using System.Diagnostics;
using Confab.Bench.Report;

namespace Confab.Bench.Micro;

/// <summary>Times a small piece of work, in CPU time, since others may use the machine; and what it allocates.</summary>
internal static class Measure
{
    private const int Rounds = 25;
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(1500);

    public static void Print(string key, string name, Action work)
    {
        var times = 1;
        for (var until = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(until) < s_warmUp; Thread.Sleep(1)) Repeat(work, 2000);
        while (Time(work, times) < s_round) times *= 2;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rounds = Enumerable.Range(0, Rounds).Select(_ => Time(work, times).TotalNanoseconds / times).ToArray();
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds / times;
        Journal.Note($"micro {key}", "ns", rounds);
        Journal.Note($"micro {key} allocated", "B", [allocated]);
        Console.WriteLine($"{name,-48} {Figures.Of(rounds, "0"),24} ns  {allocated,6} B allocated");
    }

    private static TimeSpan Time(Action work, int times)
    {
        var begun = Environment.CpuUsage.TotalTime;
        Repeat(work, times);
        return Environment.CpuUsage.TotalTime - begun;
    }

    private static void Repeat(Action work, int times)
    {
        for (var i = 0; i < times; i++) work();
    }
}
