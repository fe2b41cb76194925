using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Xdm;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>SIP REFER BYE request received in an IM Session: OMA-IM 7.2.1.8 (flow F8).</summary>
[Clause("OMA-IM", "7.2.1.8", "IMS-RBYE-0..2", "IMS-RBYE-2a1", "IMS-RBYE-2a4", "IMS-RBYE-2a5", "IMS-RBYE-2a6", "IMS-RBYE-2a7", "IMS-RBYE-2a8", "IMS-RBYE-2a9", "IMS-RBYE-2b", "IMS-RBYE-AUTH", "IMS-RBYE-SELF", "IMS-RBYE-MULTI")]
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

        // 2 a) Stored first: who is removed does not come in by himself from here on, nor after a restart.
        var removed = legs.Select(leg => new Removed(leg.Alias, leg.Address, MethodOf(refer, leg.Address))).Distinct().ToList();
        Expel(focus, removed);
        focus.Record.Promise(
            [.. removed.Select(r => RosterSnapshot.Gone(focus.Roster, r.Address, r.Alias, r.Method, By(refer, r.Method)))],
            status => Stored(refer, focus, removed, status));
    }

    private static void Stored(ReferReceived refer, Focus focus, List<Removed> removed, int stored)
    {
        if (stored != StatusCode.Ok) refer.Refuse(stored, SessionRecord.HeadersOf(stored));
        else if (focus.IsReleased) refer.Refuse(StatusCode.Forbidden);
        else if (AcceptRefer.TryRun(refer, focus, out var progress))
        {
            // i. to iv. the answer; 3) and the first NOTIFY after it
            progress?.Begin();
            Remove(refer, focus, removed, progress);
            return;
        }

        foreach (var one in removed) focus.Roster.Pardon(one.Entity);
    }

    private static void Remove(ReferReceived refer, Focus focus, List<Removed> removed, ReferProgress? progress)
    {
        // v. each leg is removed: who goes of his own accord departs. Who left meanwhile may not come back either.
        Expel(focus, removed);
        var legs = focus.Participants.Where(p => p.State != ParticipantState.Leaving && removed.Exists(r => r.Entity == p.Entity)).ToList();
        Follow(progress, legs);
        foreach (var leg in legs)
        {
            var method = MethodOf(refer, leg.Address);
            RemoveParticipant.Run(leg, RemoveParticipant.Removed, method, By(refer, method));
        }

        // vi. the release policy, once for all of them
        ReleasePolicy.AfterRemoval(focus, removed.Select(static r => r.Address));

        // vii. to ix. The roster tells the subscribers as each leg is gone (C-43).
    }

    private static void Expel(Focus focus, List<Removed> removed)
    {
        foreach (var one in removed.Where(static r => r.Method == DisconnectionMethod.Booted)) focus.Roster.Expel(one.Entity);
    }

    private static string? By(ReferReceived refer, DisconnectionMethod method) => method == DisconnectionMethod.Booted && !refer.IsHidden ? refer.Sender : null;

    private static DisconnectionMethod MethodOf(ReferReceived refer, string address) =>
        address == refer.Sender ? DisconnectionMethod.Departed : DisconnectionMethod.Booted;

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
        if (legs.Count == 0) progress.End(StatusCode.Ok); // all of them left by themselves while it was being stored
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

    /// <summary>One who is to go: by what the others know him, who he is, and how.</summary>
    private sealed record Removed(string? Alias, string Address, DisconnectionMethod Method)
    {
        public string Entity => Alias ?? Address;
    }
}
