using Confab.Runtime;

namespace Confab.Sim.Flows;

/// <summary>The SIP connection of a cast member over TCP.</summary>
internal sealed class SipConnection(CastMember member) : IStreamHandler
{
    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length && PlainSip.Measure(bytes[taken..]) is var length and > 0)
        {
            member.TakeSip(bytes.Slice(taken, length).ToArray());
            taken += length;
        }

        return taken;
    }

    public void OnClosed(EndReason reason) => member.TakeClose(isMsrp: false, reason);
}
