// What the loads have in common: users behind links, registrations, units that begin and end, and who begins the next one. A load without a rate is
// a closed loop: so many units are under way, and each that ends begins another. With a rate it is an open loop (Pace).
using System.Net;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>One kind of load.</summary>
abstract class Load(World world, LoadOptions options) : ISipLoad, IDisposable
{
    const int RegistersUnderWay = 64;
    const int ListedFailures = 16;
    static readonly TimeSpan s_sweepEvery = TimeSpan.FromMilliseconds(50);

    readonly List<SipLink> _links = [];
    ITimer? _sweep;
    int _underWay;
    long _missed;
    long _strange;
    volatile bool _stopped = true;

    public World World => world;

    public LoadOptions Options => options;

    /// <summary>What is counted: deliveries, transactions, ...</summary>
    public abstract string Unit { get; }

    /// <summary>How many of them are done.</summary>
    public virtual long Units => Outcomes.Done;

    public LatencyHistogram Latency { get; } = new();

    public Outcomes Outcomes { get; } = new();

    /// <summary>Units that were due and could not begin, since too many before them had not ended.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Answers with ids that were never sent, and bytes that are neither SIP nor MSRP.</summary>
    public long Strange => Volatile.Read(ref _strange);

    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Latencies of units that were meant to begin in here are kept.</summary>
    public long MeasuredFrom { get; set; } = long.MaxValue;

    public long MeasuredTo { get; set; } = long.MaxValue;

    protected LoadUser[] Users { get; private set; } = [];

    protected IReadOnlyList<SipLink> Links => _links;

    /// <summary>Units under way in a closed loop, and the most in an open one.</summary>
    protected abstract int MostUnderWay { get; }

    protected bool IsStopped => _stopped;

    /// <summary>Makes everything ready: users registered, groups joined.</summary>
    /// <exception cref="LoadFailedException">It cannot be made ready.</exception>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Begins one unit; false when nobody is free for it.</summary>
    protected abstract bool TryBegin(long intended);

    /// <summary>Further figures of this kind of load.</summary>
    public virtual void Complete(LoadReport report) { }

    /// <summary>Leaves what is left: sessions.</summary>
    public virtual Task EndAsync() => Task.CompletedTask;

    public void Start()
    {
        _stopped = false;
        if (options.Rate <= 0) Pump();
    }

    public void Stop() => _stopped = true;

    /// <summary>Begins the unit that is due at that time.</summary>
    public void BeginDue(long intended)
    {
        if (_stopped) return;
        if (UnderWay >= MostUnderWay || !Begin(intended)) Interlocked.Increment(ref _missed);
    }

    public void Dispose()
    {
        _stopped = true;
        _sweep?.Dispose();
    }

    public virtual void OnRequest(SipLink link, SipRequest request)
    {
        if (request.Method != SipMethod.Ack) link.Reply(request, request.Method == SipMethod.Invite ? StatusCode.BusyHere : StatusCode.Ok);
    }

    public virtual void OnStray(SipLink link, SipResponse response)
    {
        if (!response.TopVia.Branch.Span.StartsWith("z9hG4bK"u8)) OnStrange();
    }

    public void OnStrange() => Interlocked.Increment(ref _strange);

    /// <summary>Opens the links and makes the users; user i takes link i modulo their number.</summary>
    protected async Task OpenAsync(int users)
    {
        var local = LocalTowards(options.Remote);
        for (var i = 0; i < Math.Min(options.Connections, users); i++) _links.Add(await SipLink.OpenAsync(world, options, local, this).ConfigureAwait(false));
        Users = [.. Enumerable.Range(0, users).Select(i => new LoadUser(i, options.First + i, options.Users, options.Password, _links[i % _links.Count], world.Ids))];
        _sweep = world.Time.CreateTimer(_ => Sweep(), null, s_sweepEvery, s_sweepEvery);
    }

