using Confab.Bench.Peers;
using Confab.Bench.Report;

namespace Confab.Bench.Loads;

/// <summary>What idle sessions and registrations take, over the server that has served a few of both and is idle.</summary>
internal static class MemoryRun
{
    private const int Sessions = 10_000;
    private const int Registrations = 100_000;
    private const int SessionUsers = 200; // each in a hundred
    private const int MostConfigured = 2_000;
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
        // So many users a configuration does not hold in good time; a store does.
        var data = users > MostConfigured ? Directory.CreateTempSubdirectory("bench-") : null;
        if (data is not null) Accounts(server, data.FullName, users);
        var confab = new ConfabServer(server, users, data: data?.FullName);
        using var target = new LoadTarget("confab", confab.SipPort, confab.Program, confab);
        target.Measure([.. load(held / 50), "--duration", "1"]); // what is loaded and compiled once is no session's
        var report = target.Measure([.. load(held), "--duration", "1"]);
        var (before, after) = (report.GetProperty("serverKbBefore").GetDouble(), report.GetProperty("serverKbAfter").GetDouble());
        var each = (after - before) / held;
        Journal.Note($"memory {what}", "MB", [each * wanted / 1024]);
        Console.WriteLine($"memory: {held} {what} {Figures.Text((after - before) / 1024, "0")} MB over {Figures.Text(before / 1024, "0")} MB, {Figures.Text(each, "0.00")} KB each; {wanted} of them {Figures.Text(each * wanted / 1024, "0")} MB");
        target.Dispose();
        data?.Delete(recursive: true);
    }

    /// <summary>The program makes the store and one account; the others are copies of it.</summary>
    private static void Accounts(string server, string data, int users)
    {
        if (PeerRoom.Find("sqlite3") is not { } sqlite) throw new BenchFailedException("100,000 accounts need sqlite3, which is not installed");
        using (var add = new RunningProgram("dotnet", server, "user", "add", ConfabServer.AddressOf(0), "--password", "bench", "--set", $"DataDirectory={data}", "--set", $"Domain={ConfabServer.Domain}", "--set", "Http:Listen:0=http://127.0.0.1:1"))
            add.AwaitEnd();
        var sql = $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Figures.Text(users - 1, "0")}) "
            + $"INSERT INTO accounts SELECT 'u' || i, 'sip:u' || i || '@{ConfabServer.Domain}', ha1_md5, ha1_sha256, ha1_md5_of_address, ha1_sha256_of_address FROM n, accounts WHERE user = 'u0';";
        using var insert = new RunningProgram(sqlite, Path.Combine(data, "confab.db"), sql);
        insert.AwaitEnd();
    }
}
