using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Events;

/// <summary>Why a subscription is over, or did not come about.</summary>
/// <param name="Status">The final status of a SUBSCRIBE that was refused; 408 where nothing came; 0 where the notifier ended it.</param>
/// <param name="Reason">The reason of the last NOTIFY; null where there was none.</param>
/// <param name="RetryAfter">Seconds after which it may be tried again; null where nothing was said.</param>
public sealed record SubscriptionEnd(int Status, string? Reason, uint? RetryAfter);

/// <summary>What a subscription asks for.</summary>
/// <param name="RequestUri">The resource.</param>
/// <param name="From">The subscriber's URI.</param>
/// <param name="FromName">The subscriber's display name; empty for none.</param>
/// <param name="Event">The package.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Accept">The types of state that are understood.</param>
/// <param name="Flow">The way that the first SUBSCRIBE takes.</param>
/// <param name="More">Further headers of every SUBSCRIBE.</param>
/// <param name="Route">The proxies that the first SUBSCRIBE takes, as Route carries them; empty for none.</param>
public sealed record SubscriptionRequest(
    string RequestUri, string From, string FromName, EventName Event, uint Seconds, string Accept, Flow Flow, HeadersWriter? More = null, string Route = "");

/// <summary>Who wants to know the state; called inside the owner's turn.</summary>
public interface ISubscriberUser
{
    /// <summary>A NOTIFY of this subscription, in its order; the one that ends it too.</summary>
    /// <returns>What it is answered with: 200, or why its body cannot be taken.</returns>
    int OnNotify(Subscriber subscriber, SipRequest notify);

    /// <summary>The subscription is over, or did not come about. Called once.</summary>
    void OnEnded(Subscriber subscriber, SubscriptionEnd end);
}
