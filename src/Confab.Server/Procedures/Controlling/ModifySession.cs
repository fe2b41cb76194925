using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// IM Session modification by a re-INVITE of a participant: OMA-IM 7.1.1.5, RFC 3261 14.2 (flow F11). He may hold and go on, take other types, or
/// change nothing (a refresh). The messages stay on the connection and the path that they have: who wants another comes in anew (7.2.1.5), and
/// is refused here, and the session goes on as it was.
/// </summary>
[Clause("OMA-IM", "7.1.1.5", "IMC-MOD-2", "IMC-MOD-3", "IMC-MOD-4", "IMC-MOD-5", "IMS-LMM-4")]
[Clause("RFC 3261", "14.2")]
internal static class ModifySession
{
    public static void Run(Participant participant, IServerTransaction transaction)
    {
        var (focus, session) = (participant.Focus, participant.Session);
        if (transaction.Request.Body.IsEmpty)
        {
            session.AcceptModify("application/sdp", participant.LocalSdp); // our offer; the answer comes in the ACK
            return;
        }

        if (!NegotiateMedia.TryRead(focus.Node, transaction.Request, focus.IsGroup, out var offer, out var refusal))
        {
            session.RefuseModify(refusal.Status, refusal.More);
            return;
        }

        var others = focus.IsGroup ? null : focus.OtherParty(participant)?.Remote;
        if (offer is not { Sdp: { } sdp, Media: { } media } || !KeepsPath(participant, media) || NegotiateMedia.Chosen(participant, media, others).Count == 0)
        {
            session.RefuseModify(StatusCode.NotAcceptableHere, NegotiateMedia.Incompatible(focus.Node));
            return;
        }

        var answer = NegotiateMedia.ComposeAgain(participant, sdp, media, others);
        participant.Remote = media;
        session.AcceptModify("application/sdp", answer);
    }

    /// <summary>His answer to our offer, where his re-INVITE had none: what it says of types and direction counts, and a path that is another does not.</summary>
    public static void OnConfirmed(Participant participant, SipRequest ack)
    {
        if (NegotiateMedia.TryReadAnswer(participant, ack, out var media) && KeepsPath(participant, media)) participant.Remote = media;
    }

    private static bool KeepsPath(Participant participant, MsrpMedia media) => participant.Remote is { } known && media.Path.SequenceEqual(known.Path);
}
