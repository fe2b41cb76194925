// The load runs: what `make bench` and bench/run start.
using System.Runtime.InteropServices;
using Confab.Bench;
using Confab.Bench.Fanout;
using Confab.Bench.Loads;
using Confab.Bench.Micro;
using Confab.Bench.Peers;
using Confab.Bench.Report;
using Confab.Bench.Sip;

const string Usage = """
    bench/run [quick]                       micro, start, fanout 10 and 100, sessions and register: some three minutes
    bench/run all [ROUNDS]                  everything below, 5 rounds of each unless told: some 20 minutes; then the report
    bench/run report                        bench/RESULTS.md, docs/performance.md and its charts from bench/results.jsonl
    bench/run fanout N [REPS] [SECONDS]     fan-out to a group of N at full speed, beside fanserver
    bench/run rate N MESSAGES [REPS]        the same at a rate; latencies
    bench/run deaf N MESSAGES [REPS]        the same, beside a group one member of which does not read
    bench/run peers N [REPS] [SECONDS]      beside ngircd, ejabberd, Prosody and Kamailio's imc, those that are installed
    bench/run peers N rate MESSAGES [REPS]  the same at a rate; latencies
    bench/run sip [REPS]                    MESSAGE over UDP, beside a bare responder and Kamailio
    bench/run sessions [REPS]               1-1 sessions set up and torn down, beside Kamailio that relays them
    bench/run register [REPS]               REGISTER refreshes with digest, beside Kamailio's registrar
    bench/run growth [members|dialogs] [REPS]  a delivery with 10 to 1000 members; a transaction with 100 to 100,000 dialogs
    bench/run memory                        10,000 idle 1-1 sessions; 100,000 registrations
    bench/run page [REPS]                   MESSAGE from user to user over UDP, beside Kamailio's t_relay
    bench/run micro                         parsing and composing
    bench/run start                         exec to ready, and memory of the idle server
    bench/run idle N                        memory of N idle members, each registered and in a session

    --server PATH to a confab.dll: measured beside or instead of this build; may be repeated
    Every figure becomes a line of bench/results.jsonl.
    """;

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => RunningProgram.EndAll());
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static _ => RunningProgram.EndAll());
var servers = new List<string>();
var words = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--server" && i + 1 < args.Length) servers.Add(args[++i]);
    else words.Add(args[i]);
}

if (servers.Count == 0) servers.Add(Places.Server);
try
{
    switch (words)
    {
        case [] or ["quick"]:
            MicroRuns.Run();
            StartRun.Run(servers, times: 5);
            FanoutRun.Run(servers, new Load(10, Seconds: 1.5));
            FanoutRun.Run(servers, new Load(100, Seconds: 2));
            SideBySideRun.Sessions(servers[0], 3);
            SideBySideRun.Register(servers[0], 3);
            Console.WriteLine();
            Console.WriteLine("The rest:");
            Console.WriteLine(Usage);
            break;
        case ["fanout", var n, .. var more]:
            FanoutRun.Run(servers, new Load(Number(n), Reps: NumberAt(more, 0, 5), Seconds: NumberAt(more, 1, 2)));
            break;
        case ["rate", var n, var rate, .. var more]:
            FanoutRun.Run(servers, new Load(Number(n), Reps: NumberAt(more, 0, 5), Rate: Number(rate)));
            break;
        case ["deaf", var n, var rate, .. var more]:
            DeafRun.Run(servers[0], new Load(Number(n), Reps: NumberAt(more, 0, 5), Rate: Number(rate)));
            break;
        case ["peers", var n, "rate", var rate, .. var more]:
            PeersRun.Run(servers[0], new Load(Number(n), Reps: NumberAt(more, 0, 5), Rate: Number(rate)));
            break;
        case ["peers", var n, .. var more]:
            PeersRun.Run(servers[0], new Load(Number(n), Reps: NumberAt(more, 0, 5), Seconds: NumberAt(more, 1, 2)));
            break;
        case ["sip", .. var more]:
            SipRun.Run(servers, NumberAt(more, 0, 5));
            break;
        case ["all", .. var more]:
            return AllRuns.Run(servers[0], NumberAt(more, 0, 5));
        case ["report"]:
            ReportRun.Run();
            break;
        case ["sessions", .. var more]:
            SideBySideRun.Sessions(servers[0], NumberAt(more, 0, 5));
            break;
        case ["register", .. var more]:
            SideBySideRun.Register(servers[0], NumberAt(more, 0, 5));
            break;
        case ["growth", "members", .. var more]:
            GrowthRun.Members(servers[0], NumberAt(more, 0, 5));
            break;
        case ["growth", "dialogs", .. var more]:
            GrowthRun.Dialogs(servers[0], NumberAt(more, 0, 3));
            break;
        case ["growth"]:
            GrowthRun.Members(servers[0], 5);
            GrowthRun.Dialogs(servers[0], 3);
            break;
        case ["memory"]:
            MemoryRun.Run(servers[0]);
            break;
        case ["page", .. var more]:
            PageRun.Run(servers, NumberAt(more, 0, 5));
            break;
        case ["micro"]:
            MicroRuns.Run();
            break;
        case ["start"]:
            StartRun.Run(servers, times: 9);
            break;
        case ["idle", var n]:
            IdleRun.Run(servers, Number(n));
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (BenchFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

return 0;

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

static int NumberAt(IReadOnlyList<string> texts, int index, int otherwise) => index < texts.Count ? Number(texts[index]) : otherwise;
