using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;

namespace Confab.Server.Procedures.Notifications;

/// <summary>Terminating a subscription to the conference state: OMA-IM 7.2.2.11, RFC 4579 3.4. Expiry and unsubscribing are the notifier's.</summary>
[Clause("OMA-IM", "7.2.2.11", "IMS-STERM-1..3")]
internal static class TerminateSubscription
{
    /// <summary>The session is no more: the last document says so.</summary>
    public static void OnRelease(ConferenceSubscription subscription) => subscription.Notifier.Terminate("noresource");

    /// <summary>Ends it where its subscriber has left (as the policy says) or was removed.</summary>
    public static void OnDeparture(ConferenceSubscription subscription)
    {
        if (subscription.Focus.Roster.OfUser(subscription.Address) is not { Status: EndpointStatus.Disconnected, Disconnected: { } left }) return;
        if (left.Method == DisconnectionMethod.Booted) subscription.Notifier.Terminate("rejected");
        else if (subscription.Focus.Node.Options.Session.TerminateSubscriptionOnLeave) subscription.Notifier.Terminate("noresource");
    }

    /// <summary>Its last NOTIFY was answered, or one failed: nothing more is sent to it.</summary>
    public static void OnEnded(ConferenceSubscription subscription)
    {
        var focus = subscription.Focus;
        focus.Subscriptions.Remove(subscription);
        if (focus.IsReleased) ReleaseSession.Finish(focus);
    }
}
