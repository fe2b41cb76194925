using Confab.Content.ConferenceInfo;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;
using Confab.Sip.Events;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Notifications;

/// <summary>SUBSCRIBE to the conference event package of a session: RFC 4575 3, RFC 6665 4.2.1 (flow F13).</summary>
[Clause("RFC 4575", "3.5", "IMS-SUB-1..5")]
internal static class SubscribeToConference
{
    private const int RetryAfterSeconds = 60;

    /// <summary>An hour, as the package has it (RFC 4575 3.3), and no longer; a minute at least, or a subscriber would be all refreshes.</summary>
    public static SubscriptionTerms Terms(Node node) => new(3600, 60, 3600, TimeSpan.FromSeconds(node.Options.Session.MinNotifyIntervalSeconds));

    /// <summary>Outside of all dialogs.</summary>
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        var focus = owner.Focus;
        if (!EventName.TryRead(request, out var name) || name.Package != "conference")
        {
            owner.Answer(transaction, StatusCode.BadEvent, static (ref SipWriter writer) => writer.Header(HeaderName.AllowEvents, ServerHeaders.AllowEvents));
        }
        else if (focus is not { IsReleased: false } || owner.Node.Router.Find(request.RequestUri) != focus)
        {
            owner.Answer(transaction, StatusCode.NotFound); // of no session, or of one that ended meanwhile
        }
        else if (!AcceptedState.Includes(request, ConferenceInfoNames.ContentType))
        {
            owner.Answer(transaction, StatusCode.NotAcceptable, static (ref SipWriter writer) => writer.Header(HeaderName.Accept, ConferenceInfoNames.ContentType));
        }
        else if (focus.Roster.OfUser(originator.Address) is not { Status: EndpointStatus.Connected }
            || (focus.Group is not null && !focus.Allows(originator.Address, GroupActions.ConferenceState)))
        {
            owner.Answer(transaction, StatusCode.Forbidden);
        }
        else if (focus.Subscriptions.Count >= owner.Node.World.Limits.SubscriptionsPerSession
            || focus.Subscriptions.CountOf(originator.Address) >= owner.Node.World.Limits.SubscriptionsPerUser)
        {
            owner.Answer(transaction, StatusCode.ServiceUnavailable, static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, RetryAfterSeconds));
        }
        else
        {
            var subscription = new ConferenceSubscription(focus, originator.Address, name, transaction.Flow);
            focus.Subscriptions.Add(subscription);
            if (!subscription.Notifier.TakeSubscribe(transaction)) focus.Subscriptions.Remove(subscription);
        }
    }

    /// <summary>In the dialog of a subscription, from its subscriber: prolongs it or ends it.</summary>
    public static void RunInDialog(Conversation owner, ConferenceSubscription subscription, IServerTransaction transaction)
    {
        if (subscription.Notifier.Owns(transaction.Request)) subscription.Notifier.TakeSubscribe(transaction);
        else owner.Answer(transaction, StatusCode.CallTransactionDoesNotExist); // another event, or none, has no subscription in this dialog
    }
}
