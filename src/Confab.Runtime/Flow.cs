using System.Net;

namespace Confab.Runtime;

/// <summary>How a flow carries its messages.</summary>
public enum Transport
{
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

/// <summary>A way to one peer: a connection, or an address pair of a datagram port (the flow of RFC 5626 3.2).</summary>
public abstract class Flow
{
    public abstract Transport Transport { get; }

    public abstract IPEndPoint Local { get; }

    public abstract IPEndPoint Remote { get; }

    public abstract bool IsOpen { get; }

    /// <summary>Whether delivery is the transport's task, so that requests are not retransmitted (RFC 3261 17).</summary>
    public bool IsReliable => Transport != Transport.Udp;

    /// <summary>Sends one whole message; false when the flow is closed or its queue is full, and then nothing was sent.</summary>
    public abstract bool Send(ReadOnlySpan<byte> message);

    public abstract void Close(EndReason reason);

    /// <summary>Whether both lead over the same connection, or between the same two datagram addresses.</summary>
    public bool IsSameAs(Flow other) =>
        ReferenceEquals(this, other)
        || (Transport == Transport.Udp && other.Transport == Transport.Udp && Remote.Equals(other.Remote) && Local.Equals(other.Local));
}
