using System.Diagnostics;
using Confab.Bench.Report;

namespace Confab.Bench;

/// <summary>From exec to <c>ready</c>, and the memory of the server that has nothing to do.</summary>
internal static class StartRun
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    public static void Run(IReadOnlyList<string> servers, int times)
    {
        Console.WriteLine();
        foreach (var server in servers)
        {
            List<double> seconds = [], megabytes = [];
            for (var i = 0; i < times; i++)
            {
                var started = Stopwatch.GetTimestamp();
                using var running = new ConfabServer(server, users: 2);
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                Thread.Sleep(s_settle);
                megabytes.Add(running.Program.ResidentKb / 1024);
            }

            Journal.Note("start seconds", "s", seconds);
            Journal.Note("start memory", "MB", megabytes);
            Console.WriteLine($"start: exec to ready {Figures.Of(seconds, "0.00")} s, idle {Figures.Of(megabytes, "0")} MB resident ({server})");
        }
    }
}
