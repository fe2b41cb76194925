using System.Diagnostics;
using Confab.Bench.Fanout;
using Confab.Bench.Loads;
using Confab.Bench.Micro;
using Confab.Bench.Peers;
using Confab.Bench.Report;
using Confab.Bench.Sip;

namespace Confab.Bench;

/// <summary>Every run one after the other, and the report. A part that fails is named at the end, and the others go on.</summary>
internal static class AllRuns
{
    private static readonly TimeSpan s_mostOfPart = TimeSpan.FromMinutes(6);

    public static int Run(string server, int rounds)
    {
        var growthRounds = Math.Min(rounds, 3);
        var parts = new (string Name, Action Run)[]
        {
            ("micro", MicroRuns.Run),
            ("start", () => StartRun.Run([server], times: rounds)),
            ("growth members, with fanout 10, 100 and 1000", () => GrowthRun.Members(server, rounds)),
            ("rate", () => FanoutRun.Run([server], new Load(100, rounds, Rate: 101))),
            ("deaf", () => DeafRun.Run(server, new Load(100, rounds, Rate: 101))),
            ("peers", () => PeersRun.Run(server, new Load(100, rounds, Seconds: 1))),
            ("peers rate", () => PeersRun.Run(server, new Load(100, rounds, Rate: 101))),
            ("sip", () => SipRun.Run([server], rounds)),
            ("page", () => PageRun.Run([server], rounds)),
            ("sessions", () => SideBySideRun.Sessions(server, rounds)),
            ("register", () => SideBySideRun.Register(server, rounds)),
            ("idle", () => IdleRun.Run([server], 2000)),
            ("memory", () => MemoryRun.Run(server)),
            ("growth dialogs", () => GrowthRun.Dialogs(server, growthRounds)),
            ("report", ReportRun.Run),
        };
        var begun = Stopwatch.GetTimestamp();
        var failed = new List<string>();
        foreach (var (name, run) in parts)
        {
            Console.WriteLine();
            Console.WriteLine($"== {name} (minute {Figures.Text(Stopwatch.GetElapsedTime(begun).TotalMinutes, "0.0")})");
            using var limit = new Timer(static _ => RunningProgram.EndAll(), null, s_mostOfPart, Timeout.InfiniteTimeSpan); // what waits for them then fails
            try
            {
                run();
            }
            catch (Exception e)
            {
                Console.WriteLine($"FAILED {name}: {e.Message}");
                failed.Add(name);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{parts.Length - failed.Count} of {parts.Length} parts done in {Figures.Text(Stopwatch.GetElapsedTime(begun).TotalMinutes, "0.0")} minutes{(failed.Count > 0 ? $"; failed: {string.Join(", ", failed)}" : "")}");
        return failed.Count > 0 ? 1 : 0;
    }
}
