using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Events;

/// <summary>The Subscription-State of a NOTIFY.</summary>
/// <param name="IsTerminated">Whether the subscription is over; active and pending are the same to us.</param>
/// <param name="Expires">Seconds that are left; null where it does not say, or is terminated (RFC 6665 4.1.3).</param>
/// <param name="Reason">Why it is over; null where it does not say.</param>
/// <param name="RetryAfter">Seconds after which it may be tried again; null where it does not say.</param>
[Clause("RFC 6665", "8.2.3")]
public readonly record struct SubscriptionState(bool IsTerminated, uint? Expires, string? Reason, uint? RetryAfter)
{
    /// <summary>False where the header is missing or names no state. A state that nobody has defined counts as active.</summary>
    public static bool TryRead(SipMessage notify, out SubscriptionState state)
    {
        state = default;
        if (!notify.TryGet(HeaderName.SubscriptionState, out var value)) return false;
        var semicolon = value.Span.IndexOf((byte)';');
        var word = (semicolon < 0 ? value : value.Slice(0, semicolon)).ToString().Trim();
        if (word.Length == 0) return false;
        var parameters = new Parameters(semicolon < 0 ? default : value.Slice(semicolon + 1));
        var isTerminated = word.Equals("terminated", StringComparison.OrdinalIgnoreCase);
        state = new SubscriptionState(
            isTerminated,
            isTerminated ? null : Seconds(parameters, "expires"u8),
            parameters.TryGet("reason"u8, out var reason) && !reason.IsEmpty ? reason.ToString().ToLowerInvariant() : null,
            Seconds(parameters, "retry-after"u8));
        return true;
    }

    private static uint? Seconds(Parameters parameters, ReadOnlySpan<byte> name) =>
        parameters.TryGet(name, out var value) && DeltaSeconds.TryParse(value, out var seconds) ? seconds : null;
}
