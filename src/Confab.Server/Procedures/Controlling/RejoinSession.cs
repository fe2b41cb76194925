using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Message;
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

        // 2) room: max-participant-count of a group, MAX-ADHOC-GROUP-SIZE
        if (focus.IsGroup && (OthersIn(focus, address) >= focus.MaxParticipants || !focus.Roster.HasRoom([address])))
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

        if (focus.Participants.Count(p => p.Address == address && p.State == ParticipantState.Leaving) >= node.World.Limits.LeavingLegsPerUser)
        {
            owner.Answer(transaction, StatusCode.ServiceUnavailable, static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, SecondsToLeave));
            return;
        }

        // 5) accepted
        var joiner = new Participant(focus, address, originator.DisplayName, isCaller: false, IsAnonymous(focus, request, address))
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
            State = ParticipantState.Connected,
        };
        if (!joiner.Session.TakeOffer(transaction))
        {
            focus.Remove(joiner);
            return;
        }

        focus.Learn(originator);

        // 6), 6 a) the answer; 7) the 200; 8) his leg in the MSRP Switch
        var others = focus.IsGroup ? null : Other(focus, address)?.Remote;
        if (offer.Media is { } media)
        {
            var answer = NegotiateMedia.ComposeAnswer(joiner, offer, others);
            NegotiateMedia.StartLeg(joiner, media, weConnect: media.Setup == SetupRole.Passive);
            joiner.Session.Accept("application/sdp", answer);
        }
        else
        {
            joiner.WhenAnswered = static () => { }; // the answer comes in his ACK (RFC 3261 13.2.1), and nothing else waits for it
            joiner.Session.Accept("application/sdp", NegotiateMedia.ComposeLateOffer(joiner, others));
        }

        SupersedeOthers(joiner);

        // 9), 10) the roster tells the subscribers
        focus.Roster.Join(address, joiner.DisplayName, JoiningMethod.DialedIn, joiner.Alias);
    }

    /// <summary>What a BYE takes to be given up (64*T1, RFC 3261 17.1.2.2).</summary>
    private const uint SecondsToLeave = 32;

    /// <summary>Who asks for it, and whom the inviter wished not to be named: he comes out by <c>Privacy: none</c>.</summary>
    private static bool IsAnonymous(Focus focus, SipRequest request, string address) =>
        AnonymityAsked.In(request) || (focus.Roster.OfUser(address) is { IsHiddenByInviter: true } && !AnonymityAsked.IsWaived(request));

    /// <summary>
    /// His older legs are dropped: a stale one, one of another device, an invitation that still waits (IMS-REJOIN-STALE). To the others one that
    /// was known by another URI is somebody else, who leaves.
    /// </summary>
    public static void SupersedeOthers(Participant joiner)
    {
        var focus = joiner.Focus;
        foreach (var older in focus.Participants.ToArray())
        {
            if (older == joiner || older.Address != joiner.Address) continue;
            older.IsSuperseded = older.Entity == joiner.Entity;
            RemoveParticipant.Run(older, RemoveParticipant.Superseded, DisconnectionMethod.Departed);
        }
    }

    /// <summary>Those who are in or asked, himself left out: his own stale leg takes no room (C-40).</summary>
    private static int OthersIn(Focus focus, string address) =>
        focus.Participants.Where(p => p.State != ParticipantState.Leaving && p.Address != address).Select(static p => p.Address).Distinct(StringComparer.Ordinal).Count();

    private static Participant? Other(Focus focus, string address) =>
        focus.Participants.FirstOrDefault(p => p.State == ParticipantState.Connected && p.Address != address);

    private static bool IsSame(SipRequest? known, SipRequest request) =>
        known is not null && known.CSeq.Number == request.CSeq.Number && known.CallId.Equals(request.CallId) && known.FromTag.Equals(request.FromTag);
}
