using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// The ACK of one whose INVITE had no offer carries the answer to ours: RFC 3261 13.2.1, 13.3.1. What waited for it goes on; without an answer
/// that messages could be sent by, he is taken out again.
/// </summary>
[Clause("RFC 3261", "13.2.1", "IMS-1TO1-3", "IMS-FCTY-5")]
internal static class AnswerInAck
{
    public static void Run(Participant caller, SipRequest ack)
    {
        if (caller.WhenAnswered is not { } goOn) return;
        caller.WhenAnswered = null;
        if (caller.State != ParticipantState.Connected) return;
        if (!NegotiateMedia.TryReadAnswer(caller, ack, out var media))
        {
            RemoveParticipant.Run(caller, RemoveParticipant.Removed, DisconnectionMethod.Failed);
            ReleasePolicy.AfterDeparture(caller.Focus, caller.Address);
            return;
        }

        InviteParticipant.StartLeg(caller, media);
        goOn();
    }
}
