using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>SIP BYE request received in an IM Session: OMA-IM 7.2.1.10 (flow F9). A 200 of ours that got no ACK ends a leg the same way.</summary>
[Clause("OMA-IM", "7.2.1.10", "IMS-BYE-1..6", "IMS-BYE-PRIV", "IMP-7", "IMP-8")]
internal static class ReceiveBye
{
    public static void Run(Participant leaver, EndReason reason)
    {
        // 1) the 200 OK has been sent: the session's first action
        // 2) release the MSRP resources of this leg
        leaver.State = ParticipantState.Leaving;
        leaver.Msrp?.Close(reason);
        leaver.Stale?.Cancel();
        leaver.Goodbye?.Cancel();
        var focus = leaver.Focus;
        focus.Remove(leaver);

        // 3) apply the release policy; where it says so, each of the others is removed
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else ReleasePolicy.AfterDeparture(focus, leaver.Address);

        // 4) he has left, by the URI that the others know him by (IMS-BYE-PRIV): the roster makes the notification; 5) and 6) the subscriptions
        // that end, and the NOTIFYs, follow from it
        focus.Roster.Leave(leaver.Entity, DisconnectionMethod.Departed);
    }
}
