using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confab.Cli.Bench;
using Confab.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Confab.Cli.Commands;

/// <summary><c>confab bench</c>: loads for any server that speaks SIP and MSRP, and what they measure.</summary>
static class BenchCommand
{
    const string About = """
        Loads a server that speaks SIP and MSRP, and says what it did: units a second, latencies, what was lost, and with --pid its CPU time and memory.
        Without --rate it is as fast as it goes, with so many units under way (--window). With --rate units begin when they are due, whatever became of
        those before them, and latencies count from then on: a server that stalls cannot hide it.
        The users must exist: 'confab bench config --users 100 > bench.json; confab serve --config bench.json' makes a server of Confab's that knows
        sip:u0@example.com to sip:u99@example.com, password 'bench', and that a load may try on this machine.
        Exit codes: 0, 1 when anything failed, was lost, came twice or in another order, or the load could not begin; 2 when the command line is not understood.
        """;

    static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    static readonly Option<string> Server = new("--server") { Description = "The server.", HelpName = "HOST:PORT", DefaultValueFactory = _ => "127.0.0.1:5060" };
    static readonly Option<string> Over = new("--transport") { Description = "udp or tcp, for SIP.", HelpName = "TRANSPORT", DefaultValueFactory = _ => "tcp" };
    static readonly Option<string> Users = new("--users") { Description = "Addresses of the users; {0} is the number, from 0 on.", HelpName = "PATTERN", DefaultValueFactory = _ => UserPattern.Usual.Text };
    static readonly Option<int> First = new("--first") { Description = "The number of the first user; several generators can share the users of a server.", HelpName = "NUMBER" };
    static readonly Option<string> Password = new("--password") { Description = "The password of all of them.", HelpName = "PASSWORD", DefaultValueFactory = _ => "bench" };
    static readonly Option<bool> Trusted = new("--trusted") { Description = "Adds P-Asserted-Identity to every request, for a server that trusts this address (Sip:TrustedPeers)." };
    static readonly Option<bool> NoRegister = new("--no-register") { Description = "Does not register the users first; others can then not reach them." };
    static readonly Option<double> Rate = new("--rate") { Description = "Units a second: messages, transactions, sessions, refreshes. 0: as many as go.", HelpName = "NUMBER" };
    static readonly Option<double> Duration = new("--duration") { Description = "Seconds that are measured.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
    static readonly Option<double> WarmUp = new("--warm-up") { Description = "Seconds of load before that.", HelpName = "SECONDS", DefaultValueFactory = _ => 2 };
    static readonly Option<double> Patience = new("--timeout") { Description = "Seconds for an answer or a delivery; then it counts as lost.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
    static readonly Option<int> Connections = new("--connections") { Description = "SIP connections (udp: ports) that the users share.", HelpName = "NUMBER", DefaultValueFactory = _ => 4 };
    static readonly Option<string?> Pid = new("--pid") { Description = "Processes of the server on this machine, with commas; their children count too.", HelpName = "PID" };
    static readonly Option<bool> Json = new("--json") { Description = "Prints the report as one line of JSON, and no progress." };
    static readonly Option<string?> ReportFile = new("--report") { Description = "Also appends the line of JSON to this file.", HelpName = "FILE" };

    static readonly Option<int> Window = new("--window") { Description = "Units under way at once: of each sender in fanout, of all otherwise.", HelpName = "NUMBER", DefaultValueFactory = _ => 8 };
    static readonly Option<int> Members = new("--members") { Description = "Members of the group.", HelpName = "NUMBER", DefaultValueFactory = _ => 10 };
    static readonly Option<int> UserCount = new("--count") { Description = "Users.", HelpName = "NUMBER", DefaultValueFactory = _ => 100 };
    static readonly Option<int> Senders = new("--senders") { Description = "Members who send.", HelpName = "NUMBER", DefaultValueFactory = _ => 4 };
    static readonly Option<int> Size = new("--size") { Description = "Bytes of the text of a message.", HelpName = "BYTES", DefaultValueFactory = _ => 100 };
    static readonly Option<string?> Group = new("--group") { Description = "A group that exists and that the users may join; otherwise an ad-hoc group is started.", HelpName = "URI" };
    static readonly Option<string?> Factory = new("--factory") { Description = "The conference factory; otherwise conference-factory@ the domain of the users.", HelpName = "URI" };
    static readonly Option<string> Method = new("--method") { Description = "OPTIONS, MESSAGE or REGISTER.", HelpName = "METHOD", DefaultValueFactory = _ => "OPTIONS" };
    static readonly Option<int> Hold = new("--hold") { Description = "Sets so many sessions up and keeps them for the duration, and reports the memory they take.", HelpName = "NUMBER" };
    static readonly Option<bool> HoldAll = new("--hold") { Description = "Keeps the registrations for the duration, without refreshes, and reports the memory they take." };
    static readonly Option<int> MsrpConnections = new("--msrp-connections") { Description = "With --hold: MSRP connections that all sessions share; 0 gives each end of a session its own.", HelpName = "NUMBER" };

    public static Command Create()
    {
        var bench = new Command("bench", "Loads a server and measures it." + Environment.NewLine + About)
        {
            Mode("fanout", "A group: some members send, and each message reaches all the others over MSRP.", Members, Senders, Window, Size, Group, Factory),
            Mode("signalling", "SIP transactions: OPTIONS, MESSAGE from user to user, or REGISTER.", UserCount, Window, Method, Size),
            Mode("sessions", "1-1 sessions: INVITE, an MSRP connection of each end, BYE; users call each other in pairs.", UserCount, Window, Hold, MsrpConnections),
            Mode("register", "Registrations with digest: each user once, then refreshes.", UserCount, Window, HoldAll),
            BenchConfigCommand.Create(),
        };
        return bench;
    }

    static Command Mode(string name, string description, params Option[] own)
    {
        var command = new Command(name, description);
        foreach (var option in (Option[])[Server, Over, Users, First, Password, Trusted, NoRegister, .. own, Rate, Duration, WarmUp, Patience, Connections, Pid, Json, ReportFile]) command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var (options, problem) = Read(name, parsed, own);
            if (problem is not null)
            {
                await error.WriteLineAsync($"confab: {problem}");
                return ConfabProgram.Misused;
            }

            try
            {
                return await RunAsync(options, parsed, cancellationToken);
            }
            catch (LoadFailedException failed)
            {
                await error.WriteLineAsync($"confab: {failed.Message}");
                return 1;
            }
            catch (OperationCanceledException)
            {
                return 1;
            }
        });
        return command;
    }

