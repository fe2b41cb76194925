using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Confab.Runtime;
using Confab.Server;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Server;

/// <summary>What a server holds: all of it is to be gone when nothing goes on.</summary>
internal sealed record Holdings(int Owners, int CallIds, int Sessions, int MsrpSessions, int Timers, int UsersInSessions = 0);

/// <summary>A server in a simulated world, and phones that speak to it by hand. Phones at 10.* are trusted: they assert who they are.</summary>
internal sealed class ServerRig : IDisposable
{
    private readonly Dictionary<string, Phone> _phones = [];
    private Holdings? _rest;
    private readonly ServerOptions _options;
    private bool _runs;
    private ulong _starts;

    public ServerRig(Action<ServerOptions>? set = null, int seed = 1, bool shuffles = false, Transport transport = Transport.Tcp, SimDisk? disk = null)
    {
        Disk = disk ?? new SimDisk();
        Sim = new SimWorld(seed, shuffles);
        Transport = transport;
        var options = new ServerOptions();
        options.Sip.Listen = ["udp://10.0.0.1:5060", "tcp://10.0.0.1:5060"];
        options.Msrp.Listen = ["tcp://10.0.0.1:2855"];
        options.Sip.TrustedPeers.Add("10.0.0.0/8");
        foreach (var name in (string[])["alice", "bob", "carol", "dave"]) options.Users.Add(new UserOptions { Address = $"sip:{name}@example.com", Password = "demo" });
        set?.Invoke(options);
        _options = options;
        Start();
    }

    public SimWorld Sim { get; }

    public World World { get; private set; }

    public ConfabServer Server { get; private set; }

    /// <summary>What outlives the server.</summary>
    public SimDisk Disk { get; }

    /// <summary>The store of the server that runs.</summary>
    public SimStore Store { get; private set; }

    /// <summary>Where that store is written.</summary>
    public SimLane Lane { get; private set; }

    public Transport Transport { get; }

    public Phone Alice => Phone("alice");

    public Phone Bob => Phone("bob");

    public Phone Carol => Phone("carol");

    public Holdings Now => new(
        Server.Node.Router.OwnerCount, Server.Node.Router.CallIdCount, Server.Node.Router.SessionCount, Server.Node.Msrp.SessionCount, World.Timers.Count, Server.Node.UserSessions.Count);

    /// <summary>The user's phone, registered.</summary>
    public Phone Phone(string name)
    {
        if (_phones.TryGetValue(name, out var phone)) return phone;
        phone = new Phone(this, name, string.Create(CultureInfo.InvariantCulture, $"10.0.1.{_phones.Count + 1}"), Transport);
        _phones.Add(name, phone);
        phone.Register();
        return phone;
    }

    /// <summary>Registers all three and notes what the server holds at rest.</summary>
    public void Rest()
    {
        foreach (var phone in (Phone[])[Alice, Bob, Carol]) phone.Register();
        Advance(70); // transactions and unbound connections of what was before
        _rest ??= Now;
    }

    /// <summary>Within a quarter of an hour the server holds what it held at rest; a timer that ran then may have ended.</summary>
    public void AssertAtRest()
    {
        Holdings Held() => Now with { Timers = Math.Max(Now.Timers, _rest!.Timers) };
        RunUntil(() => Held() == _rest, 900);
        Assert.Equal(_rest, Held());
    }

    /// <summary>All of them hang up, whatever they are in the middle of, and nothing of it stays.</summary>
    public void AssertNothingStays(params IReadOnlyList<Phone> phones)
    {
        foreach (var phone in phones) phone.IsPolite = true;
        foreach (var call in phones.SelectMany(static phone => phone.Calls).ToArray())
        {
            if (call.IsCaller) call.Cancel();
            if (call.RemoteTag.Length > 0) call.Bye();
        }

        Sim.Network.Latency = TimeSpan.Zero;
        Rest();
        AssertAtRest();
    }

    /// <summary>kill -9, at this very point: nothing more is written or sent.</summary>
    public void Kill()
    {
        Store.Kill();
        World.Dispose();
    }

    /// <summary>The server runs, with what the one before it stored.</summary>
    [MemberNotNull(nameof(World), nameof(Server), nameof(Store), nameof(Lane))]
    public void Start()
    {
        World = Sim.Host("10.0.0.1", 7 + _starts++, _options.Limits);
        Store = Disk.Open();
        Lane = new SimLane(World.Scheduler);
        Server = ConfabServer.Create(_options, World, Disk.StoreOf(Store), Lane);
        Assert.True(Server.StartAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    /// <summary>Killed when all has settled, and started again.</summary>
    public void Restart()
    {
        Run();
        Kill();
        Run();
        Start();
        Run();
    }

    /// <summary>Lets the world settle; nothing from within it, where a phone answers by itself.</summary>
    public void Run() => Do(Sim.Run);

    public void Advance(double seconds) => Do(() => Sim.Advance(TimeSpan.FromSeconds(seconds)));

    public bool RunUntil(Func<bool> condition, double seconds)
    {
        var holds = false;
        Do(() => holds = Sim.RunUntil(condition, TimeSpan.FromSeconds(seconds)));
        return holds;
    }

    /// <summary>Alice and Bob in a 1-1 session, both with their connections bound.</summary>
    public (Call Alice, Call Bob) Pair()
    {
        var caller = Alice.Invite(Bob.Address);
        var callee = Bob.LastCall;
        callee.Respond(200);
        Assert.Equal(200, caller.Status);
        caller.Media.Bind();
        callee.Media.Bind();
        return (caller, callee);
    }

    /// <summary>Alice's group with Bob and Carol, all bound.</summary>
    public (Call Alice, Call Bob, Call Carol) Group()
    {
        var caller = Alice.InviteGroup(Bob.Address, Carol.Address);
        Assert.Equal(200, caller.Status);
        Bob.LastCall.Respond(200);
        Carol.LastCall.Respond(200);
        caller.Media.Bind();
        Bob.LastCall.Media.Bind();
        Carol.LastCall.Media.Bind();
        return (caller, Bob.LastCall, Carol.LastCall);
    }

    public void Dispose()
    {
        Sim.ThrowOnErrors();
        Server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Sim.Dispose();
    }

    private void Do(Action action)
    {
        if (_runs) return;
        _runs = true;
        try
        {
            action();
        }
        finally
        {
            _runs = false;
        }
    }
}
