using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Transport;
using Microsoft.Extensions.Logging;

namespace Confab.Server;

/// <summary>How the server does right now.</summary>
/// <param name="Ready">Whether it takes new work.</param>
/// <param name="Sessions">IM sessions that stand.</param>
/// <param name="Registrations">Bindings of users.</param>
public sealed record ServerHealth(bool Ready, int Sessions, int Registrations);

/// <summary>The server could not start; the message says why and what to do.</summary>
public sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The IM Server: SIP and MSRP listeners, the owners behind them, the store beneath.</summary>
public sealed partial class ConfabServer : IAsyncDisposable
{
    private const uint RetryAfterStop = 10; // seconds: it is started again by then

    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ServerOptions _options;
    private readonly World _world;
    private readonly Store _store;
    private readonly LaneThread? _laneThread;
    private readonly Node _node;
    private readonly List<string> _listening = [];
    private readonly List<IDisposable> _listeners = [];
    private readonly ILogger _log;
    private volatile bool _ready;
    private bool _disposed;

    private ConfabServer(ServerOptions options, World world, Store store, PipeScheduler? lane, IMeterFactory? meters, string? operatorToken)
    {
        _options = options;
        _world = world;
        _store = store;
        _laneThread = lane as LaneThread;
        _log = world.Loggers.CreateLogger("Confab.Server");
        var directory = store.Directory;
        OperatorToken = operatorToken;
        var writer = new StoreLane(lane ?? world.Scheduler, directory, options.Limits.StoreLaneRequests, world.Loggers.CreateLogger("Confab.Server.Store"));
        var documents = new Documents(world, store.Documents, writer);
        _node = new Node
        {
            World = world,
            Options = options,
            Directory = directory,
            Sessions = store.Sessions,
            Lane = writer,
            Registrar = new Registrar(world, directory, writer, options),
            Documents = documents,
            Readable = new ReadableDocuments(documents, directory),
            Watchers = new DocumentWatchers(options.Limits),
            Groups = new GroupTable(options.Limits, world.Loggers.CreateLogger("Confab.Server.Groups")),
            Verification = new OriginatorVerification(world, directory, options),
            Metrics = new ServerMetrics(meters),
            UserSessions = new UserSessions(options.Limits),
            Pages = new PagesUnderWay(options.Limits),
            Factory = UriOf(options.Sip.ConferenceFactory ?? $"sip:conference-factory@{options.Domain}"),
            Exploder = UriOf(options.Sip.Exploder ?? $"sip:im-exploder@{options.Domain}"),
            Log = _log,
            OutboundProxy = ProxyOf(options.Sip.OutboundProxy),
        };
        Xcap = new XcapServer(world, documents, _node.Readable, directory, _node.Verification.Digest, options, OperatorToken);
        Accounts = new Accounts(world, directory, documents, writer, options.Domain, ForgetUser);
        _node.Router = new OwnerRouter(_node);
        _node.Groups.Changed = _node.Router.OnGroupChanged;
        _node.Transport = new SipTransport(world, _node.Router, ServerHeaders.Token);
        _node.Msrp = new MsrpTransport(world, new Msrp.MsrpOptions { MaxMessageSize = options.Msrp.MaxMessageSize });
        _node.Metrics.Watch(_node);
    }

    /// <summary>One line a listener, as <c>confab serve</c> prints it: <c>sip udp://127.0.0.1:5060</c>.</summary>
    public IReadOnlyList<string> Listening => _listening;

    public ServerHealth Health => new(_ready, _node.Router.SessionCount, _node.Registrar.Count);

    /// <summary>Answers what HTTP brings for documents.</summary>
    public XcapServer Xcap { get; }

    /// <summary>Where that HTTP server listens, for those who are told of changes (RFC 5875); null while there is none.</summary>
    public Uri? HttpListening
    {
        get => _node.HttpListening;
        set => _node.HttpListening = value;
    }

    /// <summary>The operator's changes of accounts.</summary>
    public Accounts Accounts { get; }

    /// <summary>Who has it may do what the operator may: a secret of this run. Null in a simulated world, which has no operator.</summary>
    public string? OperatorToken { get; }

    /// <summary>Every SIP and MSRP message that passes, for traces.</summary>
    public WireTap Tap => _world.Tap;

    internal Node Node => _node;

    /// <summary>A server in the real world: system clock, sockets, the store that the options name.</summary>
    /// <exception cref="ServerStartException">The store cannot be opened.</exception>
    public static ConfabServer Create(ServerOptions options, ILoggerFactory loggers, IMeterFactory? meters = null)
    {
        var store = Store.Open(options);
        var world = World.Real(loggers, options.Limits);
        return new ConfabServer(options, world, store, store.Blocks ? new LaneThread("store") : PipeScheduler.Inline, meters, world.Ids.Token(192));
    }


