using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Registration;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>On whose behalf a user is invited.</summary>
/// <param name="By">The referrer's IM Address.</param>
/// <param name="ReferredBy">The value of Referred-By.</param>
/// <param name="IsHidden">Whether nobody is to learn who that is.</param>
internal sealed record Referral(string By, string ReferredBy, bool IsHidden);

/// <summary>Inviting a user into a session, and what comes of it: RFC 4579 5.2, 5.5; RFC 5366 5.</summary>
[Clause("RFC 3325", "9.1", "COM-AOIA-5")]
[Clause("RFC 4579", "5.2", "IMS-1TO1-1", "IMS-1TO1-4", "IMS-FCTY-5", "IMS-FCTY-8")]
internal static class InviteParticipant
{
    /// <summary>
    /// Sends the INVITE. Where we are the registrar it goes to each device of the user, over the connection of its registration or by the
    /// Path that it gave (D-05); a user who is not registered is refused.
    /// </summary>
    /// <param name="focus">The session.</param>
    /// <param name="address">Whom.</param>
    /// <param name="caller">In 1-1 the caller: his name is shown, and the types of his offer are offered on.</param>
    /// <param name="hops">Max-Forwards of the request that caused it, less one.</param>
    /// <param name="instance">One device alone, where the caller named it by its GRUU.</param>
    /// <param name="referral">Whose REFER it is; null where the one who started the session invites.</param>
    /// <param name="history">The list of who else is invited, as <see cref="AttachHistory"/> composed it; null for none.</param>
    /// <param name="isHidden">Whether the inviter does not want him to be named to the others (RFC 5364 4).</param>
    /// <param name="replaced">
    /// His leg of another session that he is to leave for this one; null for none. One who hides says nothing of it: the dialog would tell who he is,
    /// and nobody can verify it (C-32).
    /// </param>
    /// <param name="preference">What the inviter would have of his devices, beside that they do IM (RFC 3841); null for nothing.</param>
    public static void Run(
        Focus focus,
        string address,
        Participant? caller,
        int hops,
        string? instance = null,
        Referral? referral = null,
        byte[]? history = null,
        bool isHidden = false,
        ReplacedLeg? replaced = null,
        string? preference = null)
    {
        var node = focus.Node;
        if (focus.PresentAs(address) is { IsAwaited: true } lost) focus.Remove(lost); // his invitation before the restart
        referral ??= new Referral(focus.Originator, $"<{focus.Originator}>", focus.OriginatorEntity != focus.Originator);
        if (referral.IsHidden) replaced = null;
        var invitee = new Participant(focus, address, null, isCaller: false, isHidden) { Referral = referral, Replaced = replaced, Preference = preference };
        focus.Roster.Invite(address, referral.IsHidden ? null : referral.By, invitee.Alias); // IMS-NTF-11
        if (replaced is null && node.UserSessions.IsFull(address) && focus.Present(address) is not { State: ParticipantState.Connected })
        {
            focus.Owner.Mailbox.Post(() => OnRefused(invitee, StatusCode.BusyHere, null));
            return;
        }

        IReadOnlyList<Location> targets = node.OutboundProxy is null
            ? [.. DevicesOf(node.Registrar.TargetsOf(address, instance), replaced).Select(Node.LocationOf)]
            : [new Location(address)];
        if (targets.Count == 0)
        {
            // In a letter of its own: the others on the list are invited before it is counted who remains (C-50).
            focus.Owner.Mailbox.Post(() => OnRefused(invitee, StatusCode.TemporarilyUnavailable, null));
            return;
        }

        var fork = invitee.Fork = new Fork(invitee);
        for (var i = 0; i < targets.Count; i++)
        {
            if (i > 0 && focus.Owner.Transactions.Count >= node.World.Limits.TransactionsPerOwner) return; // his best device alone
            var target = targets[i];
            var leg = NegotiateMedia.Open(invitee, target.Flow);
            var offer = NegotiateMedia.ComposeOffer(invitee, leg, target.Flow, caller?.Offer!.Media);
            fork.Invite(Compose(invitee, target, AttachHistory.Beside(node, offer, history), hops, caller?.DisplayName ?? focus.Group?.Document.DisplayName ?? ""), leg, offer);
        }
    }

    /// <summary>Only the device that has the dialog can replace it (RFC 3891 4); the others would ring for nothing.</summary>
    private static IReadOnlyList<Binding> DevicesOf(IReadOnlyList<Binding> bindings, ReplacedLeg? replaced)
    {
        if (replaced is null || bindings.Count < 2) return bindings;
        foreach (var binding in bindings)
        {
            if (binding.Contact == replaced.Target || binding.Flow == replaced.Flow) return [binding];
        }

        return bindings;
    }

    public static void OnRinging(Participant invitee, SipResponse response)
    {
        invitee.Focus.Roster.Alert(invitee.Entity);
        if (!invitee.Focus.IsGroup) StartOneToOneSession.OnRinging(invitee, response);
    }

