using Confab.Content.XcapDiff;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Sip.Events;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Notifications;

/// <summary>SUBSCRIBE to the xcap-diff event package: RFC 5875 4, RFC 6665 4.2.1. The sender is proven.</summary>
[Clause("RFC 5875", "4.4", "XDM-15")]
internal static class SubscribeToDocuments
{
    public const string Package = "xcap-diff";

    private const int RetryAfterSeconds = 60;

    /// <summary>
    /// An hour (4.5), and no longer; a minute at least, or a subscriber would be all refreshes. No two NOTIFYs within five seconds (4.10), each
    /// taken before the next (4.7).
    /// </summary>
    public static SubscriptionTerms Terms { get; } = new(3600, 60, 3600, TimeSpan.FromSeconds(5)) { GathersFromFirst = true, EndsOnRefusal = true };

    public static bool Is(SipRequest request) => EventName.TryRead(request, out var name) && name.Package == Package;

    /// <summary>Outside of all dialogs.</summary>
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        if (!EventName.TryRead(request, out var name)) return;
        if (!IsForNotifier(owner.Node, request.RequestUri, originator.Address, out var status))
        {
            owner.Answer(transaction, status);
        }
        else if (!AcceptedState.Includes(request, XcapDiffWriter.ContentType))
        {
            owner.Answer(transaction, StatusCode.NotAcceptable, static (ref SipWriter writer) => writer.Header(HeaderName.Accept, XcapDiffWriter.ContentType));
        }
        else if (!ReadReferences.TryRead(owner.Node, request, out var references, out var refusal))
        {
            Refuse(owner, transaction, refusal);
        }
        else if (owner.Node.Watchers.IsFull(originator.Address))
        {
            owner.Answer(transaction, StatusCode.ServiceUnavailable, static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, RetryAfterSeconds));
        }
        else
        {
            var subscription = new DocumentSubscription(owner, originator.Address, name, transaction.Flow);
            owner.Add(subscription);
            subscription.Watch(references); // first, so that nothing changes between the first NOTIFY and then
            if (!subscription.Notifier.TakeSubscribe(transaction)) subscription.Forget();
        }
    }

    /// <summary>In the dialog of a subscription, from its subscriber: prolongs it, ends it, or asks for others (4.4).</summary>
    public static void RunInDialog(Conversation owner, DocumentSubscription subscription, IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!subscription.Notifier.Owns(request))
        {
            owner.Answer(transaction, StatusCode.CallTransactionDoesNotExist); // another event, or none, has no subscription in this dialog
            return;
        }

        var before = subscription.References;
        if (!request.Body.IsEmpty)
        {
            if (!ReadReferences.TryRead(owner.Node, request, out var references, out var refusal))
            {
                Refuse(owner, transaction, refusal);
                return;
            }

            subscription.Watch(references);
        }

        if (!subscription.Notifier.TakeSubscribe(transaction)) subscription.Watch(before);
    }

    /// <summary>The server itself, or the subscriber's own address; the package leaves the URI open (4.4).</summary>
    private static bool IsForNotifier(Node node, SipUri uri, string subscriber, out int refusal)
    {
        var kind = RequestKinds.Of(node, uri);
        var isHis = uri.AddressKey() == subscriber;
        refusal = kind == RequestKind.User && node.IsOurs(uri) ? StatusCode.Forbidden : StatusCode.NotFound;
        return isHis || kind == RequestKind.Server;
    }

    private static void Refuse(Conversation owner, IServerTransaction transaction, Refusal refusal) =>
        owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
}
