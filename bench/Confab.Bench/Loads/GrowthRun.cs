// How costs grow: of a delivery with the members of the group, of a transaction with the dialogs that live meanwhile. Live dialogs are those of 1-1
// sessions that nobody speaks in, two a session, as from behind a gateway: their MSRP shares a few connections (RFC 4975 5.4), so that it is the
// tables of the server that grow and not those of the kernel.
using Confab.Bench.Fanout;
using Confab.Bench.Report;

namespace Confab.Bench.Loads;

internal static class GrowthRun
{
    private const int HolderUsers = 200; // pairs of them hold up to 450 sessions each; a user may be in 1,000
    private const int ProbeUsers = 100;
    private const double Seconds = 1.5;
    private static readonly int[] s_members = [10, 30, 100, 300, 1000];
    private static readonly int[] s_dialogs = [100, 1_000, 10_000, 100_000];

    public static void Members(string server, int reps)
    {
        foreach (var members in s_members) FanoutRun.Run([server], new Load(members, reps, Seconds));
        var journal = Journal.Read();
        var (small, large) = (journal["fanout 10 confab"], journal["fanout 1000 confab"]);
        Journal.Note("growth members", "x", [large.Median / small.Median]);
        Console.WriteLine($"a delivery at N=1000 to one at N=10: {Figures.Text(large.Median / small.Median, "0.00")}");
    }

    public static void Dialogs(string server, int reps)
    {
        Console.WriteLine();
        var confab = new ConfabServer(server, (s_dialogs.Length * HolderUsers) + ProbeUsers);
        using var target = new LoadTarget("confab", confab.SipPort, confab.Program, confab);
        var holders = new List<RunningProgram>();
        var costs = new Dictionary<string, List<List<double>>>(StringComparer.Ordinal) { ["options"] = [], ["register"] = [], ["session"] = [] };
        try
        {
            Probe(target, 3, new(StringComparer.Ordinal) { ["options"] = [], ["register"] = [], ["session"] = [] }); // to warm up
            var held = 0;
            for (var i = 0; i < s_dialogs.Length; i++)
            {
                var sessions = s_dialogs[i] / 2;
                holders.Add(target.Hold("sessions", "--trusted", "--first", Text(ProbeUsers + (i * HolderUsers)), "--count", Text(HolderUsers), "--hold", Text(sessions - held), "--msrp-connections", "20", "--window", "16"));
                held = sessions;
                Probe(target, reps, costs);
                foreach (var (what, rounds) in costs)
                {
                    Journal.Note($"growth dialogs {what} {Text(s_dialogs[i])}", "us", rounds[^1]);
                    Console.WriteLine($"{s_dialogs[i],7} dialogs  {what,-9} us each {Figures.Of(rounds[^1], "0.0")}  server {Figures.Text(target.Program.ResidentKb / 1024, "0")} MB");
                }
            }

            double[] ratio = [.. costs["session"][^1].Zip(costs["session"][0], static (a, b) => a / b)];
            Journal.Note("growth dialogs", "x", ratio);
            Console.WriteLine($"a session set up and torn down beside {s_dialogs[^1]} dialogs to one beside {s_dialogs[0]}: {Figures.Of(ratio, "0.00")}");
        }
        finally
        {
            foreach (var holder in holders) holder.Dispose();
        }
    }

    private static void Probe(LoadTarget target, int reps, Dictionary<string, List<List<double>>> costs)
    {
        string[] common = ["--warm-up", "0.7", "--duration", Figures.Text(Seconds, "0.0")];
        foreach (var (what, arguments) in new (string, string[])[]
        {
            ("options", ["signalling", "--count", "40", "--trusted"]),
            ("register", ["register", "--count", "40", "--trusted"]),
            ("session", ["sessions", "--count", "40", "--trusted"]),
        })
        {
            target.Forget();
            for (var i = 0; i < reps; i++) target.Run([.. arguments, .. common]);
            costs[what].Add([.. target.Cost]);
        }
    }

    private static string Text(int number) => Figures.Text(number, "0");
}
