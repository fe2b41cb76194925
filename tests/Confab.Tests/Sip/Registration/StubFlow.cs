using System.Net;
using Confab.Runtime;

namespace Confab.Tests.Sip.Registration;

/// <summary>A flow that leads nowhere: rules only ask whose it is and whether it stands.</summary>
internal sealed class StubFlow(string remote = "192.0.2.7:5070", Transport transport = Transport.Udp) : Flow
{
    private bool _closed;

    public override Transport Transport => transport;

    public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 5060);

    public override IPEndPoint Remote { get; } = IPEndPoint.Parse(remote);

    public override bool IsOpen => !_closed;

    public override bool Send(ReadOnlySpan<byte> message) => !_closed;

    public override void Close(EndReason reason) => _closed = true;
}
