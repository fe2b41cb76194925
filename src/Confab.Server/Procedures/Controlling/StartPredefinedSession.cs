using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>IM Session initiation policy, and the session of a pre-defined group that begins by it: OMA-IM 7.2.2.3, RFC 4579 5.1 (flow F3).</summary>
[Clause("OMA-IM", "7.2.2.3", "IMS-INIT-1", "IMS-INIT-2", "IMS-INIT-2n", "IMS-INIT-3", "IMS-INIT-N", "IMS-INIT-SCHED", "IMS-INIT-6", "IMS-JOIN-5")]
internal static class StartPredefinedSession
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator, Group group)
    {
        var (node, request) = (owner.Node, transaction.Request);
        var isAnonymous = AnonymityAsked.In(request);
        var actions = group.ActionsOf(GroupUser.Of(originator, isAnonymous), node.World.Time.GetUtcNow());

        // The initiator needs allow-initiate-conference, and a group for nobody has no session.
        if (!actions.HasFlag(GroupActions.Initiate))
        {
            owner.Answer(transaction, StatusCode.Forbidden);
            return;
        }

        if (group.Document.MaxParticipantCount == 0)
        {
            owner.Answer(transaction, StatusCode.BusyHere, AddUsers.TooMany(node));
            return;
        }

        if (isAnonymous && !actions.HasFlag(GroupActions.Anonymity))
        {
            owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
            return;
        }

        if (!NegotiateMedia.TryRead(node, request, isGroup: true, out var offer, out var refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        if (offer.Media is { Direction: MediaDirection.SendOnly })
        {
            owner.Answer(transaction, StatusCode.NotAcceptableHere, reason: "Large messages go to one user"); // an INVITE that only sends is no session (COM-LMM-1)
            return;
        }

        var focus = new Focus(owner, SessionKind.Predefined, originator.Address, group);
        var caller = new Participant(focus, originator.Address, originator.DisplayName, isCaller: true, isAnonymous)
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
        };
        if (!caller.Session.TakeOffer(transaction))
        {
            AcceptOriginator.GiveUp(caller);
            return;
        }

        focus.Learn(originator);
        ReleasePolicy.Begin(focus);
        focus.Record.Promise(
            [RosterSnapshot.Joined(focus.Roster, caller.Address, caller.DisplayName, caller.Alias)],
            status => AcceptOriginator.Run(caller, status, () => InviteMembers(focus)));
        caller.Session.SayTryingSoon();
    }

    /// <summary>
    /// The members of the list, where the group invites them: in the order of the list, as many as find room beside those who are there. Which
    /// of them is a local matter (NOTE).
    /// </summary>
    private static void InviteMembers(Focus focus)
    {
        if (focus is not { IsReleased: false, Group: { Document.InviteMembers: true } group }) return;
        var room = focus.MaxParticipants - focus.PresentCount;
        var here = focus.Participants.Where(static p => p.State != ParticipantState.Leaving).SelectMany(p => (string?[])[p.Address, focus.NumberOf(p.Address)]).ToHashSet(StringComparer.Ordinal);
        foreach (var member in group.Members)
        {
            if (room <= 0) return;
            if (here.Contains(member.Address)) continue;
            InviteParticipant.Run(focus, member.Address, null, 70);
            room--;
        }
    }
}
