using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>The caller cancelled before the answer: the pending invitation of the other side is cancelled too (RFC 3261 9.2).</summary>
[Clause("RFC 3261", "9.2", "IMS-1TO1-2")]
internal static class CallerGaveUp
{
    public static void Run(Participant caller)
    {
        if (!caller.IsCaller)
        {
            RejoinSession.OnCancelled(caller);
            return;
        }

        caller.Focus.Remove(caller);
        caller.Msrp?.Close(EndReason.Cancelled);
        ReleaseSession.Run(caller.Focus);
    }
}
