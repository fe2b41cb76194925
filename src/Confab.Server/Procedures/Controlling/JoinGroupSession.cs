using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Joining a pre-defined group's session: OMA-IM 7.2.1.4, an INVITE to the group identity (flow F4). It goes on where the session lives; where
/// there is none it begins one, and of two that come at once the second finds the session of the first.
/// </summary>
[Clause("OMA-IM", "7.2.1.4", "IMS-JOIN-1..5", "IMS-INIT-4", "IMS-INIT-5")]
internal static class JoinGroupSession
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator, Group group)
    {
        var router = owner.Node.Router;
        var holder = router.OwnerOf(group.Identity, owner);
        if (holder != owner)
        {
            owner.HandOver(transaction, originator, holder);
            return;
        }

        // The group is ours by now: whatever changes in its document from here on is told to us.
        if (owner.Node.Groups.Find(group.Identity) is not { } current) owner.Answer(transaction, StatusCode.NotFound);
        else if (!SimultaneousSessions.Refuses(owner, transaction, originator.Address)) StartPredefinedSession.Run(owner, transaction, originator, current);
        if (owner.Focus is null) router.Forget(group.Identity, owner);
    }

    /// <summary>The session lives here: the steps are those of 7.2.1.5.</summary>
    public static void Run(Focus focus, IServerTransaction transaction, Originator originator)
    {
        if (!SimultaneousSessions.Refuses(focus.Owner, transaction, originator.Address, focus)) RejoinSession.Run(focus, transaction, originator);
    }
}