    /// <summary>He accepts.</summary>
    /// <param name="invitee">Who.</param>
    /// <param name="media">His answer.</param>
    /// <param name="asksAnonymity">Whether he asks not to be named any more; that he was invited by his name has been told.</param>
    public static void OnAnswered(Participant invitee, MsrpMedia media, bool asksAnonymity)
    {
        var focus = invitee.Focus;
        invitee.AuthenticatedFlow = invitee.Session.Dialog!.Flow;
        invitee.State = ParticipantState.Connected;
        if (asksAnonymity && !AnonymityPolicy.Allows(focus, focus.UserOf(invitee.Address)))
        {
            // Rather out than named. Nobody is named in what becomes of it either: he is one who did not come.
            RemoveParticipant.Run(invitee, RemoveParticipant.Removed, DisconnectionMethod.Failed);
            invitee.WhenSettled?.Invoke(StatusCode.Forbidden);
            ReleasePolicy.AfterSettling(focus);
            return;
        }

        if (asksAnonymity && !invitee.IsAnonymous)
        {
            focus.Roster.Withdraw(invitee.Address);
            invitee.Hide();
        }

        if (focus.Roster.HasAlias(invitee.Address)) RejoinSession.SupersedeOthers(invitee); // he may be in by another URI
        focus.Roster.Join(invitee.Address, invitee.DisplayName, JoiningMethod.DialedOut, invitee.Alias);
        if (invitee.Focus.IsGroup) StartLeg(invitee, media);
        else StartOneToOneSession.OnAnswered(invitee, media);
        invitee.WhenSettled?.Invoke(StatusCode.Ok);
        if (invitee.Focus is { IsGroup: true, IsReleased: false } room) ReleasePolicy.AfterSettling(room); // the others may have left while his device rang
    }

    /// <summary>His answer says who connects; who offered does where it does not (RFC 4975 8.5).</summary>
    public static void StartLeg(Participant invitee, MsrpMedia media) => NegotiateMedia.StartLeg(invitee, media, weConnect: media.Setup != SetupRole.Active);

    public static void OnRefused(Participant invitee, int status, SipResponse? response)
    {
        var focus = invitee.Focus;
        focus.Remove(invitee);
        if (invitee.IsSuperseded)
        {
            invitee.WhenSettled?.Invoke(focus.PresentAs(invitee.Entity) is null ? status : StatusCode.Ok); // he came in by himself
            invitee.WhenRemoved?.Invoke(StatusCode.Ok);
            if (focus.IsReleased) ReleaseSession.Finish(focus);
            else if (focus.IsGroup) ReleasePolicy.AfterSettling(focus);
            return;
        }

        if (invitee.State == ParticipantState.Leaving) RemoveParticipant.TellRoster(invitee);
        else focus.Roster.Leave(invitee.Entity, status is StatusCode.BusyHere or StatusCode.BusyEverywhere ? DisconnectionMethod.Busy : DisconnectionMethod.Failed);
        invitee.WhenSettled?.Invoke(status);
        if (invitee.State == ParticipantState.Leaving) invitee.WhenRemoved?.Invoke(StatusCode.Ok);
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else if (focus.IsGroup) ReleasePolicy.AfterDeparture(focus, invitee.Address); // an originator who was lost and does not come has left
        else StartOneToOneSession.OnRefused(focus, status, response);
    }

    private static Invitation Compose(Participant invitee, Location target, (string ContentType, byte[] Content) body, int hops, string fromName)
    {
        var focus = invitee.Focus;
        var inviter = invitee.Referral!;
        return new Invitation(
            target.RequestUri,
            focus.IsGroup ? FocusUri(focus, target.Flow) : inviter.IsHidden ? HideIdentity.Uri : inviter.By, // C-63
            invitee.Address,
            body.ContentType,
            body.Content,
            (ref SipWriter writer) =>
            {
                writer.Header(HeaderName.AcceptContact, focus.IsLargeMessage ? "*;+g.oma.sip-im.large-message" : "*;+g.oma.sip-im");
                if (invitee.Preference is { } wanted) writer.Header(HeaderName.AcceptContact, wanted);
                if ((focus.IsGroup || invitee.Replaced is not null) && !inviter.IsHidden) writer.Header(HeaderName.ReferredBy, inviter.ReferredBy);
                if (invitee.Replaced is { } leg) writer.Header(HeaderName.Replaces, leg.Replaces.ToString());
            },
            target.Flow,
            focus.Owner.NewCallId(),
            hops,
            inviter.IsHidden ? HideIdentity.Name : fromName,
            target.Route,
            (ref SipWriter writer, Flow flow) => HideIdentity.Assert(ref writer, focus.Node, flow, inviter.By, inviter.IsHidden));
    }

    /// <summary>The identity as From; the transport parameter of a flow that is not known yet is left out.</summary>
    private static string FocusUri(Focus focus, Flow? flow) => flow is null ? $"sip:{focus.IdentityUser}@{focus.Node.Options.Domain}" : focus.Identity(flow);
}
