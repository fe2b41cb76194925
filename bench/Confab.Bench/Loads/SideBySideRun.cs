// 1-1 sessions and refreshes of registrations by `confab bench`, beside Kamailio doing what a proxy does for them: relaying INVITE, ACK and BYE to
// a registered user; taking REGISTER with digest into memory.
using Confab.Bench.Peers;
using Confab.Bench.Report;

namespace Confab.Bench.Loads;

internal static class SideBySideRun
{
    private const int Users = 200;
    private const string Trusted = "--trusted";

    public static void Sessions(string server, int reps) => Run("sessions", "kamailio-sessions.cfg", server, reps, ["sessions", "--count", "40", Trusted]);

    public static void Register(string server, int reps) => Run("register", "kamailio-registrar.cfg", server, reps, ["register", "--count", "200", "--window", "16"]);

    private static void Run(string name, string configuration, string server, int reps, string[] load)
    {
        var targets = new List<LoadTarget>();
        try
        {
            var confab = new ConfabServer(server, Users, isTrusting: load.Contains(Trusted));
            targets.Add(new LoadTarget("confab", confab.SipPort, confab.Program, confab));
            if (PeerRoom.Find("kamailio") is { } kamailio) targets.Add(StartKamailio(kamailio, configuration));
            else Console.WriteLine("left out: kamailio is not installed");
            Thread.Sleep(TimeSpan.FromSeconds(1));
            foreach (var target in targets) target.Run([.. load, "--warm-up", "2", "--duration", "4"]); // the runtime compiles what runs often
            foreach (var target in targets) target.Forget();
            for (var i = 0; i < reps; i++)
            {
                foreach (var target in targets) target.Run([.. load, "--warm-up", "1", "--duration", "2"]);
            }

            Print(name, targets, reps);
        }
        finally
        {
            foreach (var target in targets) target.Dispose();
        }
    }

    private static void Print(string name, List<LoadTarget> targets, int reps)
    {
        Console.WriteLine();
        Console.WriteLine($"{name} over TCP, {reps} x 2 s in turn");
        foreach (var target in targets)
        {
            Console.WriteLine($"{target.Label,-10} us each {Figures.Of(target.Cost, "0.0")}  {Figures.Of(target.PerSecond, "0")} a second  generator busy {target.GeneratorBusy:P0}  now {Figures.Text(target.Program.ResidentKb / 1024, "0")} MB");
            Journal.Note($"{name} {target.Label}", "us", target.Cost);
        }

        if (targets.Count < 2) return;
        double[] ratio = [.. targets[0].Cost.Zip(targets[1].Cost, static (a, b) => a / b)];
        Console.WriteLine($"confab to kamailio {Figures.Of(ratio, "0.00")}");
        Journal.Note($"{name} ratio", "x", ratio);
    }

    private static LoadTarget StartKamailio(string kamailio, string configuration)
    {
        var port = Places.FreePort();
        var file = Path.GetTempFileName();
        var text = Figures.Text(port, "0");
        File.WriteAllText(file, File.ReadAllText(Places.Peer(configuration)).Replace("@PORT@", text, StringComparison.Ordinal));
        return new LoadTarget("kamailio", port, new RunningProgram("/bin/sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null", kamailio, "-DD", "-E", "-m", "512", "-M", "32", "-f", file));
    }
}
