using System.Net;

namespace Confab.Runtime;

/// <summary>What all connections with one address take of this program, so that none of them takes it from the others. Any thread may call.</summary>
internal sealed class PeerAddress(IPAddress address)
{
    private long _held;

    public IPAddress Address => address;

    /// <summary>Flows with this address; counted under the lock of <see cref="PeerAddresses"/>.</summary>
    public int Flows { get; set; }

    /// <summary>Those of them that we accepted.</summary>
    public int Accepted { get; set; }

    /// <summary>Takes room for bytes that have come and are no whole message yet; false, and nothing is taken, where that is more than <paramref name="most"/>.</summary>
    public bool TryHold(int bytes, int most)
    {
        if (Interlocked.Add(ref _held, bytes) <= most) return true;
        Release(bytes);
        return false;
    }

    public void Release(int bytes) => Interlocked.Add(ref _held, -bytes);
}

/// <summary>The addresses that have a flow.</summary>
internal sealed class PeerAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, PeerAddress> _known = [];

    /// <summary>Counts a flow in.</summary>
    public PeerAddress Enter(IPAddress address, bool isAccepted)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(address, out var peer)) _known.Add(address, peer = new PeerAddress(address));
            peer.Flows++;
            if (isAccepted) peer.Accepted++;
            return peer;
        }
    }

    public void Leave(PeerAddress peer, bool isAccepted)
    {
        lock (_gate)
        {
            if (isAccepted) peer.Accepted--;
            if (--peer.Flows == 0) _known.Remove(peer.Address);
        }
    }
}
