using Confab.Content.Multipart;
using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Ports;
using Confab.Server.Procedures.General;
using Confab.Server.Switch;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// 1-1 IM session: the focus is a back-to-back user agent between the two (flow F1). The caller is answered as the callee answers.
/// </summary>
[Clause("OMA-IM", "7.2.1", "IMS-1TO1-1", "IMS-1TO1-2", "IMS-1TO1-3", "IMS-1TO1-4")]
[Clause("OMA-IM", "9.1.1", "COM-LMM-1", "IMS-LMM-1", "IMS-GEN-11")]
internal static class StartOneToOneSession
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        var node = owner.Node;
        if (!node.Registrar.TryResolve(request.RequestUri, out var address, out var instance)
            || (node.OutboundProxy is null && !node.Directory.TryGetAccount(Account.UserOf(address), out _)))
        {
            owner.Answer(transaction, StatusCode.NotFound);
            return;
        }

        if (request.MaxForwards == 0)
        {
            owner.Answer(transaction, StatusCode.TooManyHops);
            return;
        }

        if (!NegotiateMedia.TryRead(node, request, isGroup: false, out var offer, out var refusal) || !StartAdhocSession.TryReplaces(request, out var replaces, out refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        var isLargeMessage = offer.Media is { Direction: MediaDirection.SendOnly }; // the sender takes nothing: it is one message (COM-LMM-1)
        if (isLargeMessage && replaces is not null)
        {
            owner.Answer(transaction, StatusCode.CallTransactionDoesNotExist); // no large message can be replaced, nor replaces one a session
            return;
        }

        var focus = new Focus(owner, SessionKind.OneToOne, originator.Address, isLargeMessage: isLargeMessage);
        var caller = new Participant(focus, originator.Address, originator.DisplayName, isCaller: true, AnonymityAsked.In(request))
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
        };
        if (!caller.Session.TakeOffer(transaction))
        {
            focus.Remove(caller);
            ReleaseSession.Run(focus);
            return;
        }

        caller.Session.SayTrying();
        var hops = (request.MaxForwards < 0 ? 70 : request.MaxForwards) - 1;
        if (replaces is null) InviteParticipant.Run(focus, address, caller, hops, instance);
        else TranslateReplaces.Run(focus, replaces, originator.Address, leg =>
        {
            // In the place of a session that the two have already (RFC 3891 3), or of none.
            if (Caller(focus) is null) return; // cancelled meanwhile
            if (leg?.Address == address) InviteParticipant.Run(focus, address, caller, hops, instance, replaced: leg);
            else OnRefused(focus, StatusCode.CallTransactionDoesNotExist, null);
        });
    }

    /// <summary>The caller while he has no answer.</summary>
    public static Participant? Caller(Focus focus) => focus.Participants.FirstOrDefault(static p => p is { IsCaller: true, State: ParticipantState.Invited });

    /// <summary>The callee's 18x reaches the caller.</summary>
    public static void OnRinging(Participant callee, SipResponse response)
    {
        if (Caller(callee.Focus) is { } caller) caller.Session.Ring(response.Status, Asserting(caller, callee, AnonymityAsked.In(response)));
    }

    /// <summary>The callee accepted: the caller's 200 carries our own answer, or our offer where he made none.</summary>
    public static void OnAnswered(Participant callee, MsrpMedia media)
    {
        var focus = callee.Focus;
        if (Caller(focus) is not { } caller)
        {
            ReleaseSession.Run(focus);
            return;
        }

        // What the callee says until the caller is in waits with his leg.
        ReleasePolicy.Begin(focus);
        focus.Record.Promise(
            [RosterSnapshot.Of(focus.Roster.Find(callee.Entity)!), RosterSnapshot.Joined(focus.Roster, caller.Address, caller.DisplayName, caller.Alias)],
            status => Accept(caller, callee, media, status));
    }

    /// <summary>The session is stored, and the caller has his 200; or it is not, and there is none.</summary>
    private static void Accept(Participant caller, Participant callee, MsrpMedia media, int stored)
    {
        var focus = caller.Focus;
        if (caller.Session.State != SessionState.Offered) return; // he gave up, or the callee left, meanwhile
        if (stored != StatusCode.Ok)
        {
            caller.Session.Refuse(stored, SessionRecord.HeadersOf(stored));
            focus.Remove(caller);
            caller.Msrp?.Close(EndReason.Declined);
            ReleaseSession.Run(focus);
            return;
        }

        if (caller.Offer!.Media is { } offered)
        {
            InviteParticipant.StartLeg(callee, media);
            var answer = NegotiateMedia.ComposeAnswer(caller, caller.Offer, media);
            caller.State = ParticipantState.Connected;
            NegotiateMedia.StartLeg(caller, offered, weConnect: offered.Setup == SetupRole.Passive);
            caller.Session.Accept("application/sdp", answer, Asserting(caller, callee, callee.IsAnonymous));
            DeliverFirst(caller);
        }
        else
        {
            // What the callee says meanwhile waits with his leg: there is nobody to hear it yet.
            caller.State = ParticipantState.Connected;
            caller.WhenAnswered = () =>
            {
                InviteParticipant.StartLeg(callee, media);
                DeliverFirst(caller);
            };
            caller.Session.Accept("application/sdp", NegotiateMedia.ComposeLateOffer(caller, media), Asserting(caller, callee, callee.IsAnonymous));
        }

        focus.Roster.Join(caller.Address, caller.DisplayName, JoiningMethod.DialedIn, caller.Alias);
        ReleasePolicy.Start(focus);
    }

    /// <summary>The callee's refusal reaches the caller with its code (IMS-1TO1-2); what only concerns our own leg does not.</summary>
    public static void OnRefused(Focus focus, int status, SipResponse? response)
    {
        if (Caller(focus) is { } caller)
        {
            var warning = response is not null && !AnonymityAsked.In(response) && response.TryGet(HeaderName.Warning, out var text) ? text : default; // it names his host
            caller.Session.Refuse(Relayed(status), (ref SipWriter writer) =>
            {
                if (!warning.IsEmpty) writer.Header(HeaderName.Warning, warning);
            });
            focus.Remove(caller);
            caller.Msrp?.Close(EndReason.Declined);
        }

        ReleaseSession.Run(focus);
    }

    /// <summary>
    /// A challenge, a redirection or an overload on our leg is none of the caller's, nor is an extension or a session timer that only we spoke of;
    /// neither is our own patience (487).
    /// </summary>
    public static int Relayed(int status) => status switch
    {
        < 400 or StatusCode.Unauthorized or StatusCode.ProxyAuthenticationRequired or StatusCode.ServiceUnavailable or StatusCode.RequestTerminated
            or StatusCode.BadExtension or StatusCode.ExtensionRequired or StatusCode.SessionIntervalTooSmall => StatusCode.TemporarilyUnavailable,
        _ => status,
    };

    /// <summary>A first message that came with the INVITE goes on as if it had been sent by MSRP (D-12).</summary>
    private static void DeliverFirst(Participant caller)
    {
        if (caller.Offer!.Others.FirstOrDefault(IsMessage) is { } first) caller.Focus.Switch.Deliver(caller, first.Content.Span);
    }

    private static bool IsMessage(BodyPart part) => CpimCheck.IsCpim(System.Text.Encoding.UTF8.GetBytes(part.ContentType));

    /// <summary>Who the other party is; kept from one whom he does not want to know it (RFC 3325 9.1).</summary>
    public static HeadersWriter Asserting(Participant caller, Participant callee, bool isHidden) => (ref SipWriter writer) =>
        HideIdentity.Assert(ref writer, caller.Focus.Node, caller.Session.Offer!.Flow, callee.Address, isHidden);
}
