using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Switch;

/// <summary>1-1: a sender who outruns the receiver is slowed by not reading his connection (D-09).</summary>
[Clause("RFC 4975", "7.1", "MSW-3")]
internal static class Backpressure
{
    public static void Apply(Participant sender, Participant receiver)
    {
        if (!IsBehind(receiver)) return;
        sender.Msrp!.PauseReading();
        receiver.WhenDrained = sender.Msrp.ResumeReading;
    }

    /// <summary>The receiver has taken all that he was given, or takes nothing any more.</summary>
    public static void Release(Participant receiver)
    {
        var waiting = receiver.WhenDrained;
        receiver.WhenDrained = null;
        waiting?.Invoke();
    }

    /// <summary>A leg that is not bound yet is behind at half of what is kept for it: the rest is for what has been read already.</summary>
    private static bool IsBehind(Participant receiver) =>
        receiver.Msrp!.IsBackedUp || (!receiver.Msrp.IsBound && receiver.Msrp.QueuedBytes > receiver.Focus.Node.World.Limits.UnboundLegBytes / 2);
}
