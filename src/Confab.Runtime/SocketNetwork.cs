// Real sockets behind the network seam. Plain Sockets, as measured: the framework's own async receive (with inline completions where the
// program asks for them), one non-blocking send a flow and turn, a blocking thread a datagram port.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>TCP and UDP on the operating system's sockets.</summary>
public sealed partial class SocketNetwork : INetwork
{
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_acceptAgain = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<SocketFlow, byte> _flows = new();
    private readonly PeerAddresses _peers = new();
    private readonly ConcurrentDictionary<IListener, byte> _listeners = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _sweep;
    private readonly LogRate _refusals;
    private int _connecting;
    private int _resolving;
    private volatile bool _disposed;

    public SocketNetwork(TimeProvider time, ILoggerFactory loggers, Limits limits)
    {
        _time = time;
        _log = loggers.CreateLogger("Confab.Runtime.Network");
        Limits = limits;
        _refusals = new LogRate(time);
        _sweep = time.CreateTimer(static state => ((SocketNetwork)state!).Sweep(), this, s_sweepEvery, s_sweepEvery);
    }

    internal Limits Limits { get; }

    internal TimeProvider Time => _time;

    /// <summary>Open stream flows.</summary>
    public int FlowCount => _flows.Count;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The transport is not TCP: what asks for TLS is never served in the clear.</exception>
    public IListener Listen(IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept)
    {
        if (transport != Transport.Tcp) throw new NotSupportedException($"A listener for {transport} is a later capability; there are Udp and Tcp.");
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(local);
            socket.Listen(4096);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listener = new Listener(this, socket);
        _listeners[listener] = 0;
        _ = AcceptAsync(socket, transport, accept);
        return listener;
    }

    public IDatagramPort Bind(IPEndPoint local, IDatagramHandler handler)
    {
        var port = new SocketDatagramPort(local, handler, _log, Forget);
        _listeners[port] = 0;
        return port;
    }

    public void Connect(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed)
    {
        if (transport == Transport.Tcp && !_disposed)
        {
            if (Interlocked.Increment(ref _connecting) <= Limits.ConnectsUnderWay)
            {
                _ = ConnectAsync(remote, transport, connected, failed);
                return;
            }

            Interlocked.Decrement(ref _connecting);
            if (_refusals.Allows(out var heldBack)) LogTooManyConnects(remote, Limits.ConnectsUnderWay, heldBack);
            failed(EndReason.LimitExceeded);
            return;
        }

        LogNotOffered(transport, remote);
        failed(_disposed ? EndReason.ShuttingDown : EndReason.Unreachable);
    }

