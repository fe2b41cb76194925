using System.Net;
using System.Net.Sockets;
using Confab.Runtime;

namespace Confab.Sim;

/// <summary>The simulated network as one host sees it: what the code under test there is given as its <see cref="INetwork"/>.</summary>
public sealed class SimHost : INetwork
{
    private const int FirstEphemeralPort = 49152;

    private readonly SimNetwork _network;
    private readonly Dictionary<int, SimListener> _listeners = [];
    private readonly Dictionary<int, SimDatagramPort> _ports = [];
    private int _nextPort = FirstEphemeralPort;

    internal SimHost(SimNetwork network, IPAddress address, Limits limits)
    {
        _network = network;
        Address = address;
        Limits = limits;
    }

    public IPAddress Address { get; }

    /// <summary>Whether the host is out of the network: datagrams are lost on both ways, and nothing connects.</summary>
    public bool IsUnplugged { get; private set; }

    internal Limits Limits { get; }

    public IListener Listen(IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept)
    {
        var listener = new SimListener(this, Own(local, _listeners.ContainsKey), transport, accept);
        _listeners.Add(listener.Local.Port, listener);
        return listener;
    }

    public IDatagramPort Bind(IPEndPoint local, IDatagramHandler handler)
    {
        var port = new SimDatagramPort(_network, this, Own(local, _ports.ContainsKey), handler);
        _ports.Add(port.Local.Port, port);
        return port;
    }

    public void Connect(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed)
    {
        var local = new IPEndPoint(Address, NextPort(_listeners.ContainsKey));
        _network.After(_network.Latency, () =>
        {
            var listener = IsUnplugged ? null : _network.Find(remote.Address)?._listeners.GetValueOrDefault(remote.Port);
            if (listener is null || listener.Host.IsUnplugged)
            {
                _network.After(_network.Latency, () => _network.Call(() => failed(EndReason.Unreachable)));
                return;
            }

            var near = new SimStream(_network, Limits, transport, local, remote, isAccepted: false);
            var far = new SimStream(_network, listener.Host.Limits, listener.Transport, remote, local, isAccepted: true);
            near.Join(far);
            far.Start(listener.Accept);
            _network.After(_network.Latency, () =>
            {
                if (near.IsOpen) near.Start(connected);
                else _network.Call(() => failed(EndReason.ConnectionLost));
            });
        });
    }

    public void Resolve(string host, Action<IReadOnlyList<IPAddress>> resolved)
    {
        if (IPAddress.TryParse(host, out var address)) resolved([address]);
        else _network.After(_network.Latency, () => _network.Call(() => resolved(_network.Lookup(host))));
    }

    /// <summary>Takes the host out of the network: its connections break.</summary>
    public void Unplug()
    {
        IsUnplugged = true;
        foreach (var stream in _network.StreamsOf(Address)) stream.Break();
    }

    /// <summary>Puts the host back into the network.</summary>
    public void Plug() => IsUnplugged = false;

    /// <summary>The host goes down in good order: its listeners, ports and streams close.</summary>
    public void Dispose()
    {
        _listeners.Clear();
        foreach (var port in _ports.Values.ToArray()) port.Dispose();
        foreach (var stream in _network.StreamsOf(Address)) stream.Close(EndReason.ShuttingDown);
    }

    internal void Receive(SimDatagram datagram) => _ports.GetValueOrDefault(datagram.To.Port)?.Receive(datagram);

    internal void Forget(SimListener listener) => _listeners.Remove(listener.Local.Port);

    internal void Forget(SimDatagramPort port) => _ports.Remove(port.Local.Port);

    private IPEndPoint Own(IPEndPoint wanted, Func<int, bool> isTaken)
    {
        var isAny = wanted.Address.Equals(IPAddress.Any) || wanted.Address.Equals(IPAddress.IPv6Any);
        if (!isAny && !wanted.Address.Equals(Address)) throw new SocketException((int)SocketError.AddressNotAvailable);
        if (wanted.Port == 0) return new IPEndPoint(wanted.Address, NextPort(isTaken));
        if (isTaken(wanted.Port)) throw new SocketException((int)SocketError.AddressAlreadyInUse);
        return wanted;
    }

    private int NextPort(Func<int, bool> isTaken)
    {
        do
        {
            if (_nextPort > IPEndPoint.MaxPort) _nextPort = FirstEphemeralPort;
        }
        while (isTaken(_nextPort++));

        return _nextPort - 1;
    }
}
