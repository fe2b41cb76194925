using Confab.Runtime;

namespace Confab.Sim.Flows;

/// <summary>An MSRP connection of a cast member, made by it or taken.</summary>
internal sealed class MsrpConnection(CastMember member, StreamFlow flow) : IStreamHandler
{
    public StreamFlow Flow => flow;

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (PlainMsrp.Measure(bytes[taken..]) is var length and > 0)
        {
            member.TakeMsrp(this, bytes.Slice(taken, length).ToArray());
            taken += length;
        }

        return taken;
    }

    public void OnClosed(EndReason reason) => member.TakeClose(isMsrp: true, reason);
}
