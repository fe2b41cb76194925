using System.Net;
using Confab.Runtime;

namespace Confab.Sim;

/// <summary>
/// A simulated world: one clock, one scheduler, one network, and as many hosts as a test wants, each with its own <see cref="World"/> for the
/// server or a client to run in. All of it runs on the test's thread; the same seed gives the same run, byte for byte.
/// </summary>
public sealed class SimWorld : IDisposable
{
    private readonly List<World> _worlds = [];

    /// <summary>A world without hosts.</summary>
    /// <param name="seed">Decides what the network does by chance.</param>
    /// <param name="shuffles">Whether the scheduler runs what is ready in an order that the seed decides too.</param>
    public SimWorld(int seed = 1, bool shuffles = false)
    {
        Time = new VirtualTime();
        Scheduler = new SimScheduler(shuffles ? seed : null);
        Time.Drain = Scheduler.RunUntilIdle;
        Log = new SimLog(Time);
        Network = new SimNetwork(Time, Scheduler, seed, Log.Of("network").CreateLogger("Confab.Sim"));
    }

    public VirtualTime Time { get; }

    public SimScheduler Scheduler { get; }

    public SimNetwork Network { get; }

    public SimLog Log { get; }

    /// <summary>A host with that address, its chance drawn from <paramref name="idSeed"/>.</summary>
    public World Host(string ipAddress, ulong idSeed, Limits? limits = null, WireTap? tap = null)
    {
        limits ??= new Limits();
        var world = new World(Time, Scheduler, Network.Host(IPAddress.Parse(ipAddress), limits), Ids.FromSeed(idSeed), Log.Of(ipAddress), limits, tap);
        _worlds.Add(world);
        return world;
    }

    /// <summary>Runs until nothing is left to do at this instant.</summary>
    public void Run() => Time.Advance(TimeSpan.Zero);

    /// <summary>Passes the time, timer by timer.</summary>
    public void Advance(TimeSpan by) => Time.Advance(by);

    /// <summary>Runs until the condition holds, passing time from timer to timer, no longer than that.</summary>
    /// <returns>Whether it holds.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        var end = Time.GetUtcNow() + atMost;
        Run();
        while (!condition())
        {
            if (Time.NextDue is not { } due || due > end) return false;
            Time.AdvanceToNext();
        }

        return true;
    }

    /// <summary>Throws when a host has logged an error: an exception is a bug, wherever it was caught.</summary>
    public void ThrowOnErrors()
    {
        if (Log.Errors is { Count: > 0 } errors) throw new InvalidOperationException($"{errors.Count} errors were logged:{Environment.NewLine}{string.Join(Environment.NewLine, errors)}");
    }

    /// <summary>Takes all hosts down and lets them settle.</summary>
    public void Dispose()
    {
        foreach (var world in _worlds) world.Dispose();
        Scheduler.RunUntilIdle();
    }
}
