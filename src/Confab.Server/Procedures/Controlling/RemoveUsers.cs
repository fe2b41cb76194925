using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Xdm;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>SIP REFER BYE request received in an IM Session: OMA-IM 7.2.1.8 (flow F8).</summary>
[Clause("OMA-IM", "7.2.1.8", "IMS-RBYE-0..2", "IMS-RBYE-2a1", "IMS-RBYE-2a4", "IMS-RBYE-2a5", "IMS-RBYE-2a6", "IMS-RBYE-2a7", "IMS-RBYE-2b", "IMS-RBYE-AUTH", "IMS-RBYE-SELF", "IMS-RBYE-MULTI")]
internal static class RemoveUsers
{
    public static void Run(ReferReceived refer)
    {
        // 1) who may: the originator of an ad-hoc session everybody (the role stays with his address, C-51), in a pre-defined group whom
        //    allow-expelling names, and anyone himself
        // 2) which session, and who of those named is in it or on the way in (C-08)
        if (refer.Focus is not { } focus || !MayRemove(focus, refer) || Legs(focus, refer) is not { Count: > 0 } legs)
        {
            // 2 b) whatever the reason: it is not told who is there (C-09)
            refer.Refuse(StatusCode.Forbidden);
            return;
        }

        // 2 a) i. to iv. the answer; 3) and the first NOTIFY after it
        if (!AcceptRefer.TryRun(refer, focus, out var progress)) return;
        progress?.Begin();

        // v. each leg is removed: who goes of his own accord departs
        Follow(progress, legs);
        foreach (var leg in legs)
        {
            if (leg.Address == refer.Sender) RemoveParticipant.Run(leg, RemoveParticipant.Removed, DisconnectionMethod.Departed);
            else RemoveParticipant.Run(leg, RemoveParticipant.Removed, DisconnectionMethod.Booted, refer.IsHidden ? null : refer.Sender);
        }

        // vi. the release policy, once for all of them
        ReleasePolicy.AfterRemoval(focus, legs.Select(static leg => leg.Address));

        // vii. to ix. The roster tells the subscribers as each leg is gone (C-43).
    }

    private static bool MayRemove(Focus focus, ReferReceived refer) =>
        (focus.Group is null ? refer.Sender == focus.Originator : focus.Present(refer.Sender) is not null && focus.Allows(refer.Sender, GroupActions.Expel))
        || refer.Targets.Addresses.All(refer.NamesSender);

    /// <summary>By the URIs that the others know them by: nobody learns by a removal who takes part anonymously.</summary>
    private static List<Participant> Legs(Focus focus, ReferReceived refer)
    {
        var named = new HashSet<string>(refer.Targets.Addresses, StringComparer.Ordinal);
        var himself = refer.Targets.Addresses.Any(refer.NamesSender);
        return [.. focus.Participants.Where(p => p.State != ParticipantState.Leaving && (named.Contains(p.Entity) || (himself && p.Address == refer.Sender)))];
    }

    /// <summary>The status of the last BYE that is through, or of the worst of them.</summary>
    private static void Follow(ReferProgress? progress, List<Participant> legs)
    {
        if (progress is null) return;
        var (pending, worst) = (legs.Count, 0);
        foreach (var leg in legs)
        {
            leg.WhenRemoved += status =>
            {
                worst = Math.Max(worst, status);
                if (--pending == 0) progress.End(worst);
            };
        }
    }
}
