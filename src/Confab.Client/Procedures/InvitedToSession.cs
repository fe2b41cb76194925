using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.2.2 IM Client invited to an IM Session. Flow F1 step 5, F2 step 4.</summary>
[Clause("OMA-IM", "7.1.2.2", "IMC-INV-0", "IMC-INV-D1", "IMC-TERM-N1", "IMC-INV-D2", "IMC-INV-3", "IMC-INV-4", "IMC-INV-LIST", "IMC-INV-AUTO", "IMC-INV-RING")]
[Clause("OMA-IM", "9.1.1", "IMC-LMM-5", "IMC-LMM-6")]
internal static class InvitedToSession
{
    public static void Receive(ImClient client, IServerTransaction transaction)
    {
        var invite = transaction.Request;
        var session = new ImSession(client, client.Options.Anonymous) { IsIncoming = true };
        if (!session.Sip.TakeOffer(transaction)) return;
        if (!ReplaceSession.TryFind(client, invite, out var replaced, out var refusal) || (replaced is null && (refusal = SimultaneousSessions.Refusal(client)) > 0))
        {
            session.Sip.Refuse(refusal);
            return;
        }

        // The media first: the user is not bothered with what cannot become a session.
        if (InvitationContent.Of(invite, client.World.Limits.ListEntries) is not { } content)
        {
            RefuseMedia(session, "No session description that could be answered");
            return;
        }

        session.Leg = client.Media.Open(session, transaction.Flow);
        if (session.Leg.TakeOffer(content.Offer.Span) is { } problem)
        {
            session.Leg.Close();
            RefuseMedia(session, problem);
            return;
        }

        TerminatingGeneral.StorePeer(session, invite);
        StoreInviter(session, invite);
        session.Participants = content.Participants;
        session.Replaces = replaced;
        session.IsLargeMessage = session.Leg.IsOfferedLargeMessage;
        session.State = ImSessionState.Invited;
        client.Sessions.Add(session);
        client.Tell(new Invited(session));
        if (client.Options.AutoAccept || (session.IsLargeMessage && client.Options.AcceptLargeMessages)) Accept(session, null);
        else Alert(session);
    }

    public static void Accept(ImSession session, TaskCompletionSource<SessionOutcome>? answer, bool? anonymous = null)
    {
        if (session.State != ImSessionState.Invited)
        {
            answer?.TrySetException(new InvalidOperationException("This session is no invitation that waits for an answer."));
            return;
        }

        // 1), 2) Replaces: verified before the user was asked; the session that it names is left when this one stands (ReplaceSession).
        // 3), 3a), 3b) the answer: our address, and the types chosen from the offer. 4) the 200.
        session.Outcome = answer;
        session.IsAnonymous = anonymous ?? session.IsAnonymous;
        session.State = ImSessionState.Accepting;
        session.Unanswered.Cancel();
        session.Sip.Accept("application/sdp", session.Leg!.Answer(), WriteIdentity(session));
    }

    /// <summary>A refusal, never followed by a 200 (C-29).</summary>
    public static void Decline(ImSession session, int status, TaskCompletionSource<bool>? answer = null)
    {
        if (session.State != ImSessionState.Invited)
        {
            answer?.TrySetException(new InvalidOperationException("This session is no invitation that waits for an answer."));
            return;
        }

        session.Sip.Refuse(status);
        session.End(SessionEnd.Declined, SessionFailure.Refused, status, "");
        answer?.TrySetResult(true);
    }

    /// <summary>The ACK came: now the connection is opened, and bound by a first SEND.</summary>
    public static void Confirmed(ImSession session)
    {
        if (session.State != ImSessionState.Accepting) return;
        session.Leg!.Start();
        StartSession.Establish(session);
        ReplaceSession.Run(session);
    }

    public static void Cancelled(ImSession session) =>
        session.End(SessionEnd.Failed, SessionFailure.GivenUp, StatusCode.RequestTerminated, "The invitation was taken back.");

    public static void NobodyAnswered(ImSession session)
    {
        if (session.State != ImSessionState.Invited) return;
        session.Sip.Refuse(StatusCode.TemporarilyUnavailable);
        session.End(SessionEnd.Failed, SessionFailure.GivenUp, StatusCode.TemporarilyUnavailable, "The invitation was not answered.");
    }

    private static void Alert(ImSession session)
    {
        session.Unanswered.Set(TimeSpan.FromSeconds(session.Client.Options.RingSeconds));
        if (session.Client.Options.Ring) session.Sip.Ring(more: WriteIdentity(session));
        else session.Sip.SayTrying();
    }

    /// <summary>488 with the reason for people (IMC-INV-0, RFC 3261 20.43: 305 is an incompatible media format).</summary>
    private static void RefuseMedia(ImSession session, string problem)
    {
        var client = session.Client;
        session.Sip.Refuse(
            StatusCode.NotAcceptableHere,
            (ref SipWriter writer) => writer.Warning(305, client.Address.Host.Span, System.Text.Encoding.UTF8.GetBytes(problem)));
    }

    /// <summary>The inviter: asserted, or else named by Referred-By, or else in From (C-63); nobody where that is the session.</summary>
    private static void StoreInviter(ImSession session, SipRequest invite)
    {
        if (!invite.TryGetAddress(HeaderName.PAssertedIdentity, out var inviter) && !invite.TryGetAddress(HeaderName.ReferredBy, out inviter))
            inviter = invite.From;
        session.StoreAsserted(invite);
        session.Peer = inviter.UriText.ToString();
        session.PeerName = Names.Of(inviter);

        // Who asks for anonymity is named by none of them, and From is the session itself.
        if (invite.TryGetAddress(HeaderName.Contact, out var contact) && contact.HasParameter("isfocus"u8) && contact.Uri.User.Equals(inviter.Uri.User))
            session.Peer = General.AnonymousUri;
    }

    private static HeadersWriter WriteIdentity(ImSession session) => (ref SipWriter writer) => General.WriteIdentity(ref writer, session);
}
