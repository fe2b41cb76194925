using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Confab.Cli.Chat;
using Confab.Client;
using Confab.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Confab.Cli.Commands;

/// <summary><c>confab chat</c>: the IM Client in a terminal, or for scripts in lines of JSON.</summary>
static class ChatCommand
{
    const string Order = """
        Type /help for the commands; anything that starts with no slash is said in the current session.
        With --json, or where standard input is no terminal, commands are read a line each and every event is printed as one JSON object a line.
        Commands run in their order. /call, /group and /accept only begin: so that a call can be given up, the next command does not wait for their
        outcome, except that a text waits until all that has begun is established or has ended, and is then said in the current session. A text is
        done when the server took it, /leave when the session has ended. At the end of input what has begun is waited for, then the sessions are
        left; /quit does not wait. Exit codes: 0 after /quit or the end of input, 1 when the server cannot be reached or refuses the user, 2 when the
        command line is not understood.
        """;

    const int LargeMessage = 1024 * 1024; // octets: beyond it a message is written to its file as it comes

    static readonly Option<string> As = new("--as") { Description = "Who you are: sip:alice@example.com.", HelpName = "ADDRESS", Required = true };

    static readonly Option<string?> Password = new("--password")
    {
        Description = "Your password; otherwise CONFAB_PASSWORD counts, or you are asked.",
        HelpName = "PASSWORD",
    };

    static readonly Option<string> Server = new("--server")
    {
        Description = "The server.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:5060",
    };

    static readonly Option<string> Over = new("--transport") { Description = "udp or tcp.", HelpName = "TRANSPORT", DefaultValueFactory = _ => "tcp" };

    static readonly Option<string?> SaveIn = new("--downloads")
    {
        Description = "The folder for received content that is no text; otherwise a new one among the temporary files.",
        HelpName = "FOLDER",
    };

    static readonly Option<bool> Anonymous = new("--anonymous") { Description = "Starts and accepts sessions without your name; /anonymous off names you again." };

    static readonly Option<int> MaxSessions = new("--max-sessions")
    {
        Description = "Sessions at one time; 1 is one alone. Who calls beyond it hears that you are busy.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 64,
    };

    static readonly Option<string> Notifications = new("--notifications")
    {
        Description = "What others are told of their messages where they ask, and what you ask of yours: all (delivered, displayed), delivery, none.",
        HelpName = "KINDS",
        DefaultValueFactory = _ => "all",
    };

    static readonly Option<bool> Json = new("--json") { Description = "Prints events as JSON even on a terminal." };

    public static Command Create()
    {
        var command = new Command("chat", "Chats: registers, calls, takes invitations." + Environment.NewLine + Order) { As, Password, Server, Over, Anonymous, MaxSessions, Notifications, SaveIn, Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(As)!,
            parsed.GetValue(Password),
            parsed.GetValue(Server)!,
            parsed.GetValue(Over)!,
            new Downloads(parsed.GetValue(SaveIn)),
            parsed.GetValue(Anonymous),
            parsed.GetValue(MaxSessions),
            parsed.GetValue(Notifications)!,
            parsed.GetValue(Json) || Console.IsInputRedirected || Console.IsOutputRedirected,
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(
        string address, string? password, string server, string over, Downloads downloads, bool anonymous, int maxSessions, string notifications, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        address = Addresses.Complete(address, domain: null) ?? address;
        if (Problem(address, over, maxSessions, notifications) is { } problem)
        {
            await error.WriteLineAsync($"confab: {problem}");
            return ConfabProgram.Misused;
        }

        password ??= Environment.GetEnvironmentVariable("CONFAB_PASSWORD") ?? HiddenInput.Ask($"Password for {address}: ", error);
        if (password is null)
        {
            await error.WriteLineAsync("confab: no password; give --password, or set CONFAB_PASSWORD");
            return ConfabProgram.Misused;
        }

        using var world = World.Real(NullLoggerFactory.Instance);
        ImClient client;
        try
        {
            client = new ImClient(world, new ImClientOptions
            {
                Address = address,
                Password = password,
                Server = server,
                Anonymous = anonymous,
                MaxSimultaneousSessions = maxSessions,
                AskNotifications = KindsOf(notifications)!.Value,
                GiveNotifications = KindsOf(notifications)!.Value,
                Transport = over == "udp" ? Transport.Udp : Transport.Tcp,
                AcceptWrappedTypes = ["*"], // what is no text is saved
                StreamOver = LargeMessage,
                LocalAddress = over == "udp" ? LocalTowards(server) : null,
            });
        }
        catch (Exception e) when (e is ArgumentException or SocketException)
        {
            await error.WriteLineAsync($"confab: {(e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message)}");
            return ConfabProgram.Misused;
        }

        using var quit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = Cancelling(PosixSignal.SIGTERM, quit);
        using var interrupted = Cancelling(PosixSignal.SIGINT, quit);
        return ChatThread.Run(() => json
            ? PipedChat.RunAsync(client, address, new StreamReader(Console.OpenStandardInput()), new JsonFace(output), world.Time, downloads, quit.Token)
            : TerminalChat.RunAsync(client, address, world.Time, downloads, quit.Token));
    }

    static string? Problem(string address, string over, int maxSessions, string notifications)
    {
        if (KindsOf(notifications) is null) return $"--notifications is all, delivery or none, not '{notifications}'";
        if (maxSessions is < 1 or > 64) return $"--max-sessions is 1 to 64, not {maxSessions}";
        if (ImAddress.Problem(address) is { } problem) return problem.TrimEnd('.');
        return over switch
        {
            "udp" or "tcp" => null,
            "tls" or "ws" or "wss" => $"the transport {over} is a later capability; there are tcp and udp",
            _ => $"unknown transport '{over}'; there are tcp and udp",
        };
    }

    static DispositionNotifications? KindsOf(string notifications) => notifications switch
    {
        "all" => DispositionNotifications.All,
        "delivery" => DispositionNotifications.Delivery,
        "none" => DispositionNotifications.None,
        _ => null,
    };

    static PosixSignalRegistration Cancelling(PosixSignal signal, CancellationTokenSource quit) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        quit.Cancel();
    });

    /// <summary>The address that packets to the server leave from; none is sent to find it out.</summary>
    static IPAddress LocalTowards(string server)
    {
        var colon = server.LastIndexOf(':');
        var host = (colon > 0 && !server.EndsWith(']') ? server[..colon] : server).Trim('[', ']');
        try
        {
            var remote = IPAddress.TryParse(host, out var known) ? known : Dns.GetHostAddresses(host)[0];
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote, 5060);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Any; // that there is no way to the server is told when the client registers
        }
    }
}
