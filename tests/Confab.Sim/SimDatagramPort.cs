using System.Net;
using Confab.Runtime;

namespace Confab.Sim;

/// <summary>A host's port for datagrams.</summary>
internal sealed class SimDatagramPort(SimNetwork network, SimHost host, IPEndPoint local, IDatagramHandler handler) : IDatagramPort
{
    private const int LargestDatagram = 65_507;

    private readonly IPEndPoint _source = new(host.Address, local.Port);
    private readonly Dictionary<IPEndPoint, SimDatagramFlow> _flows = [];
    private bool _disposed;

    public IPEndPoint Local => local;

    public Flow To(IPEndPoint remote)
    {
        if (!_flows.TryGetValue(remote, out var flow)) _flows.Add(remote, flow = new SimDatagramFlow(this, remote));
        return flow;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        host.Forget(this);
    }

    public void Receive(SimDatagram datagram) => network.Call(() => handler.OnReceived(datagram.Bytes.Span, To(datagram.From)));

    private sealed class SimDatagramFlow(SimDatagramPort port, IPEndPoint remote) : Flow
    {
        public override Transport Transport => Transport.Udp;

        public override IPEndPoint Local => port.Local;

        public override IPEndPoint Remote => remote;

        public override bool IsOpen => !port._disposed;

        public override bool Send(ReadOnlySpan<byte> message)
        {
            if (port._disposed || message.Length > LargestDatagram) return false;
            port.Send(remote, message);
            return true;
        }

        public override void Close(EndReason reason)
        {
            // As with sockets: an address pair has nothing to close.
        }
    }

    private void Send(IPEndPoint remote, ReadOnlySpan<byte> message) => network.Send(_source, remote, message);
}
