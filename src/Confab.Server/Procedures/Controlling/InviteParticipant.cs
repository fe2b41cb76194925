using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>On whose behalf a user is invited.</summary>
/// <param name="By">The referrer's IM Address.</param>
/// <param name="ReferredBy">The value of Referred-By.</param>
internal sealed record Referral(string By, string ReferredBy);

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
    public static void Run(
        Focus focus, string address, Participant? caller, int hops, string? instance = null, Referral? referral = null, byte[]? history = null)
    {
        var node = focus.Node;
        if (focus.Present(address) is { IsAwaited: true } lost) focus.Remove(lost); // his invitation before the restart
        var invitee = new Participant(focus, address, null, isCaller: false) { Referral = referral };
        focus.Roster.Invite(address, referral?.By ?? focus.Originator);
        IReadOnlyList<Location> targets = node.OutboundProxy is null
            ? [.. node.Registrar.TargetsOf(address, instance).Select(Node.LocationOf)]
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
            fork.Invite(Compose(invitee, target, AttachHistory.Beside(node, offer, history), hops, caller?.DisplayName ?? ""), leg, offer);
        }
    }

    public static void OnRinging(Participant invitee, SipResponse response)
    {
        invitee.Focus.Roster.Alert(invitee.Address);
        if (!invitee.Focus.IsGroup) StartOneToOneSession.OnRinging(invitee, response);
    }

    public static void OnAnswered(Participant invitee, MsrpMedia media)
    {
        invitee.AuthenticatedFlow = invitee.Session.Dialog!.Flow;
        invitee.State = ParticipantState.Connected;
        invitee.Focus.Roster.Join(invitee.Address, invitee.DisplayName, JoiningMethod.DialedOut);
        if (invitee.Focus.IsGroup) StartLeg(invitee, media);
        else StartOneToOneSession.OnAnswered(invitee, media);
        invitee.WhenSettled?.Invoke(StatusCode.Ok);
    }

    /// <summary>His answer says who connects; who offered does where it does not (RFC 4975 8.5).</summary>
    public static void StartLeg(Participant invitee, MsrpMedia media) => NegotiateMedia.StartLeg(invitee, media, weConnect: media.Setup != SetupRole.Active);

    public static void OnRefused(Participant invitee, int status, SipResponse? response)
    {
        var focus = invitee.Focus;
        focus.Remove(invitee);
        if (invitee.IsSuperseded)
        {
            invitee.WhenSettled?.Invoke(focus.Present(invitee.Address) is null ? status : StatusCode.Ok); // he came in by himself
            if (focus.IsReleased) ReleaseSession.Finish(focus);
            return;
        }

        if (invitee.State == ParticipantState.Leaving) RemoveParticipant.TellRoster(invitee);
        else focus.Roster.Leave(invitee.Address, status is StatusCode.BusyHere or StatusCode.BusyEverywhere ? DisconnectionMethod.Busy : DisconnectionMethod.Failed);
        invitee.WhenSettled?.Invoke(status);
        if (invitee.State == ParticipantState.Leaving) invitee.WhenRemoved?.Invoke(StatusCode.Ok);
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else if (focus.IsGroup) ReleasePolicy.AfterRefusal(focus);
        else StartOneToOneSession.OnRefused(focus, status, response);
    }

    private static Invitation Compose(Participant invitee, Location target, (string ContentType, byte[] Content) body, int hops, string fromName)
    {
        var focus = invitee.Focus;
        var inviter = invitee.Referral?.By ?? focus.Originator;
        return new Invitation(
            target.RequestUri,
            focus.IsGroup ? FocusUri(focus, target.Flow) : inviter, // C-63
            invitee.Address,
            body.ContentType,
            body.Content,
            (ref SipWriter writer) =>
            {
                writer.Header(HeaderName.AcceptContact, "*;+g.oma.sip-im");
                writer.Header(HeaderName.PAssertedIdentity, $"<{inviter}>");
                if (focus.IsGroup) writer.Header(HeaderName.ReferredBy, invitee.Referral?.ReferredBy ?? $"<{inviter}>");
            },
            target.Flow,
            focus.Owner.NewCallId(),
            hops,
            fromName,
            target.Route);
    }

    /// <summary>The identity as From; the transport parameter of a flow that is not known yet is left out.</summary>
    private static string FocusUri(Focus focus, Flow? flow) => flow is null ? $"sip:{focus.IdentityUser}@{focus.Node.Options.Domain}" : focus.Identity(flow);
}
