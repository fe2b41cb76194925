using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// IM Session release policy: OMA-IM 7.2.2.8, by the operator variables of <see cref="SessionOptions"/>. Rules 1 f) and 2 a) are those of
/// <see cref="GroupChanged"/>. A local policy of the operator (NOTE 3) has no seam of its own: what operators asked for so far are these variables.
/// </summary>
[Clause("OMA-IM", "7.2.2.8", "IMS-RPOL-1", "IMS-RPOL-1a", "IMS-RPOL-1b", "IMS-RPOL-1c", "IMS-RPOL-1d", "IMS-RPOL-1e", "IMS-RPOL-N1", "IMS-RPOL-N2")]
[Clause("OMA-IM", "7.2.2.8", "IMS-RPOL-VAR", "IMS-RPOL-AUTO-T", "IMS-RPOL-AUTO-F", "IMS-RPOL-LEN", "IMS-RPOL-REM", "IMS-RPOL-REMV", "IMS-RPOL-N3")]
internal static class ReleasePolicy
{
    /// <summary>The session is about to be answered: its longest life begins, and goes on over a restart. Rule 1 e).</summary>
    public static void Begin(Focus focus)
    {
        var seconds = focus.Node.Options.Session.MaxLengthSeconds;
        if (seconds > 0 && !focus.IsLargeMessage) focus.Ends = focus.Roster.Now + TimeSpan.FromSeconds(seconds);
    }

    /// <summary>The session stands.</summary>
    public static void Start(Focus focus)
    {
        focus.IsStanding = true;
        if (focus.Ends is not { } ends) return;
        focus.MaxLength = new Alarm(focus.Owner.Mailbox, () => ReleaseSession.Run(focus));
        focus.MaxLength.Set(ends - focus.Roster.Now);
    }

    /// <summary>A participant left or was removed. When several rules hit at once the session is released once.</summary>
    public static void AfterDeparture(Focus focus, string address)
    {
        if (OriginatorLeft(focus, address) || TooFewLeft(focus)) ReleaseSession.Run(focus);
    }

    /// <summary>Several were removed at once: the policy is applied once (IMS-RBYE-2a6).</summary>
    public static void AfterRemoval(Focus focus, IEnumerable<string> addresses)
    {
        if (addresses.Any(address => OriginatorLeft(focus, address)) || TooFewLeft(focus)) ReleaseSession.Run(focus);
    }

    /// <summary>
    /// After a restart: whether what is stored has a reason to stand, those who are awaited counted as if they were in. One alone may be waiting
    /// for members of his group; a group without a document has no session (rule 1 f).
    /// </summary>
    public static bool MayStand(Focus focus) =>
        !OriginatorLeft(focus, focus.Originator) && (focus.Kind == SessionKind.Predefined ? focus.Group is not null && focus.PresentCount > 0 : !TooFewLeft(focus));

    /// <summary>
    /// An invitation has come to its end, or one who was coming in is in: what remains is counted when nobody is on the way any more (C-50).
    /// </summary>
    public static void AfterSettling(Focus focus)
    {
        if (TooFewLeft(focus)) ReleaseSession.Run(focus);
    }

    // 1 a) the originator of an ad-hoc or 1-1 session leaves, whatever auto-release says; 1 b) that of a pre-defined one where it says so
    // (not where he is coming in by another leg)
    private static bool OriginatorLeft(Focus focus, string address) => address == focus.Originator && focus.Present(address) is null && focus.Kind switch
    {
        SessionKind.OneToOne => true,
        _ => focus.Rules.EndsWithOriginator,
    };

    private static bool TooFewLeft(Focus focus) => focus.Kind switch
    {
        // 1 c) a 1-1 session with one participant or none; who is coming back in counts
        SessionKind.OneToOne => focus.PresentCount <= 1,

        // 1 d) as few as number-of-remaining-participants, and nobody who may still come
        _ => focus.InvitedCount == 0 && focus.ConnectedCount <= focus.Rules.RemainingParticipants,
    };
}
