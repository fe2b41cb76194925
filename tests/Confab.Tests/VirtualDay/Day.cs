// A virtual day of a server and some people with real clients, all of it from a seed. Hour by hour they do anything, under a network that loses,
// doubles and overtakes, and then leave the world alone for a while; what must hold then is in Truth.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Confab.Client;
using Confab.Runtime;
using Confab.Server;
using Confab.Sim;
using Confab.Tests.Server;
using Xunit;
using Xunit.Sdk;

namespace Confab.Tests.VirtualDay;

internal sealed class Day : IDisposable
{
    public const string ServerAddress = "198.51.100.5";
    public const int MsrpPort = 2855;
    public const string Password = "demo";

    /// <summary>Who sat still for so long is sure to hear what is said.</summary>
    public static readonly TimeSpan Steadiness = TimeSpan.FromSeconds(5);

    // Longer than it rings (180 s), than a lost leg is kept (Session:StaleLegSeconds) with the transactions after that (32 s).
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(400);

    private readonly List<Task> _awaited = [];
    private readonly List<(DateTimeOffset Due, Action Action)> _later = [];
    private readonly SimDisk _disk = new();
    private readonly ServerOptions _options;
    private readonly int _hours;
    private SimStore _store;
    private ulong _boots;
    private readonly Holdings _rest;

    public Day(int seed, int hours = 24)
    {
        _hours = hours;
        Random = new Random(seed);
        Sim = new SimWorld(seed, shuffles: true);
        var options = new ServerOptions();
        options.Sip.Listen = [$"udp://{ServerAddress}:5060", $"tcp://{ServerAddress}:5060"];
        options.Msrp.Listen = [$"tcp://{ServerAddress}:{MsrpPort}"];
        options.Session.ReleaseAdhocOnOriginatorLeave = Random.Next(2) == 0;
        options.Session.MinNotifyIntervalSeconds = Random.Next(6);
        if (Random.Next(4) == 0) options.Session.MaxLengthSeconds = 3 * 3600;
        var count = Random.Next(4, 8);
        for (var number = 1; number <= count; number++) options.Users.Add(new UserOptions { Address = $"sip:user{number}@example.com", Password = Password });
        _options = options;
        Boot();
        Diary = new Diary(Sim.Time, World.Tap);
        People = [.. Enumerable.Range(1, count).Select(number => new Person(this, number))];
        Pass(TimeSpan.FromSeconds(100));
        _rest = Holdings;
    }

    public Random Random { get; }

    public SimWorld Sim { get; }

    public World World { get; private set; }

    public ConfabServer Server { get; private set; }

    public IReadOnlyList<Person> People { get; }

    public List<Said> Messages { get; } = [];

    public Tally Tally { get; } = new();

    /// <summary>What was done and what came of it, for a failure to show.</summary>
    public Diary Diary { get; }

    public DateTimeOffset Now => Sim.Time.GetUtcNow();

    private Holdings Holdings => new(Server.Node.Router.OwnerCount, Server.Node.Router.CallIdCount, Server.Node.Router.SessionCount, Server.Node.Msrp.SessionCount, 0);

    /// <summary>What was begun has to come to something by the next calm.</summary>
    public void Await(Task task) => _awaited.Add(task);

    public void Later(TimeSpan time, Action action) => _later.Add((Now + time, action));

    public void Run()
    {
        try
        {
            Live();
        }
        catch (Exception exception)
        {
            throw new XunitException($"{exception.Message}\n{Diary}\n{exception.StackTrace}", exception);
        }
    }

    public void Dispose() => Sim.Dispose();

    private void Live()
    {
        foreach (var person in People) Await(person.Client.RegisterAsync());
        for (var hour = 0; hour < _hours; hour++)
        {
            Bustle(mayCrash: hour > 0);
            Calm();
            Truth.Check(this);
        }

        foreach (var person in People) person.Dispose();
        Pass(TimeSpan.FromMinutes(15));
        AllCame();
        Assert.Equal(_rest, Holdings);
        Sim.ThrowOnErrors();
    }

    [MemberNotNull(nameof(World), nameof(Server), nameof(_store))]
    private void Boot()
    {
        World = Sim.Host(ServerAddress, 7 + (1000 * _boots++), _options.Limits, World?.Tap);
        _store = _disk.Open();
        Server = ConfabServer.Create(_options, World, _store, _disk.Sessions);
        Assert.True(Server.StartAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    /// <summary>The server is killed, and runs again a little later.</summary>
    private void Crash()
    {
        Diary.Note("The server is killed");
        Tally.Crashes++;
        _store.Kill();
        World.Dispose();
        Pass(TimeSpan.FromSeconds(Random.Next(40)));
        Boot();
    }

    private void Bustle(bool mayCrash)
    {
        var crash = mayCrash ? Random.Next(90) : -1; // in every third hour, and not while they register for the first time
        var network = Sim.Network;
        network.Latency = TimeSpan.FromMilliseconds(Random.Next(40));
        (network.DatagramLoss, network.DatagramDuplication, network.DatagramReordering) = (Random.Next(3) * 0.05, Random.Next(3) * 0.1, Random.Next(3) * 0.1);
        network.SegmentsStreams = Random.Next(2) == 0;
        for (var step = 0; step < 30; step++)
        {
            if (step == crash) Crash();
            Deeds.Do(this, People[Random.Next(People.Count)]);
            Pass(Random.Next(10) switch
            {
                0 => TimeSpan.FromSeconds(Random.Next(100)),
                < 4 => TimeSpan.FromSeconds(Random.Next(6)),
                _ => TimeSpan.FromMilliseconds(Random.Next(100)),
            });
        }
    }

    private void Calm()
    {
        var network = Sim.Network;
        (network.DatagramLoss, network.DatagramDuplication, network.DatagramReordering) = (0, 0, 0);
        foreach (var (_, action) in _later.ToArray()) action();
        _later.Clear();
        foreach (var person in People) person.FindNetwork();
        Pass(s_calm);
        foreach (var person in People)
        {
            foreach (var seat in person.Taken.ToArray()) Deeds.Say(this, seat, 40); // the roll-call
        }

        Pass(s_calm);
        AllCame();
    }

    private void AllCame()
    {
        foreach (var task in _awaited)
        {
            Assert.True(task.IsCompleted, string.Create(CultureInfo.InvariantCulture, $"something begun has no end at {Now:HH:mm:ss}"));
            if (task.Exception?.InnerException is { } exception and not ServerUnreachableException) throw exception;
        }

        _awaited.Clear();
    }

    // Second by second at most, so that people answer, and what is due later happens in time.
    private void Pass(TimeSpan time)
    {
        var end = Now + time;
        do
        {
            var next = Now + TimeSpan.FromSeconds(Random.Next(1, 20));
            foreach (var (due, _) in _later) next = due > Now && due < next ? due : next;
            Sim.Advance((next < end ? next : end) - Now);
            for (var i = _later.Count - 1; i >= 0; i--)
            {
                if (_later[i].Due > Now) continue;
                var action = _later[i].Action;
                _later.RemoveAt(i);
                action();
            }

            foreach (var person in People) person.Listen();
            Sim.Run();
            foreach (var person in People) person.Listen();
        }
        while (Now < end);
    }
}
