using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>SIP REFER BYE request received in an IM Session: OMA-IM 7.2.1.8 (flow F8).</summary>
[Clause("OMA-IM", "7.2.1.8", "IMS-RBYE-0..2", "IMS-RBYE-2a1", "IMS-RBYE-2a4", "IMS-RBYE-2a5", "IMS-RBYE-2a6", "IMS-RBYE-2a7", "IMS-RBYE-2b", "IMS-RBYE-AUTH", "IMS-RBYE-SELF", "IMS-RBYE-MULTI")]
internal static class RemoveUsers
{
    public static void Run(ReferReceived refer)
    {
        // 1) who may: the originator of the session everybody (the role stays with his address, C-51), anyone himself
        // 2) which session, and who of those named is in it or on the way in (C-08)
        if (refer.Focus is not { } focus || !MayRemove(focus, refer) || Legs(focus, refer.Targets.Addresses) is not { Count: > 0 } legs)
        {
            // 2 b) whatever the reason: it is not told who is there (C-09)
            refer.Refuse(StatusCode.Forbidden);
            return;
        }

        // 2 a) Stored first: who is removed does not come in by himself from here on, nor after a restart.
        var addresses = legs.Select(static leg => leg.Address).Distinct(StringComparer.Ordinal).ToList();
        foreach (var address in addresses.Where(a => a != refer.Sender)) focus.Roster.Expel(address);
        focus.Record.Promise(
            [.. addresses.Select(a => RosterSnapshot.Gone(focus.Roster, a, MethodOf(refer, a), a == refer.Sender ? null : refer.Sender))],
            status => Stored(refer, focus, addresses, status));
    }

    private static void Stored(ReferReceived refer, Focus focus, List<string> addresses, int stored)
    {
        if (stored != StatusCode.Ok) refer.Refuse(stored, SessionRecord.HeadersOf(stored));
        else if (focus.IsReleased) refer.Refuse(StatusCode.Forbidden);
        else if (AcceptRefer.TryRun(refer, focus, out var progress))
        {
            // i. to iv. the answer; 3) and the first NOTIFY after it
            progress?.Begin();
            Remove(refer, focus, addresses, progress);
            return;
        }

        foreach (var address in addresses) focus.Roster.Pardon(address);
    }

    private static void Remove(ReferReceived refer, Focus focus, List<string> addresses, ReferProgress? progress)
    {
        // v. each leg is removed: who goes of his own accord departs. Who left meanwhile may not come back either.
        foreach (var address in addresses.Where(a => a != refer.Sender)) focus.Roster.Expel(address);
        var legs = Legs(focus, addresses);
        Follow(progress, legs);
        foreach (var leg in legs)
        {
            var method = MethodOf(refer, leg.Address);
            RemoveParticipant.Run(leg, RemoveParticipant.Removed, method, method == DisconnectionMethod.Booted ? refer.Sender : null);
        }

        // vi. the release policy, once for all of them
        ReleasePolicy.AfterRemoval(focus, addresses);

        // vii. to ix. The roster tells the subscribers as each leg is gone (C-43).
    }

    private static DisconnectionMethod MethodOf(ReferReceived refer, string address) =>
        address == refer.Sender ? DisconnectionMethod.Departed : DisconnectionMethod.Booted;

    private static bool MayRemove(Focus focus, ReferReceived refer) =>
        refer.Sender == focus.Originator || refer.Targets.Addresses.All(address => address == refer.Sender);

    private static List<Participant> Legs(Focus focus, IReadOnlyList<string> addresses)
    {
        var named = new HashSet<string>(addresses, StringComparer.Ordinal);
        return [.. focus.Participants.Where(p => p.State != ParticipantState.Leaving && named.Contains(p.Address))];
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
}
