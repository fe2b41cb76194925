using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.Notifications;
using Confab.Server.Procedures.Pager;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.General;

/// <summary>
/// What every request goes through before its procedure, in the order of RFC 3261 8.2, and the one switch that picks the procedure. Who has
/// not proven who he is gets one answer, and no state (RFC 3261 26.3.2.4).
/// </summary>
[Clause("RFC 3261", "8.2", "IMS-GEN-6", "IMS-GEN-7", "IMS-GEN-8")]
internal static class ReceiveRequest
{
    public static void Run(Conversation owner, IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (request.Method == SipMethod.Cancel) TakeCancel(owner, transaction);
        else if (request.Method != SipMethod.Invite && request.Has(HeaderName.Replaces)) owner.Answer(transaction, StatusCode.BadRequest, reason: "Replaces is for INVITE alone"); // RFC 3891 3
        else if (!request.ToTag.IsEmpty) TakeInDialog(owner, transaction);
        else if (!ServerHeaders.IsAllowed(request.Method)) owner.AnswerOnce(transaction, StatusCode.MethodNotAllowed);
        else if (request.Method == SipMethod.Bye) owner.AnswerOnce(transaction, StatusCode.CallTransactionDoesNotExist); // RFC 3261 15.1.2: of no dialog
        else if (request.RequestUri.Scheme != UriScheme.Sip) owner.AnswerOnce(transaction, StatusCode.UnsupportedUriScheme); // sips too: TLS is not offered (RFC 3261 26.2.2)
        else if (FindUnknownExtension(owner.Node, request) is { } unknown) owner.AnswerOnce(transaction, StatusCode.BadExtension, Unsupported(unknown));
        else if (request.Method == SipMethod.Options) AnswerOptions.Run(owner, transaction);
        else if (Verify(owner, transaction) is { } originator) TakeInitial(owner, transaction, originator);
    }

    private static void TakeInitial(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        if (request.Method == SipMethod.Register) Register(owner, transaction, originator);
        else if (SubscribeToRefer.Is(request)) SubscribeToRefer.Run(owner, transaction, originator.Address);
        else if (request.Method == SipMethod.Subscribe && SubscribeToDocuments.Is(request)) SubscribeToDocuments.Run(owner, transaction, originator);
        else if (request.Method == SipMethod.Subscribe) SubscribeToConference.Run(owner, transaction, originator);
        else if (owner.Focus is { } focus && (owner.Node.Router.Find(request.RequestUri) == focus || IsForGroup(focus, request))) TakeForSession(owner, focus, transaction, originator);
        else if (owner.Focus is not null) owner.Answer(transaction, StatusCode.LoopDetected); // RFC 3261 8.2.2.2: it came by another way already
        else if (request.Method == SipMethod.Refer) ReceiveRefer.Run(owner, null, null, transaction, originator.Address); // to no session
        else if (request.Method == SipMethod.Message) ReceivePage.Run(owner, transaction, originator);
        else if (request.Method == SipMethod.Invite && owner.Node.Groups.Find(request.RequestUri) is { } group && RequestKinds.Of(owner.Node, request.RequestUri) == RequestKind.Group)
            JoinGroupSession.Run(owner, transaction, originator, group);
        else if (request.Method != SipMethod.Invite || !SimultaneousSessions.Refuses(owner, transaction, originator.Address))
        {
            switch (RequestKinds.Of(owner.Node, request.RequestUri))
            {
                case RequestKind.Factory:
                    StartAdhocSession.Run(owner, transaction, originator);
                    break;
                case RequestKind.User:
                    StartOneToOneSession.Run(owner, transaction, originator);
                    break;
                default:
                    owner.Answer(transaction, StatusCode.NotFound);
                    break;
            }
        }
    }

    /// <summary>By a Call-ID that the group's session knows already: another try of one who was refused, say.</summary>
    private static bool IsForGroup(Focus focus, SipRequest request) =>
        request.Method == SipMethod.Invite && focus is { IsReleased: false, Group: { } group } && focus.Node.Groups.Find(request.RequestUri)?.Identity == group.Identity;

    /// <summary>What begins something new with a session: outside all dialogs, to the IM Session Identity.</summary>
    private static void TakeForSession(Conversation owner, Focus focus, IServerTransaction transaction, Originator originator)
    {
        if (transaction.Request.Method == SipMethod.Invite && SimultaneousSessions.Refuses(owner, transaction, originator.Address, focus)) return;
        if (transaction.Request.Method == SipMethod.Invite) RejoinSession.Run(focus, transaction, originator);
        else if (transaction.Request.Method == SipMethod.Refer) ReceiveRefer.Run(owner, focus, null, transaction, originator.Address);
        else owner.Answer(transaction, StatusCode.NotFound);
    }

    private static void Register(Conversation owner, IServerTransaction transaction, Originator originator) =>
        owner.Node.Registrar.Take(
            transaction,
            originator.Address,
            owner.Mailbox,
            (status, more) => owner.Answer(transaction, status, more));

    private static void TakeCancel(Conversation owner, IServerTransaction cancel)
    {
        var cancelled = owner.Transactions.FindCancelled(cancel.Request);
        if (cancelled is not null && !owner.Node.Verification.IsSameHop(cancel.Flow, cancelled.Flow)) cancelled = null;
        owner.Answer(cancel, cancelled is null ? StatusCode.CallTransactionDoesNotExist : StatusCode.Ok);
        if (cancelled is null || owner.Focus is not { } focus) return;
        foreach (var participant in focus.Participants)
        {
            if (participant.Session.Offer != cancelled) continue;
            participant.Session.TakeCancel();
            return;
        }
    }

