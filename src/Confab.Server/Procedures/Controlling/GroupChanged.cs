using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Notifications;
using Confab.Server.Xdm;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// The document of a group has changed while its session runs: OMA-IM 7.2.2.8, 1 f) and 2 a). For the rest of the session the new rules hold.
/// </summary>
[Clause("OMA-IM", "7.2.2.8", "IMS-RPOL-1f", "IMS-RPOL-2a", "IMS-RPOL-SRC", "IMS-RPOL-PREC", "IMS-RPOL-GRP")]
[Clause("RFC 5875", "4", "XDM-15", "XDM-16")]
internal static class GroupChanged
{
    public static void Run(Conversation owner)
    {
        if (owner.Focus is not { IsReleased: false, Group: { } before } focus) return;

        // 1 f) the document is gone: the session is released
        if (owner.Node.Groups.Find(before.Identity) is not { } now)
        {
            ReleaseSession.Run(focus);
            return;
        }

        if (ReferenceEquals(before, now)) return; // two changes, told once
        focus.Group = now;

        // 2 a) who may no longer take part is removed, nobody else
        var removed = focus.Participants.Where(p => p.State != ParticipantState.Leaving && MayNoLonger(focus, before, now, p)).ToArray();
        foreach (var participant in removed) RemoveParticipant.Run(participant, RemoveParticipant.Removed, DisconnectionMethod.Booted);
        foreach (var subscription in focus.Subscriptions.All.ToArray())
        {
            if (!focus.Allows(subscription.Address, GroupActions.ConferenceState)) TerminateSubscription.OnRulesChanged(subscription);
        }

        // and whether enough of them remain is looked at again
        if (removed.Length > 0) ReleasePolicy.AfterRemoval(focus, removed.Select(static p => p.Address));
    }

    /// <summary>
    /// Whether the change took his right away: to come in, or his place in the list. Who was let in by another's right, as one who was added
    /// by REFER, has none that the change could take. A schedule limits when members come in, not how long they stay: so the rules are asked
    /// about the time when he came. Who may no longer be anonymous is removed rather than named.
    /// </summary>
    private static bool MayNoLonger(Focus focus, Group before, Group now, Participant participant)
    {
        var user = new GroupUser(participant.Address, focus.NumberOf(participant.Address), participant.IsAnonymous);
        var at = focus.Roster.Find(participant.Entity)?.Joined?.When ?? focus.Node.World.Time.GetUtcNow();
        if (participant.IsAnonymous && before.Allows(user, GroupActions.Anonymity, at) && !now.Allows(user, GroupActions.Anonymity, at)) return true;
        var right = participant.Address == focus.Originator ? GroupActions.Join | GroupActions.Initiate : GroupActions.Join;
        if ((now.ActionsOf(user, at) & right) != GroupActions.None) return false;
        return (before.ActionsOf(user, at) & right) != GroupActions.None || (before.IsMember(user) && !now.IsMember(user));
    }
}
