using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>
/// A re-INVITE of the peer. One that leaves the media as they are (a refresh, RFC 4028 7.4) gets the same description again; any other is
/// refused, and the session goes on as it was (RFC 3261 14.2).
/// </summary>
[Clause("RFC 3261", "14.2")]
internal static class ModifySession
{
    public static void Receive(ImSession session, IServerTransaction transaction)
    {
        var invite = transaction.Request;
        var hasOffer = !invite.Body.IsEmpty;
        var content = hasOffer ? InvitationContent.Of(invite, session.Client.World.Limits.ListEntries) : null;
        if (session.State != ImSessionState.Established || (hasOffer && (content is null || !session.Leg!.IsUnchangedBy(content.Offer.Span))))
        {
            var host = session.Client.Address.Host;
            session.Sip.RefuseModify(
                StatusCode.NotAcceptableHere,
                (ref SipWriter writer) => writer.Warning(305, host.Span, "The media of this session cannot be changed"u8));
            return;
        }

        session.Sip.AcceptModify("application/sdp", session.Leg!.Again(content is null ? default : content.Offer.Span));
        if (invite.TryGetAddress(HeaderName.Contact, out var contact)) session.Identity = contact.UriText.ToString(); // a target refresh (C-14)
    }
}
