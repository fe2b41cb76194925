using System.IO.Pipelines;
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>
/// What a program runs in: the three seams (clock, scheduler, network), chance, and what belongs to them. The same server runs on loopback
/// and in a simulated world.
/// </summary>
public sealed class World : IDisposable
{
    public World(TimeProvider time, PipeScheduler scheduler, INetwork network, Ids ids, ILoggerFactory loggers, Limits? limits = null, WireTap? tap = null)
    {
        Time = time;
        Scheduler = scheduler;
        Network = network;
        Ids = ids;
        Loggers = loggers;
        Limits = limits ?? new Limits();
        Tap = tap ?? new WireTap(time);
        Timers = new Timers(time);
        Log = loggers.CreateLogger("Confab.Runtime");
    }

    public TimeProvider Time { get; }

    public PipeScheduler Scheduler { get; }

    public INetwork Network { get; }

    public Ids Ids { get; }

    public ILoggerFactory Loggers { get; }

    public Limits Limits { get; }

    public WireTap Tap { get; }

    public Timers Timers { get; }

    internal ILogger Log { get; }

    /// <summary>The real world: system clock, thread pool, sockets, cryptographic chance.</summary>
    public static World Real(ILoggerFactory loggers, Limits? limits = null, WireTap? tap = null)
    {
        limits ??= new Limits();
        return new World(TimeProvider.System, new WorkItems(), new SocketNetwork(TimeProvider.System, loggers, limits), Ids.Random(), loggers, limits, tap);
    }

    public void Dispose()
    {
        Timers.Dispose();
        Network.Dispose();
    }
}
