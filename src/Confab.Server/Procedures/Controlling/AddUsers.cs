using Confab.Content.Media;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Adding users to an IM Session by REFER: RFC 4579 5.5, RFC 5368 8 (flows F6, F7).</summary>
[Clause("RFC 4579", "5.5", "IMS-ADD-1", "IMS-ADD-2", "IMS-ADD-4", "IMS-ADD-5", "IMS-ADD-6", "IMS-ADD-9", "IMS-ADD-10", "IMS-ADD-11", "IMS-ADD-12", "IMS-RPOL-RACE")]
internal static class AddUsers
{
    public static void Run(ReferReceived refer)
    {
        if (refer.Focus is not { } focus)
        {
            refer.Refuse(StatusCode.NotFound);
            return;
        }

        if (!MayAdd(focus, refer.Sender))
        {
            refer.Refuse(StatusCode.Forbidden);
            return;
        }

        // Those who are in, or asked already, count once; who declined, left or was removed is asked again. Who is in anonymously is asked as if he
        // was not: that he is there is not told to who tries his name.
        var newcomers = refer.Targets.Addresses.Where(a => !refer.NamesSender(a) && !IsIn(focus, a)).ToList();
        if (newcomers.Count > 0 && !HasRoom(focus, newcomers))
        {
            refer.Refuse(StatusCode.BusyHere, TooMany(focus.Node));
            return;
        }

        // What a 1-1 session allows may be refused by the group that it becomes.
        var mayHide = focus.Group is null ? AnonymityPolicy.AllowsAdHoc(focus.Node) : AnonymityPolicy.Allows(focus, focus.UserOf(refer.Sender));
        if (!mayHide && (AnonymityAsked.In(refer.Transaction.Request) || (newcomers.Count > 0 && focus.Group is null && focus.Participants.Any(static p => p.IsAnonymous))))
        {
            refer.Refuse(StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
            return;
        }

        if (newcomers.Exists(IsAlias))
        {
            refer.Refuse(StatusCode.Forbidden, reason: "Nobody can be invited by an anonymous address");
            return;
        }

        if (newcomers.Count > 0 && !focus.IsGroup && !CanBecomeGroup(focus))
        {
            refer.Refuse(StatusCode.NotAcceptableHere, NegotiateMedia.Incompatible(focus.Node));
            return;
        }

        if (newcomers.Exists(address => RemoveParticipant.IsBusyWith(focus, address)))
        {
            refer.Refuse(StatusCode.ServiceUnavailable, RemoveParticipant.TryLater);
            return;
        }

        if (newcomers.Count == 0) Accept(refer, focus, newcomers);
        else
        {
            // What the 200 says is stored first; whoever has gone, or come, meanwhile is looked at again.
            focus.Record.Promise(
                RosterSnapshot.InOrder(focus.Roster, newcomers.Select(address => RosterSnapshot.InvitedBy(focus.Roster, address, refer.IsHidden ? null : refer.Sender))),
                status => Stored(refer, focus, newcomers, status),
                focus.IsGroup ? focus.Kind : SessionKind.AdHoc);
        }
    }

    private static void Stored(ReferReceived refer, Focus focus, List<string> newcomers, int stored)
    {
        if (stored != StatusCode.Ok) refer.Refuse(stored, SessionRecord.HeadersOf(stored));
        else if (focus.IsReleased) refer.Refuse(StatusCode.NotFound);
        else if (!MayAdd(focus, refer.Sender)) refer.Refuse(StatusCode.Forbidden);
        else
        {
            newcomers.RemoveAll(address => IsIn(focus, address));
            if (newcomers.Count > 0 && !HasRoom(focus, newcomers)) refer.Refuse(StatusCode.BusyHere, TooMany(focus.Node));
            else if (newcomers.Exists(address => RemoveParticipant.IsBusyWith(focus, address))) refer.Refuse(StatusCode.ServiceUnavailable, RemoveParticipant.TryLater);
            else Accept(refer, focus, newcomers);
        }
    }

    /// <summary>Every participant; in a pre-defined group whom allow-invite-users-dynamically names (IMS-ADD-1).</summary>
    private static bool MayAdd(Focus focus, string sender) =>
        focus.Present(sender) is { State: ParticipantState.Connected } && (focus.Group is null || focus.Allows(sender, GroupActions.InviteUsers));

    private static void Accept(ReferReceived refer, Focus focus, List<string> newcomers)
    {
        if (!AcceptRefer.TryRun(refer, focus, out var progress, () => Promote(focus, newcomers))) return;
        progress?.Begin();
        var referral = new Referral(refer.Sender, ReferredBy(refer), refer.IsHidden);
        foreach (var address in newcomers)
        {
            if (focus.PresentAs(address) is { IsAwaited: false } lost) RemoveParticipant.Supersede(lost, address);
            InviteParticipant.Run(focus, address, null, 70, referral: referral);
        }

        if (progress is not null) Follow(progress, focus, refer);
    }

    /// <summary>
    /// Whether he is in, or asked. Who has lost his connection for messages, or was in or asked when the server went down, is called again: his
    /// client may be gone, and a new one knows no way back.
    /// </summary>
    private static bool IsIn(Focus focus, string address) => focus.PresentAs(address) is { IsStale: false, IsAwaited: false };

    /// <summary>The answer says <c>isfocus</c> already (C-28).</summary>
    private static void Promote(Focus focus, List<string> newcomers)
    {
        if (newcomers.Count > 0) focus.BecomeGroup();
    }

    private static bool IsAlias(string address) => SipUri.TryParse(Text.Of(address), out var uri) && AnonymityAsked.Hides(uri);

    private static void Follow(ReferProgress progress, Focus focus, ReferReceived refer)
    {
        var named = refer.Targets.Addresses[0];
        var target = refer.NamesSender(named) ? focus.Present(refer.Sender)! : focus.PresentAs(named)!;
        if (target.State == ParticipantState.Connected) progress.End(StatusCode.Ok); // IMS-ADD-11
        else target.WhenSettled += progress.End;
    }

    /// <summary>A 1-1 session becomes an ad-hoc one by it.</summary>
    private static bool HasRoom(Focus focus, List<string> newcomers)
    {
        var most = focus.IsGroup ? focus.MaxParticipants : focus.Rules.MostParticipants;
        var present = focus.PresentCount - newcomers.Count(a => focus.PresentAs(a) is not null);
        return present + newcomers.Count <= most && focus.Roster.HasRoom(newcomers);
    }

    /// <summary>A room takes CPIM alone (C-65): who said that he does not cannot be in it.</summary>
    private static bool CanBecomeGroup(Focus focus) =>
        focus.Participants.All(static p => p.Remote is not { AcceptTypes.Count: > 0 } media || AcceptList.Matches(media.AcceptTypes, AcceptList.Cpim));

    /// <summary>
    /// As the sender wrote it, where it names him: what he says of another is not said on. A signature of his is a part of the body that stays
    /// behind, so the header is then made anew (RFC 3892 2.2).
    /// </summary>
    private static string ReferredBy(ReferReceived refer) =>
        refer.Transaction.Request.TryGetAddress(HeaderName.ReferredBy, out var by) && !by.HasParameter("cid"u8) && by.Uri.AddressKey() == refer.Sender
            ? by.Text.ToString()
            : $"<{refer.Sender}>";

    /// <summary>Warning 399 (C-39).</summary>
    public static HeadersWriter TooMany(Node node) => node.Warning(399, "Too many participants");
}
