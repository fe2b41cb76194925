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
    /// <summary>What <c>confab chat --help</c> tells beyond the options.</summary>
    public const string Notes = """
        In the chat:
          Type /help for the commands; anything that starts with no slash is said in the current session. Tab completes a command, the arrows
          bring back what you typed, Ctrl-C or Ctrl-D ends it.

        For scripts:
          With --json, or where standard input is no terminal, commands are read a line each and every event is printed as one JSON object
          a line; docs/chat.md lists them. Commands run in their order. /call, /group and /accept only begin: so that a call can be given
          up, the next command does not wait for their outcome, except that a text waits where the current session, or one just accepted,
          does not stand yet: until all that has begun is established or has ended. A text is done when the server took it, /leave when the session has ended.
          At the end of input what has begun is waited for, then the sessions are left; /quit does not wait.

        Exit codes:
          0  after /quit or the end of input
          1  when the server cannot be reached or refuses the user
          2  when the command line is not understood
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

    static readonly Option<string?> Factory = new("--factory")
    {
        Description = "Where groups are started; otherwise sip:conference-factory at your domain.",
        HelpName = "ADDRESS",
    };

    static readonly Option<int> MaxGroup = new("--max-group")
    {
        Description = "Users that may be invited to a group at once.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => new ImClientOptions { Address = "" }.MaxAdhocGroupSize,
    };

    static readonly Option<int> MaxPage = new("--max-page")
    {
        Description = "Octets of a whole request of /page; more than 1300 only where all the way is TCP.",
        HelpName = "OCTETS",
        DefaultValueFactory = _ => new ImClientOptions { Address = "" }.MaxPageSize,
    };

    static readonly Option<bool> Ims = new("--ims") { Description = "The core is an IMS: requests take the Service-Route that it tells at registration, and nothing is sent before that." };

    static readonly Option<string?> Access = new("--access-network")
    {
        Description = "How you are connected, for an IMS core (P-Access-Network-Info), such as IEEE-802.11; says --ims too.",
        HelpName = "INFO",
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
        var command = new Command("chat", "Chats: by hand in a terminal, or from a script with --json.") { As, Password, Server, Over, Anonymous, MaxSessions, Notifications, SaveIn, Factory, MaxGroup, MaxPage, Ims, Access, Json };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (server, over, downloads) = (parsed.GetValue(Server)!, parsed.GetValue(Over)!.ToLowerInvariant(), new Downloads(parsed.GetValue(SaveIn)));
        var json = parsed.GetValue(Json) || Console.IsInputRedirected || Console.IsOutputRedirected;
        var address = Addresses.Complete(parsed.GetValue(As)!, domain: null) ?? parsed.GetValue(As)!;
        if (Problem(parsed, address, over) is { } problem)
        {
            await error.WriteLineAsync($"confab: {problem}");
            return ConfabProgram.Misused;
        }

        var password = parsed.GetValue(Password) ?? Environment.GetEnvironmentVariable("CONFAB_PASSWORD") ?? HiddenInput.Ask($"Password for {address}: ", error);
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
                Anonymous = parsed.GetValue(Anonymous),
                Ims = parsed.GetValue(Ims) || parsed.GetValue(Access) is not null ? new ImsProfile { AccessNetworkInfo = parsed.GetValue(Access) } : null,
                ConferenceFactory = parsed.GetValue(Factory) is { } factory ? Addresses.Complete(factory, domain: null) ?? factory : null,
                MaxAdhocGroupSize = parsed.GetValue(MaxGroup),
                MaxPageSize = parsed.GetValue(MaxPage),
                MaxSimultaneousSessions = parsed.GetValue(MaxSessions),
                AskNotifications = KindsOf(parsed.GetValue(Notifications)!)!.Value,
                GiveNotifications = KindsOf(parsed.GetValue(Notifications)!)!.Value,
                Transport = over == "udp" ? Transport.Udp : Transport.Tcp,
                AcceptWrappedTypes = ["*"], // what is no text is saved
                StreamOver = LargeMessage,
                LocalAddress = over == "udp" ? LocalTowards(server) : null,
            });
        }
        catch (Exception e) when (e is ArgumentException or SocketException)
        {
            await error.WriteLineAsync($"confab: {StatusWords.OfMistake(e)}");
            return ConfabProgram.Misused;
        }

        using var quit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = Cancelling(PosixSignal.SIGTERM, quit);
        using var interrupted = Cancelling(PosixSignal.SIGINT, quit);
        return ChatThread.Run(() => json
            ? PipedChat.RunAsync(client, address, new StreamReader(Console.OpenStandardInput()), new JsonFace(output), world.Time, downloads, quit.Token)
            : TerminalChat.RunAsync(client, address, world.Time, downloads, quit.Token));
    }

    static string? Problem(ParseResult parsed, string address, string over)
    {
        if (KindsOf(parsed.GetValue(Notifications)!) is null) return $"--notifications is all, delivery or none, not '{parsed.GetValue(Notifications)}'";
        if (parsed.GetValue(MaxSessions) is < 1 or > 64) return $"--max-sessions is 1 to 64, not {parsed.GetValue(MaxSessions)}";
        if (parsed.GetValue(MaxGroup) < 1) return $"--max-group is at least 1, not {parsed.GetValue(MaxGroup)}";
        if (parsed.GetValue(MaxPage) < 1) return $"--max-page is at least 1, not {parsed.GetValue(MaxPage)}";
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
