using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Switch;

/// <summary>1-1: a sender who outruns the receiver is slowed by not reading his connection (D-09).</summary>
[Clause("RFC 4975", "7.1", "MSW-3")]
internal static class Backpressure
{
    public static void Apply(Participant sender, Participant receiver)
    {
        if (!receiver.Msrp!.IsBackedUp) return;
        sender.Msrp!.PauseReading();
        receiver.WhenDrained = sender.Msrp.ResumeReading;
    }
}
