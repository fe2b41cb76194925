using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Inviting a user into a session, and what comes of it: RFC 4579 5.2, 5.5; RFC 5366 5.</summary>
[Clause("RFC 3325", "9.1", "COM-AOIA-5")]
[Clause("RFC 4579", "5.2", "IMS-1TO1-1", "IMS-1TO1-4", "IMS-FCTY-5", "IMS-FCTY-8")]
internal static class InviteParticipant
{
    /// <summary>
    /// Sends the INVITE. Where we are the registrar it goes to the registered contact, over the connection of the registration (D-05);
    /// a user who is not registered is refused.
    /// </summary>
    /// <param name="focus">The session.</param>
    /// <param name="address">Whom.</param>
    /// <param name="caller">In 1-1 the caller: his name is shown, and the types of his offer are offered on.</param>
    /// <param name="hops">Max-Forwards of the request that caused it, less one.</param>
    public static void Run(Focus focus, string address, Participant? caller, int hops)
    {
        var node = focus.Node;
        var invitee = new Participant(focus, address, null, isCaller: false);
        var bindings = node.OutboundProxy is null ? node.Registrar.BindingsOf(address) : [];
        if (node.OutboundProxy is null && bindings.IsEmpty)
        {
            // In a letter of its own: the others on the list are invited before it is counted who remains (C-50).
            focus.Owner.Mailbox.Post(() => OnRefused(invitee, StatusCode.TemporarilyUnavailable, null));
            return;
        }

        var flow = bindings.IsEmpty ? null : bindings[0].Flow;
        var inviter = focus.Originator;
        var sdp = NegotiateMedia.ComposeOffer(invitee, flow, caller?.Offer!.Media);
        invitee.AwaitAnswer();
        invitee.Session.Connect(new Invitation(
            bindings.IsEmpty ? address : bindings[0].Contact,
            focus.IsGroup ? FocusUri(focus, flow) : inviter, // C-63
            address,
            "application/sdp",
            sdp,
            (ref SipWriter writer) =>
            {
                writer.Header(HeaderName.AcceptContact, "*;+g.oma.sip-im");
                writer.Header(HeaderName.PAssertedIdentity, $"<{inviter}>");
                if (focus.IsGroup) writer.Header(HeaderName.ReferredBy, $"<{inviter}>");
            },
            flow,
            focus.Owner.NewCallId(),
            hops,
            caller?.DisplayName ?? ""));
    }

    public static void OnRinging(Participant invitee, SipResponse response)
    {
        if (!invitee.Focus.IsGroup) StartOneToOneSession.OnRinging(invitee, response);
    }

    public static void OnAnswered(Participant invitee, SipResponse response)
    {
        var focus = invitee.Focus;
        invitee.AuthenticatedFlow = invitee.Session.Dialog!.Flow;
        if (focus.IsReleased)
        {
            RemoveParticipant.Run(invitee, RemoveParticipant.Released);
            return;
        }

        if (!NegotiateMedia.TryReadAnswer(invitee, response, out var media))
        {
            // It accepted something that was not offered: the leg is of no use.
            invitee.State = ParticipantState.Leaving;
            invitee.Session.Bye();
            End(invitee, StatusCode.NotAcceptableHere, null);
            return;
        }

        invitee.State = ParticipantState.Connected;
        NegotiateMedia.StartLeg(invitee, media, weConnect: media.Setup != SetupRole.Active);
        if (!focus.IsGroup) StartOneToOneSession.OnAnswered(invitee);
    }

    public static void OnRefused(Participant invitee, int status, SipResponse? response)
    {
        invitee.Focus.Remove(invitee);
        End(invitee, status, response);
    }

    private static void End(Participant invitee, int status, SipResponse? response)
    {
        invitee.Msrp?.Close(EndReason.Declined);
        var focus = invitee.Focus;
        if (focus.IsReleased) ReleaseSession.Finish(focus);
        else if (focus.IsGroup) ReleasePolicy.AfterRefusal(focus);
        else StartOneToOneSession.OnRefused(focus, status, response);
    }

    /// <summary>The identity as From; the transport parameter of a flow that is not known yet is left out.</summary>
    private static string FocusUri(Focus focus, Flow? flow) => flow is null ? $"sip:{focus.IdentityUser}@{focus.Node.Options.Domain}" : focus.Identity(flow);
}
