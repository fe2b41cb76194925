using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Confab.Runtime;

/// <summary>One UDP port, read by a thread of its own: on two cores nothing measured cheaper than a blocking receive.</summary>
internal sealed partial class SocketDatagramPort : IDatagramPort
{
    private const int MostFlowsKept = 8192;

    private readonly Socket _socket;
    private readonly IDatagramHandler _handler;
    private readonly ILogger _log;
    private readonly Action<IListener> _closed;
    private readonly Dictionary<SocketAddress, Flow> _flows = [];
    private volatile bool _disposed;

    public SocketDatagramPort(IPEndPoint local, IDatagramHandler handler, ILogger log, Action<IListener> closed)
    {
        _closed = closed;
        _handler = handler;
        _log = log;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 * 1024 * 1024, SendBufferSize = 4 * 1024 * 1024 };
        try
        {
            _socket.Bind(local);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        Local = (IPEndPoint)_socket.LocalEndPoint!;
        new Thread(Read) { IsBackground = true, Name = $"udp {Local}" }.Start();
    }

    public IPEndPoint Local { get; }

    public Flow To(IPEndPoint remote) => new DatagramFlow(this, remote);

    public void Dispose()
    {
        _disposed = true;
        _closed(this);
        _socket.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[65536];
        var from = new SocketAddress(Local.AddressFamily);
        while (!_disposed)
        {
            try
            {
                var n = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                using (Turn.Enter()) _handler.OnReceived(buffer.AsSpan(0, n), FlowOf(from));
            }
            catch (SocketException)
            {
                // An ICMP error of an earlier send, or the end: the loop's condition tells.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception)
            {
                LogReadFault(exception, Local);
            }
        }
    }

    private Flow FlowOf(SocketAddress from)
    {
        if (_flows.TryGetValue(from, out var flow)) return flow;
        if (_flows.Count >= MostFlowsKept) _flows.Clear();
        var key = new SocketAddress(from.Family, from.Size);
        from.Buffer.Span[..from.Size].CopyTo(key.Buffer.Span);
        flow = To((IPEndPoint)new IPEndPoint(Local.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Create(from));
        _flows.Add(key, flow);
        return flow;
    }

    [LoggerMessage(EventId = 13, Level = LogLevel.Error, Message = "A datagram to {Local} was lost to an exception")]
    private partial void LogReadFault(Exception exception, IPEndPoint local);

    private sealed class DatagramFlow(SocketDatagramPort port, IPEndPoint remote) : Flow
    {
        private readonly SocketAddress _to = remote.Serialize();

        public override Transport Transport => Transport.Udp;

        public override IPEndPoint Local => port.Local;

        public override IPEndPoint Remote => remote;

        public override bool IsOpen => !port._disposed;

        public override bool Send(ReadOnlySpan<byte> message)
        {
            try
            {
                return port._socket.SendTo(message, SocketFlags.None, _to) == message.Length;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }

        public override void Close(EndReason reason)
        {
            // A datagram flow is an address pair; there is nothing to close.
        }
    }
}