    /// <summary>A server in a world of the caller's: a simulated one in tests.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="world">What it runs in.</param>
    /// <param name="store">Where it keeps what is to outlive it.</param>
    /// <param name="lane">Where that is written; the world's scheduler where it is null.</param>
    /// <param name="meters">For its figures.</param>
    public static ConfabServer Create(ServerOptions options, World world, Store store, PipeScheduler? lane = null, IMeterFactory? meters = null) =>
        new(options, world, store, lane, meters, null);

    /// <summary>Reads the store, lets the sessions in it stand again, and binds every listener.</summary>
    /// <exception cref="ServerStartException">A port is taken, or the store cannot be opened.</exception>
    public Task StartAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ReadStore();
        for (var i = 0; i < _options.Sip.Listen.Count; i++) ListenSip(_options.Sip.Listen[i], $"Sip:Listen:{i}");
        for (var i = 0; i < _options.Msrp.Listen.Count; i++) ListenMsrp(_options.Msrp.Listen[i], $"Msrp:Listen:{i}");
        _ready = true;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes nothing new, ends the dialogs with BYE, waits for the answers (3 s at the most), then closes. What stands and is stored stands again
    /// at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (_disposed) return;
        _ready = false;
        _node.Router.Close();
        var sessions = _node.Router.Sessions.ToArray();
        foreach (var focus in sessions) focus.Owner.Mailbox.Post(() => End(focus));
        foreach (var watcher in _node.Watchers.All) watcher.End("probation", RetryAfterStop);
        var began = _world.Time.GetTimestamp();
        while ((sessions.Any(static focus => focus.Owner.Focus is not null) || _node.Watchers.Count > 0) && _world.Time.GetElapsedTime(began) < s_goodbye && !ct.IsCancellationRequested)
        {
            await Task.Delay(s_look, _world.Time, CancellationToken.None).ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return ValueTask.CompletedTask;
        _disposed = true;
        foreach (var listener in _listeners) listener.Dispose();
        _node.Transport.Dispose();
        _node.Metrics.Dispose();
        _world.Dispose();
        _laneThread?.Dispose();
        _store.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReadStore()
    {
        try
        {
            _store.Directory.Load();
            PasswordHash.PutConfigured(_store.Directory, _options);
            _node.Registrar.Load();
            _node.Documents.Load(Xcap.Usages.UrisOf, _node.Readable.IsUser);
            _node.Groups.Load(_node.Documents);
            _node.Watchers.Follow(_node.Documents);
            foreach (var (session, members) in _node.Sessions.Load()) RestoreSession.Run(_node, session, members);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or ArgumentException))
        {
            throw _store.Explain(exception);
        }
    }

    private void ForgetUser(string address)
    {
        _node.Registrar.Forget(address);
        _node.Watchers.Forget(address);
    }

    private void End(Focus focus)
    {
        if (_node.Sessions.OutlivesProcess && focus.IsStanding) ReleaseSession.Suspend(focus);
        else ReleaseSession.Run(focus);
    }

    private void ListenSip(string address, string key)
    {
        var (scheme, endPoint) = Parse(address, key);
        var transport = scheme == "udp" ? Transport.Udp : Transport.Tcp;
        var bound = Bind(address, key, () => _node.Transport.Listen(transport, endPoint, _options.Sip.Advertise));
        _listening.Add($"sip {scheme}://{bound}");
    }

    private void ListenMsrp(string address, string key)
    {
        var (scheme, endPoint) = Parse(address, key);
        var listener = Bind(address, key, () => _node.Msrp.Listen(endPoint));
        _listeners.Add(listener);
        _node.MsrpListening = _listeners.Count == 1 ? listener.Local : _node.MsrpListening;
        _listening.Add($"msrp {scheme}://{listener.Local}");
    }

    private static T Bind<T>(string address, string key, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (SocketException exception)
        {
            throw new ServerStartException(
                $"Cannot listen on {address} ({key}): {exception.Message}. Stop what listens there, or set {key} to another address or to port 0 for any free one.", exception);
        }
    }

    private static (string Scheme, IPEndPoint EndPoint) Parse(string address, string key)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) throw new ServerStartException($"'{address}' ({key}) is no address to listen on; write scheme://HOST:PORT");
        var host = uri.Host.Trim('[', ']');
        if (!IPAddress.TryParse(host, out var ip))
        {
            ip = Dns.GetHostAddresses(host).FirstOrDefault() ?? throw new ServerStartException($"'{host}' ({key}) has no address; write one that this machine has");
        }

        return (uri.Scheme, new IPEndPoint(ip, Math.Max(0, uri.Port)));
    }

    /// <summary>Empty for what is no URI; the configuration has been looked at before.</summary>
    private static SipUri UriOf(string text) => SipUri.TryParse(Sip.Message.Text.Of(text), out var uri) ? uri : default;

    private static SipUri? ProxyOf(string? proxy)
    {
        if (proxy is null) return null;
        var text = proxy.StartsWith("sip", StringComparison.OrdinalIgnoreCase) ? proxy : $"sip:{proxy}";
        return SipUri.TryParse(Sip.Message.Text.Of(text), out var uri) ? uri : null;
    }
}
