// MESSAGE from user to user over UDP (pager mode): proven, routed to the registered contact, answered by the recipient. Beside it Kamailio, which looks
// the contact up and relays by t_relay, and checks nobody's identity.
using System.Globalization;
using Confab.Bench.Peers;
using Confab.Bench.Report;

namespace Confab.Bench.Sip;

internal static class PageRun
{
    private const int WarmUp = 60_000;
    private const int Messages = 20_000; // a run; all together stay below Limits.Owners, since each is remembered for 32 s (RFC 3261 17.2.2)
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(38); // Timers J and K and a little: those of the warm-up are forgotten
    private const string Configuration = "kamailio-relay.cfg";

    public static void Run(IReadOnlyList<string> servers, int reps)
    {
        var targets = new List<SipTarget>();
        try
        {
            if (PeerRoom.Find("kamailio") is { } kamailio) targets.Add(StartKamailio(kamailio));
            for (var i = 0; i < servers.Count; i++)
            {
                var name = servers.Count == 1 ? "confab" : $"confab {(char)('A' + i)}";
                var asserting = new ConfabServer(servers[i], 2);
                targets.Add(new SipTarget(name, asserting.Program, asserting.UdpPort, "pageblast", asserting));
                var digest = new ConfabServer(servers[i], 2, isTrusting: false);
                targets.Add(new SipTarget($"{name}, digest", digest.Program, digest.UdpPort, "pageblast", digest, "-a"));
            }

            Thread.Sleep(TimeSpan.FromSeconds(1));
            foreach (var target in targets) target.Join();
            foreach (var target in targets) target.Run(WarmUp);
            Thread.Sleep(s_remembered);
            foreach (var target in targets) (target.Cost, target.Rate).Clear();
            for (var i = 0; i < reps; i++)
            {
                foreach (var target in targets) target.Run(Messages);
            }

            Console.WriteLine();
            Console.WriteLine($"MESSAGE from user to user over UDP, {reps} x {Messages} in turn");
            foreach (var target in targets)
            {
                Note(target, targets[0]);
                Console.Write($"{target.Label,-15} us/message {Figures.Of(target.Cost, "0.0")}  {Figures.Of(target.Rate, "0")}/s  last answer {target.Status}, {target.Lost} lost");
                if (target != targets[0] && targets[0].Label == "kamailio") Console.Write($"  of kamailio {Figures.Of([.. target.Cost.Zip(targets[0].Cost, static (a, b) => a / b)], "0.00")}");
                Console.WriteLine($"  now {Figures.Text(target.Program.ResidentKb / 1024, "0")} MB");
            }
        }
        finally
        {
            foreach (var target in targets) target.Dispose();
        }
    }

    private static void Note(SipTarget target, SipTarget first)
    {
        var name = target.Label.Replace(",", "", StringComparison.Ordinal);
        Journal.Note($"page {name}", "us", target.Cost);
        if (target == first || !string.Equals(first.Label, "kamailio", StringComparison.Ordinal)) return;
        var what = name.EndsWith("digest", StringComparison.Ordinal) ? "page digest ratio" : "page ratio";
        Journal.Note(what, "x", [.. target.Cost.Zip(first.Cost, static (a, b) => a / b)]);
    }

    private static SipTarget StartKamailio(string kamailio)
    {
        var port = Places.FreePort();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, File.ReadAllText(Places.Peer(Configuration)).Replace("@PORT@", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return new SipTarget("kamailio", new RunningProgram(kamailio, "-DD", "-E", "-m", "1024", "-f", file), port, "pageblast");
    }

    private static void Clear(this (List<double> Cost, List<double> Rate) figures)
    {
        figures.Cost.Clear();
        figures.Rate.Clear();
    }
}
