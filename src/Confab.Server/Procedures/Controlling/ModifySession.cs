using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// re-INVITE of a participant: one that leaves the MSRP session where it is (a refresh of the target) is accepted with the description
/// that we gave before; any other is refused and the session stays as it was (RFC 3261 14.2).
/// </summary>
[Clause("RFC 3261", "14.2")]
internal static class ModifySession
{
    public static void Run(Participant participant, IServerTransaction transaction)
    {
        var request = transaction.Request;
        SessionDescription? sdp = null;
        var isSame = request.Body.IsEmpty
            || (BodyEncoding.TryDecode(request, participant.Focus.Node.World.Limits.SipBodyBytes, out var body, out _)
                && SessionDescription.TryParse(body.Span, out sdp, out _)
                && MsrpMedia.TryFrom(sdp, out var media, out _)
                && participant.Remote is { } known
                && media.Path.SequenceEqual(known.Path)
                && media.Direction == known.Direction);
        if (isSame) participant.Session.AcceptModify("application/sdp", NegotiateMedia.ComposeAgain(participant, sdp));
        else participant.Session.RefuseModify(StatusCode.NotAcceptableHere, NegotiateMedia.Incompatible(participant.Focus.Node));
    }
}
