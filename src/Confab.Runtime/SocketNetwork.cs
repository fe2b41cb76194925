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
    private readonly ConcurrentDictionary<IPAddress, int> _perAddress = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _sweep;

    public SocketNetwork(TimeProvider time, ILoggerFactory loggers, Limits limits)
    {
        _time = time;
        _log = loggers.CreateLogger("Confab.Runtime.Network");
        Limits = limits;
        _sweep = time.CreateTimer(static state => ((SocketNetwork)state!).Sweep(), this, s_sweepEvery, s_sweepEvery);
    }

    internal Limits Limits { get; }

    internal TimeProvider Time => _time;

    /// <summary>Open stream flows.</summary>
    public int FlowCount => _flows.Count;

    public IListener Listen(IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept)
    {
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

        var listener = new Listener(socket);
        _ = AcceptAsync(socket, transport, accept);
        return listener;
    }

    public IDatagramPort Bind(IPEndPoint local, IDatagramHandler handler) => new SocketDatagramPort(local, handler, _log);

    public void Connect(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed) =>
        _ = ConnectAsync(remote, transport, connected, failed);

    public void Resolve(string host, Action<IReadOnlyList<IPAddress>> resolved)
    {
        if (IPAddress.TryParse(host, out var address)) resolved([address]);
        else _ = ResolveAsync(host, resolved);
    }

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var flow in _flows.Keys) flow.Close(EndReason.ShuttingDown);
    }

    internal void Forget(SocketFlow flow)
    {
        if (!_flows.TryRemove(flow, out _) || !flow.IsAccepted) return;
        var address = flow.Remote.Address;
        if (_perAddress.AddOrUpdate(address, 0, static (_, n) => n - 1) == 0) _perAddress.TryRemove(new(address, 0));
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

        _flows[flow] = 0;
        if (_perAddress.AddOrUpdate(flow.Remote.Address, 1, static (_, n) => n + 1) > Limits.ConnectionsPerAddress)
        {
            LogTooMany(flow.Remote.Address, Limits.ConnectionsPerAddress);
            flow.Close(EndReason.LimitExceeded);
            return;
        }

        Open(flow, accept);
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
            failed(exception is OperationCanceledException ? EndReason.TimedOut : EndReason.Unreachable);
            return;
        }

        _flows[flow] = 0;
        Open(flow, connected);
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

    private static async Task ResolveAsync(string host, Action<IReadOnlyList<IPAddress>> resolved)
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

        resolved(addresses);
    }

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var flow in _flows.Keys) flow.Sweep(now);
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "A connection could not be accepted: {Error}")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "{Address} has more than {Most} connections (Limits:ConnectionsPerAddress); the newest was closed")]
    private partial void LogTooMany(IPAddress address, int most);

    [LoggerMessage(EventId = 14, Level = LogLevel.Error, Message = "The connection with {Remote} got no handler and is closed")]
    private partial void LogOpenFault(Exception exception, IPEndPoint remote);

    private sealed class Listener(Socket socket) : IListener
    {
        public IPEndPoint Local { get; } = (IPEndPoint)socket.LocalEndPoint!;

        public void Dispose() => socket.Dispose();
    }
}
