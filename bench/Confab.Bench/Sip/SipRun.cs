// MESSAGE over UDP, each a transaction of its own with one final response, whatever it says: the work is the transaction layer's. Beside it a
// bare C responder, and Kamailio answering without state where it is installed.
using System.Globalization;
using Confab.Bench.Peers;
using Confab.Bench.Report;

namespace Confab.Bench.Sip;

internal static class SipRun
{
    private const int WarmUp = 100_000;
    private const int Transactions = 20_000; // a run; all together stay below Limits.Owners, since each is remembered for 32 s (RFC 3261 17.2.2)
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(35); // Timer J and a little: those of the warm-up are forgotten
    private const string Configuration = "kamailio-stateless.cfg";

    public static void Run(IReadOnlyList<string> servers, int reps)
    {
        var targets = new List<SipTarget>();
        try
        {
            var port = Places.FreePort();
            targets.Add(new SipTarget("sipanswer", new RunningProgram(Places.Program("sipanswer"), Text(port)), port, "sipblast"));
            if (PeerRoom.Find("kamailio") is { } kamailio) targets.Add(StartKamailio(kamailio));
            foreach (var dll in servers)
            {
                var server = new ConfabServer(dll, 1);
                targets.Add(new SipTarget(servers.Count == 1 ? "confab" : $"confab {(char)('A' + targets.Count - 2)}", server.Program, server.UdpPort, "sipblast", server));
            }

            Thread.Sleep(TimeSpan.FromSeconds(1));
            foreach (var target in targets) target.Join();
            foreach (var target in targets) target.Run(WarmUp);
            Thread.Sleep(s_remembered);
            foreach (var target in targets) target.Cost.Clear();
            for (var i = 0; i < reps; i++)
            {
                foreach (var target in targets) target.Run(Transactions);
            }

            Console.WriteLine();
            Console.WriteLine($"MESSAGE over UDP, a transaction each, {reps} x {Transactions} in turn");
            var ours = targets.First(static t => t.Label.StartsWith("confab", StringComparison.Ordinal));
            if (targets.Find(static t => string.Equals(t.Label, "kamailio", StringComparison.Ordinal)) is { } stateless)
                Journal.Note("sip ratio", "x", [.. ours.Cost.Zip(stateless.Cost, static (a, b) => a / b)]);
            foreach (var target in targets)
            {
                Journal.Note($"sip {target.Label}", "us", target.Cost);
                Console.Write($"{target.Label,-10} us/transaction {Figures.Of(target.Cost, "0.0")}  last answer {target.Status}, {target.Lost} lost");
                foreach (var other in targets.Where(t => t != target && !t.Label.StartsWith("confab", StringComparison.Ordinal)))
                    Console.Write($"  of {other.Label} {Figures.Of([.. target.Cost.Zip(other.Cost, static (a, b) => a / b)], "0.00")}");
                Console.WriteLine($"  now {Figures.Text(target.Program.ResidentKb / 1024, "0")} MB");
            }
        }
        finally
        {
            foreach (var target in targets) target.Dispose();
        }
    }

    private static SipTarget StartKamailio(string kamailio)
    {
        var port = Places.FreePort();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, File.ReadAllText(Places.Peer(Configuration)).Replace("@PORT@", Text(port), StringComparison.Ordinal));
        return new SipTarget("kamailio", new RunningProgram(kamailio, "-DD", "-E", "-f", file), port, "sipblast");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
