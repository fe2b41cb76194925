using Confab.Client;
using Confab.Runtime;
using Confab.Server;
using Microsoft.Extensions.Logging;

namespace Confab.Cli.Demo;

/// <summary>The tour: a server and four clients in this process go through a group chat over real loopback sockets.</summary>
sealed class Tour(TextWriter output, ILoggerFactory loggers)
{
    static readonly string[] s_users = ["alice", "bob", "carol", "dave"];
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    readonly List<ImClient> _clients = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var server = ConfabServer.Create(Options(), loggers);
        var began = TimeProvider.System.GetTimestamp();
        var ladder = new Ladder(output, s_users, () => TimeProvider.System.GetElapsedTime(began));
        server.Tap.Seen += ladder.Draw;
        await server.StartAsync(cancellationToken);
        var address = server.Listening.First(static line => line.StartsWith("sip tcp://", StringComparison.Ordinal))["sip tcp://".Length..];
        using var world = World.Real(loggers);

        ladder.Title("Everyone registers");
        foreach (var user in s_users) await JoinAsync(world, user, address, cancellationToken);
        var (alice, bob, carol, dave) = (_clients[0], _clients[1], _clients[2], _clients[3]);

        ladder.Title("Alice starts an ad-hoc group; Bob and Carol accept, Dave declines");
        var started = alice.GroupAsync([Uri("bob"), Uri("carol"), Uri("dave")], cancellationToken: cancellationToken);
        var bobs = await InvitedAsync(bob, cancellationToken);
        await bobs.AcceptAsync(cancellationToken: cancellationToken);
        var carols = await InvitedAsync(carol, cancellationToken);
        await carols.AcceptAsync(cancellationToken: cancellationToken);
        await (await InvitedAsync(dave, cancellationToken)).DeclineAsync(cancellationToken: cancellationToken);
        var alices = (await started).Session ?? throw new InvalidOperationException("The group did not start.");

        ladder.Title("They chat: the server copies each message to the others");
        await SayAsync(alices, "Lunch at noon?", bob, carol);
        await SayAsync(bobs, "Yes, the usual place.", alice, carol);
        await SayAsync(carols, "See you there.", alice, bob);

        ladder.Title("Bob leaves; the others go on");
        await bobs.LeaveAsync(cancellationToken);
        await SayAsync(alices, "Five minutes late!", carol);

        ladder.Title("Alice, who started it, leaves: the session is released for all");
        await alices.LeaveAsync(cancellationToken);
        await NextAsync<Ended>(carol, cancellationToken);

        ladder.Title("Everyone unregisters");
        foreach (var client in _clients) await client.DisposeAsync();
        await server.StopAsync(cancellationToken);
        await output.WriteLineAsync();
        await output.WriteLineAsync("That was a whole group chat, over real sockets. Try it yourself: make run, then ./confab chat --as sip:alice@example.com --password demo");
    }

    static ServerOptions Options()
    {
        var options = new ServerOptions
        {
            Storage = new StorageOptions { Provider = "Memory" },
            Sip = new SipOptions { Listen = ["tcp://127.0.0.1:0"] },
            Msrp = new MsrpOptions { Listen = ["tcp://127.0.0.1:0"] },
        };
        options.Users.AddRange(s_users.Select(static user => new UserOptions { Address = Uri(user), Password = "demo" }));
        return options;
    }

    static string Uri(string user) => $"sip:{user}@example.com";

    async Task JoinAsync(World world, string user, string server, CancellationToken cancellationToken)
    {
        var client = new ImClient(world, new ImClientOptions
        {
            Address = Uri(user),
            Password = "demo",
            Server = server,
            AskNotifications = DispositionNotifications.None, // each would be an arrow on the ladder
        });
        _clients.Add(client);
        await client.RegisterAsync(cancellationToken);
    }

    static async Task<ImSession> InvitedAsync(ImClient client, CancellationToken cancellationToken) => (await NextAsync<Invited>(client, cancellationToken)).Session;

    /// <summary>Says a line and waits until each of these has it, so that the ladder reads in order.</summary>
    static async Task SayAsync(ImSession session, string text, params ImClient[] hearers)
    {
        await session.SendAsync(text);
        foreach (var hearer in hearers) await NextAsync<MessageReceived>(hearer, CancellationToken.None);
    }

    /// <summary>The next event of this kind; others before it are passed over.</summary>
    static async Task<T> NextAsync<T>(ImClient client, CancellationToken cancellationToken)
        where T : ImEvent
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        await foreach (var happened in client.Events(patience.Token))
        {
            if (happened is T wanted) return wanted;
        }

        throw new InvalidOperationException($"No {typeof(T).Name} came.");
    }
}
