using System.Net;

namespace Confab.Runtime;

/// <summary>Handles what arrives on one stream flow. Called by the flow's reader, one call at a time.</summary>
public interface IStreamHandler
{
    /// <summary>Takes bytes in their order; returns how many were consumed. The rest comes again with what follows it, and on resuming after a pause.</summary>
    int OnReceived(ReadOnlySpan<byte> bytes);

    /// <summary>The flow is gone; called once, last.</summary>
    void OnClosed(EndReason reason);
}

/// <summary>Handles datagrams of one bound port; the flow leads back to where the datagram came from.</summary>
public interface IDatagramHandler
{
    void OnReceived(ReadOnlySpan<byte> datagram, Flow flow);
}

/// <summary>A port that takes connections or datagrams until disposed.</summary>
public interface IListener : IDisposable
{
    IPEndPoint Local { get; }
}

/// <summary>A bound datagram port: a flow to any address starts here.</summary>
public interface IDatagramPort : IListener
{
    Flow To(IPEndPoint remote);
}

/// <summary>The network as a seam: real sockets in production, a seeded simulation in tests.</summary>
public interface INetwork : IDisposable
{
    /// <summary>Listens; <paramref name="accept"/> gives each new flow its handler.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    IListener Listen(IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept);

    /// <summary>Binds a datagram port.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    IDatagramPort Bind(IPEndPoint local, IDatagramHandler handler);

    /// <summary>
    /// Connects; exactly one of the two is called, on any thread: <paramref name="connected"/> gives the new flow its handler,
    /// <paramref name="failed"/> says why there is none.
    /// </summary>
    void Connect(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed);

    /// <summary>Resolves a host name; an empty list when it has no address. Called back on any thread.</summary>
    void Resolve(string host, Action<IReadOnlyList<IPAddress>> resolved);
}