    private static void TakeInDialog(Conversation owner, IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (owner.FindSubscription(request) is { } subscription)
        {
            TakeInSubscription(owner, subscription, transaction);
            return;
        }

        if (owner.Focus?.Find(request) is not { } participant)
        {
            if (owner.Focus?.Referrals.Exists(r => r.Notifier.Owns(request)) == true)
            {
                // Of a REFER outside the session's dialogs.
                if (Verify(owner, transaction) is { } subscriber) SubscribeToRefer.Run(owner, transaction, subscriber.Address);
                return;
            }

            owner.AnswerOnce(transaction, StatusCode.CallTransactionDoesNotExist); // of whoever has heard of the Call-ID
            return;
        }

        if (participant.AuthenticatedFlow is not { } known || owner.Node.Verification.NeedsChallenge(request, transaction.Flow, known))
        {
            if (Verify(owner, transaction) is not { } originator) return;
            if (originator.Address != participant.Address)
            {
                owner.Answer(transaction, StatusCode.Forbidden);
                return;
            }

            participant.AuthenticatedFlow = transaction.Flow;
        }

        if (FindUnknownExtension(owner.Node, request) is { } unknown) RefuseExtension(owner, transaction, unknown);
        else if (participant.Session.TryTake(transaction)) return;
        else if (request.Method == SipMethod.Options) AnswerOptions.Run(owner, transaction);
        else if (request.Method == SipMethod.Refer && participant.Focus.IsLargeMessage) owner.Answer(transaction, StatusCode.Forbidden, reason: "A large message has one recipient");
        else if (request.Method == SipMethod.Refer) ReceiveRefer.Run(owner, participant.Focus, participant, transaction, participant.Address);
        else if (SubscribeToRefer.Is(request)) SubscribeToRefer.Run(owner, transaction, participant.Address);
        else if (request.Method == SipMethod.Message) owner.Answer(transaction, StatusCode.Forbidden, reason: "Messages of a session go by MSRP"); // not overlapped, nor ordered with them
        else owner.Answer(transaction, StatusCode.MethodNotAllowed);
    }

    private static void TakeInSubscription(Conversation owner, Subscription subscription, IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (owner.Node.Verification.NeedsChallenge(request, transaction.Flow, subscription.AuthenticatedFlow))
        {
            if (Verify(owner, transaction) is not { } originator) return;
            if (originator.Address != subscription.Address)
            {
                owner.Answer(transaction, StatusCode.Forbidden);
                return;
            }

            subscription.AuthenticatedFlow = transaction.Flow;
        }

        if (FindUnknownExtension(owner.Node, request) is { } unknown) RefuseExtension(owner, transaction, unknown);
        else if (request.Method == SipMethod.Subscribe && subscription is DocumentSubscription toDocuments) SubscribeToDocuments.RunInDialog(owner, toDocuments, transaction);
        else if (request.Method == SipMethod.Subscribe) SubscribeToConference.RunInDialog(owner, (ConferenceSubscription)subscription, transaction);
        else if (request.Method == SipMethod.Options) AnswerOptions.Run(owner, transaction);
        else if (request.Method is SipMethod.Bye or SipMethod.Invite) owner.Answer(transaction, StatusCode.CallTransactionDoesNotExist); // no session lives in this dialog
        else owner.Answer(transaction, StatusCode.MethodNotAllowed);
    }

    /// <summary>The one who sent it, or null when it has been answered 401 or 403 (D-02).</summary>
    private static Originator? Verify(Conversation owner, IServerTransaction transaction)
    {
        switch (owner.Node.Verification.Verify(transaction.Request, transaction.Flow))
        {
            case Verdict.Verified verified:
                return verified.Originator;
            case Verdict.Challenged challenged:
                owner.AnswerOnce(transaction, StatusCode.Unauthorized, challenged.Challenges);
                return null;
            case Verdict.Refused refused:
                owner.AnswerOnce(transaction, refused.Status, reason: refused.Reason);
                return null;
            default:
                throw new InvalidOperationException("A verdict is one of three");
        }
    }

    private static string? FindUnknownExtension(Node node, SipRequest request)
    {
        List<string>? unknown = null;
        foreach (var tag in request.Headers(HeaderName.Require))
        {
            var isKnown = request.Method switch
            {
                SipMethod.Invite => tag.EqualsIgnoreCase("replaces"u8) || tag.EqualsIgnoreCase("timer"u8)
                    || (tag.EqualsIgnoreCase("recipient-list-invite"u8) && request.ToTag.IsEmpty), // never in a re-INVITE (RFC 5366 5.3)
                SipMethod.Refer => Refer.Knows(tag),
                SipMethod.Message => tag.EqualsIgnoreCase("recipient-list-message"u8) && request.ToTag.IsEmpty && SipUri.SameAddress(node.Exploder, request.RequestUri),
                SipMethod.Register => tag.EqualsIgnoreCase("path"u8) || tag.EqualsIgnoreCase("gruu"u8) || tag.EqualsIgnoreCase("outbound"u8),
                _ => false,
            };
            if (!isKnown) (unknown ??= []).Add(tag.ToString());
        }

        return unknown is null ? null : string.Join(", ", unknown);
    }

    private static void RefuseExtension(Conversation owner, IServerTransaction transaction, string unknown) =>
        owner.Answer(transaction, StatusCode.BadExtension, Unsupported(unknown));

    private static HeadersWriter Unsupported(string unknown) => (ref SipWriter writer) => writer.Header(HeaderName.Unsupported, unknown);
}
