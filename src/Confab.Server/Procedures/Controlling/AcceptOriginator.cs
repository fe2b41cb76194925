using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>The 200 to who begins a group session, ad-hoc or of a pre-defined group: RFC 4579 5.4, RFC 5366 4 (flows F2, F3).</summary>
[Clause("RFC 5366", "4", "IMS-FCTY-7")]
internal static class AcceptOriginator
{
    /// <summary>The session is stored; or it is not, and there is none.</summary>
    /// <param name="originator">Who waits for the answer to his INVITE.</param>
    /// <param name="stored">What the store said: 200, 500 or 503.</param>
    /// <param name="invite">Asks the others.</param>
    /// <param name="waitsForAck">Whether the others are asked only when he has confirmed: somebody is to leave another session for this one.</param>
    public static void Run(Participant originator, int stored, Action invite, bool waitsForAck = false)
    {
        var (focus, offer) = (originator.Focus, originator.Offer!);
        if (originator.Session.State != SessionState.Offered) return; // cancelled, or refused, meanwhile
        if (stored != StatusCode.Ok)
        {
            originator.Session.Refuse(stored, SessionRecord.HeadersOf(stored));
            GiveUp(originator);
            return;
        }

        // The 200 says that the session is there, not who comes.
        originator.State = ParticipantState.Connected;
        focus.Roster.Join(originator.Address, originator.DisplayName, JoiningMethod.DialedIn, originator.Alias);
        if (offer.Media is { } media)
        {
            var answer = NegotiateMedia.ComposeAnswer(originator, offer, null);
            NegotiateMedia.StartLeg(originator, media, weConnect: media.Setup == SetupRole.Passive);
            if (waitsForAck) originator.WhenConfirmed = invite;
            originator.Session.Accept("application/sdp", answer);
            if (!waitsForAck) invite();
        }
        else
        {
            // Who comes would be heard by all but him, so they are asked once his answer is there.
            originator.WhenAnswered = invite;
            originator.Session.Accept("application/sdp", NegotiateMedia.ComposeLateOffer(originator, null));
        }

        ReleasePolicy.Start(focus);
    }

    /// <summary>He has been refused, or has gone: there is no session.</summary>
    public static void GiveUp(Participant originator)
    {
        originator.Focus.Remove(originator);
        ReleaseSession.Run(originator.Focus);
    }
}
