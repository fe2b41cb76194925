using Confab.Bench.Report;

namespace Confab.Bench.Loads;

/// <summary>What idle sessions and registrations take, over the server that has served a few of both and is idle.</summary>
internal static class MemoryRun
{
    private const int Sessions = 10_000;
    private const int Registrations = 100_000;
    private const int SessionUsers = 200; // each in a hundred
    private const int Spare = 1_000; // files that a program has open besides

    public static void Run(string server)
    {
        Console.WriteLine();
        Measure(server, "sessions", SessionUsers, Sessions, HeldSessions(), held => ["sessions", "--trusted", "--count", Figures.Text(SessionUsers, "0"), "--window", "16", "--hold", Figures.Text(held, "0")]);
        Measure(server, "registrations", Registrations, Registrations, Registrations, held => ["register", "--trusted", "--hold", "--count", Figures.Text(held, "0")]);
    }

    /// <summary>A session is two connections, and so two open files of the server; where fewer are allowed the memory is that of fewer, scaled.</summary>
    private static int HeldSessions()
    {
        var line = File.ReadLines("/proc/self/limits").First(static l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var files = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]; // the hard limit, which .NET takes
        return int.TryParse(files, out var most) ? Math.Min(Sessions, (most - Spare) / 2) : Sessions;
    }

    private static void Measure(string server, string what, int users, int wanted, int held, Func<int, string[]> load)
    {
        var confab = new ConfabServer(server, users);
        using var target = new LoadTarget("confab", confab.SipPort, confab.Program, confab);
        target.Measure([.. load(held / 50), "--duration", "1"]); // what is loaded and compiled once is no session's
        var report = target.Measure([.. load(held), "--duration", "1"]);
        var (before, after) = (report.GetProperty("serverKbBefore").GetDouble(), report.GetProperty("serverKbAfter").GetDouble());
        var each = (after - before) / held;
        Journal.Note($"memory {what}", "MB", [each * wanted / 1024]);
        Console.WriteLine($"memory: {held} {what} {Figures.Text((after - before) / 1024, "0")} MB over {Figures.Text(before / 1024, "0")} MB, {Figures.Text(each, "0.00")} KB each; {wanted} of them {Figures.Text(each * wanted / 1024, "0")} MB");
    }
}
