// The IM Client as a program sees it: asynchronous calls and a stream of events in front of one mailbox, inside of which all is synchronous.
//
//   caller's thread ── Ask ──► mailbox ──► Procedures/* ──► SipSession, MSRP ──► wire
//   wire ──► ImClient.Routing ──► mailbox ──► Procedures/* ──► events, answers to Ask
using Confab.Client.Media;
using Confab.Client.Procedures;
using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Client;

/// <summary>One user of IM: registers, starts sessions, is invited to sessions. Safe to call from any thread.</summary>
public sealed partial class ImClient : IAsyncDisposable
{
    private readonly EventQueue _events;
    private World? _ownWorld;
    private bool _closed;

    /// <summary>
    /// Makes a client on the real network. Nothing is sent before <see cref="RegisterAsync"/> or the first call; disposing of the client frees all that
    /// it holds.
    /// </summary>
    /// <param name="options">Who the user is, and where the server.</param>
    /// <param name="loggers">Makes the loggers that the client writes to; null to write no log.</param>
    /// <exception cref="ArgumentException">An address in the options is no IM Address, the transport is neither UDP nor TCP, or a number is out of its range.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A local address cannot be bound.</exception>
    public static ImClient Create(ImClientOptions options, Microsoft.Extensions.Logging.ILoggerFactory? loggers = null)
    {
        var world = World.Real(loggers ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        try
        {
            return new ImClient(world, options) { _ownWorld = world };
        }
        catch
        {
            world.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a client that shares network, clock and thread pool with others: several clients in one program, or a simulated network in a test. Nothing
    /// is sent before <see cref="RegisterAsync"/> or the first call.
    /// </summary>
    /// <param name="world">Network, clock and random numbers; not disposed of with the client.</param>
    /// <param name="options">Who the user is, and where the server.</param>
    /// <exception cref="ArgumentException">An address in the options is no IM Address, the transport is neither UDP nor TCP, or a number is out of its range.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A local address cannot be bound.</exception>
    public ImClient(World world, ImClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(options);
        options.Verify();
        World = world;
        Options = options;
        Address = ImAddress.Parse(options.Address, nameof(options.Address));
        if (Address.Host.IsEmpty && (options.ConferenceFactory is null || options.Exploder is null))
            throw new ArgumentException($"'{options.Address}' has no domain: name ConferenceFactory and Exploder.", nameof(options));
        ConferenceFactory = options.ConferenceFactory ?? $"sip:conference-factory@{Address.Host}";
        _ = ImAddress.Parse(ConferenceFactory);
        _ = ImAddress.Parse(Exploder);
        if (options.Transport is not (Runtime.Transport.Udp or Runtime.Transport.Tcp))
            throw new ArgumentException($"The transport {options.Transport} is a later capability; there are Udp and Tcp.", nameof(options));
        var server = $"sip:{options.Server}{(options.Transport == Runtime.Transport.Tcp ? ";transport=tcp" : "")}";
        if (!SipUri.TryParse(Text.Of(server), out var uri))
            throw new ArgumentException($"'{options.Server}' is no server; one looks like 127.0.0.1:5060.", nameof(options));

        Server = uri;
        Mailbox = new Mailbox(world);
        EndedDialogs = new EndedDialogs(options.MaxSessions);
        Credentials = new Credentials(options.Ims?.PrivateIdentity ?? UriEscapes.Unescape(Address.User).ToString(), options.Password, world.Ids);
        Transport = new SipTransport(world, this, Release.Own);
        Transactions = new TransactionTable(Mailbox, Transport, this);
        Media = new MessageMedia(this);
        Ims = new ImsCore(this);
        Registration = new Register(this);
        Identities = new SessionIdentities(this);
        ComeBack = new ComeBack(this);
        Pages = new PagesUnderWay();
        Awaited = new AwaitedNotifications(this);
        _events = new EventQueue(options.EventsKept, options.EventOctetsKept);
        if (options.Transport == Runtime.Transport.Udp)
            Transport.Listen(Runtime.Transport.Udp, new System.Net.IPEndPoint(options.LocalAddress ?? System.Net.IPAddress.Loopback, 0));
    }

    internal World World { get; }

    internal ImClientOptions Options { get; }

    internal Mailbox Mailbox { get; }

    internal SipTransport Transport { get; }

    internal TransactionTable Transactions { get; }

    internal MessageMedia Media { get; }

    internal Register Registration { get; }

    internal ImsCore Ims { get; }

    /// <summary>The server, or the proxy on the way to it: where every request goes first.</summary>
    internal SipUri Server { get; }

    internal SipUri Address { get; }

    internal string ConferenceFactory { get; }

    internal List<ImSession> Sessions { get; } = [];

    internal SessionIdentities Identities { get; }

    /// <summary>The messages that may still be told of.</summary>
    internal AwaitedNotifications Awaited { get; }

    /// <summary>The dialogs that ended last: nobody replaces them any more.</summary>
    internal EndedDialogs EndedDialogs { get; }

    /// <summary>The sessions that the client comes back to by itself.</summary>
    internal ComeBack ComeBack { get; }

    /// <summary>REFERs of the user that NOTIFYs may come for.</summary>
    internal List<ReferUnderWay> Refers { get; } = [];

    /// <summary>Subscriptions to the state of sessions; they outlive their session by their last NOTIFY.</summary>
    internal List<SubscribeToConference> Subscriptions { get; } = [];

    /// <summary>
    /// Registers, and stays registered until <see cref="UnregisterAsync"/>: refreshes in time, and comes back after a lost connection.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the client goes on registering.</param>
    /// <exception cref="ServerUnreachableException">No connection, or no answer.</exception>
    /// <exception cref="InvalidOperationException">It is registering or unregistering already.</exception>
    public Task<RegisterOutcome> RegisterAsync(CancellationToken cancellationToken = default) =>
        Ask<RegisterOutcome>(Registration.Start, cancellationToken);

    /// <summary>Unregisters: no invitation comes any more. True when the server confirmed it.</summary>
    public Task<bool> UnregisterAsync(CancellationToken cancellationToken = default) => Ask<bool>(answer => Registration.Stop(done => answer.TrySetResult(done)), cancellationToken);

    /// <summary>Starts a 1-1 session; done when the other user has accepted, or it came to nothing.</summary>
    /// <param name="address">Whom to call.</param>
    /// <param name="anonymous">True hides the own address from the other user; null takes what <see cref="ImClientOptions.Anonymous"/> says.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <exception cref="ArgumentException">This is no IM Address.</exception>
    public Task<SessionOutcome> CallAsync(string address, bool? anonymous = null, CancellationToken cancellationToken = default)
    {
        _ = ImAddress.Parse(address);
        return StartAsync(answer => StartOneToOneSession.Start(this, address, anonymous ?? Options.Anonymous, answer), cancellationToken);
    }

    /// <summary>Starts an ad-hoc group session with these users; done when the session stands or came to nothing; who comes is told by <see cref="RosterChanged"/>.</summary>
    /// <param name="addresses">Whom to invite.</param>
    /// <param name="anonymous">True hides the own address from the others; null takes what <see cref="ImClientOptions.Anonymous"/> says.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<SessionOutcome> GroupAsync(IReadOnlyCollection<string> addresses, bool? anonymous = null, CancellationToken cancellationToken = default)
    {
        var users = ImAddress.Verify(addresses);
        return StartAsync(answer => StartAdhocSession.Start(this, users, anonymous ?? Options.Anonymous, answer), cancellationToken);
    }

    /// <summary>
    /// Joins the session of a pre-defined group, or starts it where none runs; what the group's rules forbid is refused, and the outcome's text
    /// says why.
    /// </summary>
    /// <param name="group">The IM Group Identity.</param>
    /// <param name="anonymous">True hides the own address from the others; null takes what <see cref="ImClientOptions.Anonymous"/> says.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">This is no address of a group.</exception>
    public Task<SessionOutcome> JoinGroupAsync(string group, bool? anonymous = null, CancellationToken cancellationToken = default)
    {
        _ = ImAddress.Parse(group);
        return StartAsync(answer => JoinGroupSession.Start(this, group, anonymous ?? Options.Anonymous, answer), cancellationToken);
    }

    /// <summary>
    /// Comes back to a session that was left, released or lost no longer ago than <see cref="ImClientOptions.SessionIdentityRetention"/>; to one
    /// that stands too, where its connection is of no use any more. The token gives it up.
    /// </summary>
    /// <param name="identity">Its <see cref="ImSession.Identity"/>.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns><see cref="SessionFailure.SessionIdentityExpired"/>, and nothing was sent, where the identity is not kept any more.</returns>
    public Task<SessionOutcome> RejoinAsync(string identity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return StartAsync(
            answer =>
            {
                if (ComeBack.Join(identity, answer) is { } underWay) return underWay;
                ComeBack.Cancel(session => session.Identity == identity);
                return RejoinSession.Start(this, identity, answer);
            },
            cancellationToken);
    }

    /// <summary>What happens, from the client's start on. One reader at a time; ends when the client is disposed.</summary>
    public IAsyncEnumerable<ImEvent> Events(CancellationToken cancellationToken = default) => _events.ReadAllAsync(cancellationToken);

    /// <summary>Waits until <see cref="TryReadEvent"/> has something; false when the client is disposed and all has been read.</summary>
    public ValueTask<bool> WaitForEventAsync(CancellationToken cancellationToken = default) => _events.WaitToReadAsync(cancellationToken);

    /// <summary>The next event, if there is one now.</summary>
    public bool TryReadEvent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ImEvent? happened) => _events.TryRead(out happened);

    /// <summary>Leaves every session, unregisters, closes what is open.</summary>
    public ValueTask DisposeAsync()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Mailbox.Post(() =>
        {
            if (_closed) closed.TrySetResult();
            else
            {
                ComeBack.Cancel(static _ => true);
                LeaveEverySession.Start(this, () => Registration.Stop(_ =>
                {
                    Close();
                    closed.TrySetResult();
                }));
            }
        });
        return new ValueTask(_ownWorld is { } world ? TakeDownAsync(closed.Task, world) : closed.Task);
    }

    internal void Tell(ImEvent happened) => _events.Add(happened);

    /// <summary>Finds the way to the server for a request of about this size; null when there is none.</summary>
    internal void ReachServer(int size, Action<Flow?> reached) => Transport.Reach(Server, size, Mailbox, reached);

    /// <summary>The user is registered after he was not: what stood on the old way is looked after.</summary>
    internal void OnReachableAgain()
    {
        SubscribeToConference.OnReachableAgain(this);
        foreach (var session in Sessions.ToArray())
        {
            session.Reconnection.OnReachableAgain();
            RefreshTarget.OnReachableAgain(session);
        }

        ComeBack.OnReachableAgain();
    }

    /// <summary>Runs it inside the mailbox; the task ends with what it answers, on another thread.</summary>
    internal Task<T> Ask<T>(Action<TaskCompletionSource<T>> work, CancellationToken cancellationToken, Action? giveUp = null)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.Register(() =>
            {
                if (answer.TrySetCanceled(cancellationToken) && giveUp is not null) Mailbox.Post(giveUp);
            });
            _ = answer.Task.ContinueWith(
                static (_, state) => ((CancellationTokenRegistration)state!).Dispose(),
                registration,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        Mailbox.Post(() =>
        {
            if (answer.Task.IsCompleted) return;
            if (_closed) answer.TrySetException(new ObjectDisposedException(nameof(ImClient)));
            else
            {
                try
                {
                    work(answer);
                }
                catch (Exception e) when (answer.TrySetException(e))
                {
                    throw; // nobody is left waiting for an answer that cannot come, and the mailbox tells of it
                }
            }
        });
        return answer.Task;
    }

    internal Task<SessionOutcome> StartAsync(Func<TaskCompletionSource<SessionOutcome>, ImSession?> start, CancellationToken cancellationToken)
    {
        ImSession? started = null;
        return Ask<SessionOutcome>(answer => started = start(answer), cancellationToken, () =>
        {
            if (started is not null) LeaveSession.Leave(started);
        });
    }

    private static async Task TakeDownAsync(Task closed, World world)
    {
        await closed.ConfigureAwait(false);
        world.Dispose();
    }

    private void Close()
    {
        _closed = true;
        Pages.GiveUp();
        Registration.CloseFlow();
        Media.Dispose();
        Transport.Dispose();
        _events.Complete();
    }
}
