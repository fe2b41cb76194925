using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Rejoining IM Group Session request: OMA-IM 7.2.1.5, an INVITE to the IM Session Identity (flow F5). Whoever was invited comes in the same
/// way, and so does a user whose leg is lost or who takes another device: a user has one leg, the newest (ADR 0007).
/// </summary>
[Clause("OMA-IM", "7.2.1.5", "IMS-REJOIN-0..10", "IMS-REJOIN-6a", "IMS-REJOIN-STALE", "IMS-REJOIN-ADHOC")]
[Clause("RFC 4579", "5.1", "IMS-JOIN-1..4")]
internal static class RejoinSession
{
    public static void Run(Focus focus, IServerTransaction transaction, Originator originator)
    {
        var (owner, node, request, address) = (focus.Owner, focus.Node, transaction.Request, originator.Address);

        // The same request by another way (RFC 3261 8.2.2.2).
        if (focus.Participants.Any(p => IsSame(p.Session.Offer?.Request, request)))
        {
            owner.Answer(transaction, StatusCode.LoopDetected);
            return;
        }

        // 1) the joining policy
        var isAnonymous = AnonymityAsked.In(request);
        if (!JoiningPolicy.Allows(focus, originator, isAnonymous))
        {
            owner.Answer(transaction, StatusCode.Forbidden);
            return;
        }

        // 2) room: max-participant-count of a group, MAX-ADHOC-GROUP-SIZE. His own stale leg takes none (C-40)
        if (focus.IsGroup && (focus.PresentBut(address) >= focus.MaxParticipants || !focus.Roster.HasRoom([address])))
        {
            owner.Answer(transaction, StatusCode.BusyHere, AddUsers.TooMany(node));
            return;
        }

        // 3) anonymity
        if (isAnonymous && !AnonymityPolicy.Allows(focus, GroupUser.Of(originator)))
        {
            owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
            return;
        }

        // 4) the media
        if (!NegotiateMedia.TryRead(node, request, focus.IsGroup, out var offer, out var refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        // A leg of his own that he names is dropped as every older one is; any other is not his to replace (RFC 3891 3).
        if (!StartAdhocSession.TryReplaces(request, out var replaces, out refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        if (replaces is not null && !focus.Participants.Any(p => p.Address == address && p.Session.Dialog is { } dialog && replaces.Means(dialog)))
        {
            owner.Answer(transaction, StatusCode.CallTransactionDoesNotExist);
            return;
        }

        if (RemoveParticipant.IsBusyWith(focus, address))
        {
            owner.Answer(transaction, StatusCode.ServiceUnavailable, RemoveParticipant.TryLater);
            return;
        }

        // 5) accepted, once it is stored
        var joiner = new Participant(focus, address, originator.DisplayName, isCaller: false, IsAnonymous(focus, request, address))
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
        };
        if (!joiner.Session.TakeOffer(transaction))
        {
            focus.Remove(joiner);
            return;
        }

        focus.Learn(originator);
        focus.Record.Promise([RosterSnapshot.Joined(focus.Roster, address, joiner.DisplayName, joiner.Alias)], status => Accept(joiner, offer, status));
        joiner.Session.SayTryingSoon();
    }

    /// <summary>He gave up before he was in: what he left meanwhile he has left.</summary>
    public static void OnCancelled(Participant joiner)
    {
        var focus = joiner.Focus;
        focus.Remove(joiner);
        joiner.WhenSettled?.Invoke(StatusCode.RequestTerminated);
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else if (focus.Present(joiner.Address) is null) ReleasePolicy.AfterDeparture(focus, joiner.Address);
    }

    /// <summary>That he is in has been stored; or it could not be.</summary>
    private static void Accept(Participant joiner, Offer offer, int stored)
    {
        var focus = joiner.Focus;
        if (joiner.Session.State != SessionState.Offered) return; // cancelled, or refused, meanwhile
        if (stored != StatusCode.Ok)
        {
            joiner.Session.Refuse(stored, SessionRecord.HeadersOf(stored));
            OnCancelled(joiner);
            return;
        }

        joiner.State = ParticipantState.Connected;

        // 6), 6 a) the answer; 7) the 200; 8) his leg in the MSRP Switch
        var other = focus.IsGroup ? null : Other(focus, joiner.Address);
        var asserting = other is null ? null : StartOneToOneSession.Asserting(joiner, other, other.IsAnonymous);
        var others = other?.Remote;
        if (offer.Media is { } media)
        {
            var answer = NegotiateMedia.ComposeAnswer(joiner, offer, others);
            NegotiateMedia.StartLeg(joiner, media, weConnect: media.Setup == SetupRole.Passive);
            joiner.Session.Accept("application/sdp", answer, asserting);
        }
        else
        {
            joiner.WhenAnswered = static () => { }; // the answer comes in his ACK (RFC 3261 13.2.1), and nothing else waits for it
            joiner.Session.Accept("application/sdp", NegotiateMedia.ComposeLateOffer(joiner, others), asserting);
        }

        SupersedeOthers(joiner);

        joiner.WhenSettled?.Invoke(StatusCode.Ok); // a REFER has named him meanwhile

        // 9), 10) the roster tells the subscribers
        focus.Roster.Join(joiner.Address, joiner.DisplayName, JoiningMethod.DialedIn, joiner.Alias);
        if (focus.Kind == SessionKind.AdHoc) ReleasePolicy.AfterSettling(focus); // the others may have left while it was being stored
    }

    /// <summary>Who asks for it, and whom the inviter wished not to be named: he comes out by <c>Privacy: none</c>.</summary>
    private static bool IsAnonymous(Focus focus, SipRequest request, string address) =>
        AnonymityAsked.In(request) || (focus.Roster.OfUser(address) is { IsHiddenByInviter: true } && !AnonymityAsked.IsWaived(request));

    /// <summary>
    /// His older legs are dropped: a stale one, one of another device, an invitation that still waits (IMS-REJOIN-STALE). A newer INVITE of his
    /// that is being stored drops this one in turn. To the others one that was known by another URI is somebody else, who leaves.
    /// </summary>
    public static void SupersedeOthers(Participant joiner)
    {
        var focus = joiner.Focus;
        foreach (var older in focus.Participants.ToArray())
        {
            if (older == joiner || older.Address != joiner.Address || older.Session.State == SessionState.Offered) continue;
            RemoveParticipant.Supersede(older, joiner.Entity);
        }
    }

    private static Participant? Other(Focus focus, string address) =>
        focus.Participants.FirstOrDefault(p => p.State == ParticipantState.Connected && p.Address != address);

    private static bool IsSame(SipRequest? known, SipRequest request) =>
        known is not null && known.CSeq.Number == request.CSeq.Number && known.CallId.Equals(request.CallId) && known.FromTag.Equals(request.FromTag);
}
