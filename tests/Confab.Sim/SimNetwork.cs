// The network of a simulated world. Nothing is ever delivered inside a send: what arrives, arrives as an action of the scheduler, after the
// latency, in an order that the seed alone decides.
using System.Net;
using Confab.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Confab.Sim;

/// <summary>One network that all hosts of a simulated world share. Every knob is off until a test turns it.</summary>
public sealed class SimNetwork(VirtualTime time, SimScheduler scheduler, int seed, ILogger? log = null)
{
    private readonly Dictionary<IPAddress, SimHost> _hosts = [];
    private readonly Dictionary<string, IPAddress[]> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SimStream> _streams = [];

    /// <summary>Time that bytes and datagrams are on their way.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The share of datagrams that is lost, 0 to 1.</summary>
    public double DatagramLoss { get; set; }

    /// <summary>The share of datagrams that arrives twice, 0 to 1.</summary>
    public double DatagramDuplication { get; set; }

    /// <summary>The share of datagrams that others overtake, 0 to 1.</summary>
    public double DatagramReordering { get; set; }

    /// <summary>How much later than the others an overtaken datagram arrives.</summary>
    public TimeSpan ReorderingDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Loses the datagrams that it is true for: the second INVITE, all that goes to one host, ...</summary>
    public Predicate<SimDatagram>? LoseIf { get; set; }

    /// <summary>Whether streams arrive in parts of random length.</summary>
    public bool SegmentsStreams { get; set; }

    /// <summary>Bytes that one end of a stream may send before the other takes them.</summary>
    public int StreamWindow { get; set; } = 64 * 1024;

    /// <summary>The ends of all open streams, oldest first.</summary>
    public IReadOnlyList<SimStream> Streams => _streams;

    internal VirtualTime Time { get; } = time;

    internal SimScheduler Scheduler { get; } = scheduler;

    internal Random Random { get; } = new(seed);

    internal ILogger Log { get; } = log ?? NullLogger.Instance;

    /// <summary>The network as the host of that address sees it.</summary>
    /// <param name="address">What its connections and datagrams come from.</param>
    /// <param name="limits">The bounds of its streams; decided by the first who asks for the host.</param>
    public SimHost Host(IPAddress address, Limits? limits = null)
    {
        if (!_hosts.TryGetValue(address, out var host)) _hosts.Add(address, host = new SimHost(this, address, limits ?? new Limits()));
        return host;
    }

    /// <summary>Gives a name its addresses; none makes it unknown again.</summary>
    public void Name(string host, params IPAddress[] addresses) => _names[host] = addresses;

    /// <summary>The ends at one host of its open streams, oldest first.</summary>
    public IReadOnlyList<SimStream> StreamsOf(IPAddress address) => [.. _streams.Where(stream => stream.Local.Address.Equals(address))];

    internal IReadOnlyList<IPAddress> Lookup(string name) => _names.GetValueOrDefault(name, []);

    internal SimHost? Find(IPAddress address) => _hosts.GetValueOrDefault(address);

    internal void Add(SimStream end) => _streams.Add(end);

    internal void Remove(SimStream end) => _streams.Remove(end);

    /// <summary>Runs it as an action of the scheduler once the delay has passed.</summary>
    internal void After(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero) Scheduler.Schedule(static state => ((Action)state!)(), action);
        else Time.CreateTimer(_ => After(TimeSpan.Zero, action), null, delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs a callback of the code under test the way a reader does: in a turn, and what it throws is logged.</summary>
    /// <returns>False when it threw.</returns>
    internal bool Call(Action callback)
    {
        try
        {
            using (Turn.Enter()) callback();
            return true;
        }
        catch (Exception exception)
        {
            Log.LogError(exception, "A handler of the network threw");
            return false;
        }
    }

    internal void Send(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> bytes)
    {
        var datagram = new SimDatagram(from, to, bytes.ToArray());
        if (LoseIf?.Invoke(datagram) == true || Happens(DatagramLoss)) return;
        if (IsUnplugged(from) || IsUnplugged(to)) return;
        for (var copies = Happens(DatagramDuplication) ? 2 : 1; copies > 0; copies--)
        {
            After(Happens(DatagramReordering) ? Latency + ReorderingDelay : Latency, () => Find(to.Address)?.Receive(datagram));
        }
    }

    private bool IsUnplugged(IPEndPoint end) => Find(end.Address) is { IsUnplugged: true };

    private bool Happens(double share) => share > 0 && Random.NextDouble() < share;
}