    static (LoadOptions Options, string? Problem) Read(string mode, ParseResult parsed, Option[] own)
    {
        var users = new UserPattern(parsed.GetValue(Users)!);
        var over = parsed.GetValue(Over)!;
        var isFanout = mode == "fanout";
        var count = isFanout ? parsed.GetValue(Members) : parsed.GetValue(UserCount);
        var pids = new List<int>();
        var options = new LoadOptions
        {
            Mode = mode,
            Server = parsed.GetValue(Server)!,
            Transport = over == "udp" ? Transport.Udp : Transport.Tcp,
            Users = users,
            Password = parsed.GetValue(Password)!,
            IsTrusted = parsed.GetValue(Trusted),
            Registers = !parsed.GetValue(NoRegister),
            Members = count,
            First = parsed.GetValue(First),
            Senders = isFanout ? Math.Min(parsed.GetValue(Senders), count) : 0,
            Window = parsed.GetValue(Window),
            Size = own.Contains(Size) ? parsed.GetValue(Size) : 100,
            Rate = parsed.GetValue(Rate),
            Duration = Seconds(parsed.GetValue(Duration)),
            WarmUp = Seconds(parsed.GetValue(WarmUp)),
            Patience = Seconds(parsed.GetValue(Patience)),
            Connections = parsed.GetValue(Connections),
            MsrpConnections = own.Contains(MsrpConnections) ? parsed.GetValue(MsrpConnections) : 0,
            Group = isFanout ? parsed.GetValue(Group) : null,
            Factory = (isFanout ? parsed.GetValue(Factory) : null) ?? $"sip:conference-factory@{users.Domain}",
            Method = mode == "register" ? "REGISTER" : own.Contains(Method) ? parsed.GetValue(Method)!.ToUpperInvariant() : "",
            Hold = own.Contains(Hold) ? parsed.GetValue(Hold) : own.Contains(HoldAll) && parsed.GetValue(HoldAll) ? count : 0,
            Pids = pids,
        };
        var problem = OptionRules.Problem(options, over);
        if (problem is not null) return (options, problem);
        foreach (var word in (parsed.GetValue(Pid) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return (options, $"--pid is the number of a process, not '{word}'");
            if (!ProcessUse.IsThere(pid)) return (options, $"there is no process {pid} on this machine, or no /proc to read of it");
            pids.Add(pid);
        }

        var remote = Resolve(options.Server);
        return remote is null ? (options, $"--server is HOST:PORT of a host that is known, not '{options.Server}'") : (options with { Remote = remote }, null);
    }

    static async Task<int> RunAsync(LoadOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, stop));
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, stop));
        using var world = World.Real(NullLoggerFactory.Instance, new Limits { QueuedBytesPerFlow = 64 * 1024 * 1024, HeldBytesPerAddress = int.MaxValue });
        var isQuiet = parsed.GetValue(Json) || Console.IsErrorRedirected;
        var report = isQuiet
            ? await LoadRun.RunAsync(world, options, TellHeld(options, parsed), stop.Token)
            : await LoadProgress.ShowAsync(progress => LoadRun.RunAsync(world, options, progress, stop.Token));
        var line = JsonSerializer.Serialize(report, s_json);
        if (parsed.GetValue(ReportFile) is { } file) await File.AppendAllTextAsync(file, line + "\n", CancellationToken.None);
        await output.WriteAsync(parsed.GetValue(Json) ? line + Environment.NewLine : ReportText.Write(report));
        return report.HasFailed ? 1 : 0;
    }

    /// <summary>Scripts that load what is held wait for this line.</summary>
    static Action<string, double, long>? TellHeld(LoadOptions options, ParseResult parsed)
    {
        if (options.Hold == 0) return null;
        return (what, _, _) =>
        {
            if (what == LoadRun.Ready) (parsed.GetValue(Json) ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output).WriteLine($"{options.Hold} are held");
        };
    }

    static void Cancel(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    static TimeSpan Seconds(double seconds) => double.IsFinite(seconds) && Math.Abs(seconds) < 1e6 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromDays(-1);

    static IPEndPoint? Resolve(string server)
    {
        var colon = server.LastIndexOf(':');
        var hasPort = colon > 0 && !server.EndsWith(']');
        var port = 5060;
        if (hasPort && (!int.TryParse(server[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)) return null;
        var host = (hasPort ? server[..colon] : server).Trim('[', ']');
        try
        {
            var address = IPAddress.TryParse(host, out var known) ? known : Dns.GetHostAddresses(host).FirstOrDefault();
            return address is null ? null : new IPEndPoint(address, port);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