    public void Resolve(string host, Action<IReadOnlyList<IPAddress>> resolved)
    {
        if (IPAddress.TryParse(host, out var address)) resolved([address]);
        else if (Interlocked.Increment(ref _resolving) <= Limits.LookupsUnderWay) _ = ResolveAsync(host, resolved);
        else
        {
            Interlocked.Decrement(ref _resolving);
            if (_refusals.Allows(out var heldBack)) LogTooManyLookups(Limits.LookupsUnderWay, heldBack);
            resolved([]);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _sweep.Dispose();
        foreach (var listener in _listeners.Keys) listener.Dispose();
        foreach (var flow in _flows.Keys) flow.Close(EndReason.ShuttingDown);
    }

    private void Forget(IListener listener) => _listeners.TryRemove(listener, out _);

    internal void Forget(SocketFlow flow)
    {
        if (_flows.TryRemove(flow, out _)) _peers.Leave(flow.Peer, flow.IsAccepted);
    }

    internal void TellHeld(SocketFlow flow)
    {
        if (_refusals.Allows(out var heldBack)) LogHeldTooMuch(flow.Remote.Address, Limits.HeldBytesPerAddress, heldBack);
    }

    private async Task AcceptAsync(Socket listener, Transport transport, Func<StreamFlow, IStreamHandler> accept)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted) return;
                // A client that went away before it was accepted, or too many open files: the next one may fare better, a little later.
                LogAcceptFailed(exception.SocketErrorCode);
                await Task.Delay(s_acceptAgain, _time).ConfigureAwait(false);
                continue;
            }

            Admit(socket, transport, accept);
        }
    }

    private void Admit(Socket socket, Transport transport, Func<StreamFlow, IStreamHandler> accept)
    {
        SocketFlow flow;
        try
        {
            flow = new SocketFlow(this, socket, transport, isAccepted: true, _log);
        }
        catch (SocketException)
        {
            socket.Dispose(); // reset between accept and the first question about it
            return;
        }

        Add(flow);
        if (flow.Peer.Accepted > Limits.ConnectionsPerAddress)
        {
            if (_refusals.Allows(out var heldBack)) LogTooMany(flow.Remote.Address, Limits.ConnectionsPerAddress, heldBack);
            flow.Close(EndReason.LimitExceeded);
            return;
        }

        if (_disposed) flow.Close(EndReason.ShuttingDown); // accepted while all others were closed
        else Open(flow, accept);
    }

    private async Task ConnectAsync(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed)
    {
        Socket? socket = null;
        SocketFlow flow;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
            await socket.ConnectAsync(remote, patience.Token).ConfigureAwait(false);
            flow = new SocketFlow(this, socket, transport, isAccepted: false, _log);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket?.Dispose();
            Interlocked.Decrement(ref _connecting);
            failed(exception is OperationCanceledException ? EndReason.TimedOut : EndReason.Unreachable);
            return;
        }

        Interlocked.Decrement(ref _connecting);
        Add(flow);
        if (_disposed)
        {
            flow.Close(EndReason.ShuttingDown);
            failed(EndReason.ShuttingDown);
            return;
        }

        Open(flow, connected);
    }

    private void Add(SocketFlow flow)
    {
        flow.Peer = _peers.Enter(flow.Remote.Address, flow.IsAccepted);
        _flows[flow] = 0;
    }

    private void Open(SocketFlow flow, Func<StreamFlow, IStreamHandler> open)
    {
        IStreamHandler handler;
        try
        {
            using (Turn.Enter()) handler = open(flow);
        }
        catch (Exception exception)
        {
            // A bug: this connection is lost, those to come are not.
            LogOpenFault(exception, flow.Remote);
            flow.Close(EndReason.Fault);
            return;
        }

        flow.Start(handler);
    }

    private async Task ResolveAsync(string host, Action<IReadOnlyList<IPAddress>> resolved)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            addresses = [];
        }

        Interlocked.Decrement(ref _resolving);
        resolved(addresses);
    }

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var flow in _flows.Keys) flow.Sweep(now);
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "A connection could not be accepted: {Error}")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "{Address} has more than {Most} connections (Limits:ConnectionsPerAddress); the newest was closed (not logged before: {HeldBack})")]
    private partial void LogTooMany(IPAddress address, int most, long heldBack);

    [LoggerMessage(EventId = 18, Level = LogLevel.Warning, Message = "{Remote} is not connected to: {Most} connections are being made already (Limits:ConnectsUnderWay; not logged before: {HeldBack})")]
    private partial void LogTooManyConnects(IPEndPoint remote, int most, long heldBack);

    [LoggerMessage(EventId = 19, Level = LogLevel.Warning, Message = "A host name is not looked up: {Most} are being looked up already (Limits:LookupsUnderWay; not logged before: {HeldBack})")]
    private partial void LogTooManyLookups(int most, long heldBack);

    [LoggerMessage(EventId = 17, Level = LogLevel.Warning, Message = "{Address} has more than {Most} bytes of messages under way that are not whole (Limits:HeldBytesPerAddress); the connection that wanted more was closed (not logged before: {HeldBack})")]
    private partial void LogHeldTooMuch(IPAddress address, int most, long heldBack);

    [LoggerMessage(EventId = 14, Level = LogLevel.Error, Message = "The connection with {Remote} got no handler and is closed")]
    private partial void LogOpenFault(Exception exception, IPEndPoint remote);

    [LoggerMessage(EventId = 16, Level = LogLevel.Warning, Message = "There is no connection to {Remote} over {Transport}: it is not offered, or the program is stopping")]
    private partial void LogNotOffered(Transport transport, IPEndPoint remote);

    private sealed class Listener(SocketNetwork network, Socket socket) : IListener
    {
        public IPEndPoint Local { get; } = (IPEndPoint)socket.LocalEndPoint!;

        public void Dispose()
        {
            network.Forget(this);
            socket.Dispose();
        }
    }
}
