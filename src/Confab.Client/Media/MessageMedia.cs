using System.Net;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>The MSRP side of the client: one transport for all its sessions, and the listener where there is one.</summary>
internal sealed class MessageMedia : IDisposable
{
    private const int DiscardPort = 9; // for who only opens connections (RFC 6135 4.2.2, D-14)

    private readonly ImClient _client;
    private readonly MsrpTransport _transport;
    private readonly IListener? _listener;

    public MessageMedia(ImClient client)
    {
        _client = client;
        _transport = new MsrpTransport(client.World, new MsrpOptions { MaxMessageSize = client.Options.MaxMessageSize });
        if (client.Options.MsrpListener is { } local) _listener = _transport.Listen(local);
    }

    /// <summary>Whether peers can connect to us.</summary>
    public bool IsListening => _listener is not null;

    /// <summary>MSRP sessions that have not been closed.</summary>
    public int SessionCount => _transport.SessionCount;

    /// <summary>A leg for a session whose signalling takes this flow: the peer is told the same address.</summary>
    public MessageLeg Open(ImSession session, Flow flow)
    {
        var address = _listener is { } listener && !IsAny(listener.Local.Address) ? listener.Local.Address : flow.Local.Address;
        var leg = new MessageLeg(session, this, address.ToString());
        leg.Open(_transport.Open(_client.Mailbox, leg, address.ToString(), _listener?.Local.Port ?? DiscardPort));
        return leg;
    }

    public int Port => _listener?.Local.Port ?? DiscardPort;

    public void Dispose() => _listener?.Dispose();

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
