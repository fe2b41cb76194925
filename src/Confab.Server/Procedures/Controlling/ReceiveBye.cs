using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>SIP BYE request received in an IM Session: OMA-IM 7.2.1.10.</summary>
[Clause("OMA-IM", "7.2.1.10", "IMS-BYE-1", "IMS-BYE-2", "IMS-BYE-3")]
internal static class ReceiveBye
{
    public static void Run(Participant leaver, EndReason reason)
    {
        // 1) the 200 OK has been sent: the session's first action
        // 2) release the MSRP resources of this leg
        leaver.State = ParticipantState.Leaving;
        leaver.Msrp?.Close(reason);
        leaver.Stale?.Cancel();
        var focus = leaver.Focus;
        focus.Remove(leaver);
        focus.Roster.Leave(leaver.Address, DisconnectionMethod.Departed);

        // 3) apply the release policy
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else ReleasePolicy.AfterDeparture(focus, leaver.Address);

        // 4) to 6) notifications and subscriptions: the conference event package is not there yet
    }
}