    /// <summary>Registers all users once.</summary>
    protected async Task RegisterAsync(CancellationToken cancellationToken)
    {
        for (var first = 0; options.Registers && first < Users.Length; first += RegistersUnderWay)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = Users.Skip(first).Take(RegistersUnderWay).Select(RegisterAsync).ToList();
            foreach (var (user, response) in await Task.WhenAll(batch).ConfigureAwait(false))
                if (response is not { IsSuccess: true }) throw new LoadFailedException(Refusals.Explain(options, user.Address, "REGISTER", response));
        }
    }

    /// <summary>A REGISTER that makes or refreshes the binding of the user.</summary>
    protected SipExchange Register(LoadUser user, long intended, Action<SipExchange, SipResponse?> done) => new()
    {
        User = user,
        Method = SipMethod.Register,
        Uri = "sip:" + options.Users.Domain,
        To = user.Address,
        CallId = user.RegisterCallId,
        Intended = intended,
        More = (ref SipWriter writer) =>
        {
            writer.Header(HeaderName.Contact, user.Link.ContactOf(user.Number) + ";+g.oma.sip-im");
            writer.Header(HeaderName.Expires, 3600);
            WriteIdentity(ref writer, user);
        },
        Done = done,
    };

    /// <summary>Who the user is, for servers that believe it.</summary>
    protected void WriteIdentity(ref SipWriter writer, LoadUser user)
    {
        if (options.IsTrusted) writer.Address(HeaderName.PAssertedIdentity, user.Address, "");
    }

    protected bool IsMeasured(long intended) => intended >= MeasuredFrom && intended < MeasuredTo;

    protected long Nanoseconds(long from) => (long)((world.Time.GetTimestamp() - from) * (1e9 / world.Time.TimestampFrequency));

    /// <summary>A unit has ended; in a closed loop the next begins, at once after a success, else with the next sweep: a server that refuses everything is not stormed.</summary>
    protected void End(bool succeeded)
    {
        Interlocked.Decrement(ref _underWay);
        if (succeeded && options.Rate <= 0 && !_stopped) Begin(world.Time.GetTimestamp());
    }

    /// <summary>Notes the outcome of a request that had to succeed.</summary>
    protected bool Judge(SipExchange exchange, SipResponse? response)
    {
        var intended = exchange.Intended;
        if (response is { IsSuccess: true })
        {
            Outcomes.Add();
            if (IsMeasured(intended)) Latency.Add(Nanoseconds(intended));
            return true;
        }

        Fail(response is null ? exchange.Missing : $"{response.Status} {response.Reason}");
        return false;
    }

    protected void Fail(string how) => Outcomes.Fail(Outcomes.Failures.Count < ListedFailures || Outcomes.Failures.ContainsKey(how) ? how : "others");

    /// <summary>Called twenty times a second.</summary>
    protected virtual void OnSweep(long now) { }

    void Sweep()
    {
        using var turn = Turn.Enter();
        var now = world.Time.GetTimestamp();
        foreach (var link in _links) link.Sweep(now, options.Patience);
        OnSweep(now);
        if (options.Rate <= 0) Pump();
    }

    void Pump()
    {
        using var turn = Turn.Enter();
        for (var i = UnderWay; i < MostUnderWay && !_stopped && Begin(world.Time.GetTimestamp()); i++) { } // each may have ended already, on a closed connection
    }

    bool Begin(long intended)
    {
        Interlocked.Increment(ref _underWay);
        if (TryBegin(intended)) return true;
        Interlocked.Decrement(ref _underWay);
        return false;
    }

    Task<(LoadUser User, SipResponse? Response)> RegisterAsync(LoadUser user)
    {
        var done = new TaskCompletionSource<(LoadUser, SipResponse?)>();
        Register(user, 0, (_, response) => done.SetResult((user, response))).Begin();
        return done.Task;
    }

    /// <summary>The address that packets to the server leave from; none is sent to find it out.</summary>
    IPAddress LocalTowards(IPEndPoint remote)
    {
        if (options.Transport != Transport.Udp) return remote.Address;
        if (options.Local is { } local) return local;
        try
        {
            using var probe = new System.Net.Sockets.Socket(remote.AddressFamily, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            probe.Connect(remote);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (System.Net.Sockets.SocketException)
        {
            throw new LoadFailedException($"there is no way from here to {options.Server}.");
        }
    }
}
