namespace Confab.Sip.Events;

/// <summary>What one NOTIFY tells.</summary>
/// <param name="ContentType">The type of the body; null for none.</param>
/// <param name="Body">The body.</param>
/// <param name="HasMore">Whether there is more to tell than one message carries: the next NOTIFY follows as soon as this one is answered.</param>
/// <param name="IsNothing">Of a change: it has been undone meanwhile, so that nothing is sent.</param>
public readonly record struct Notification(string? ContentType, ReadOnlyMemory<byte> Body, bool HasMore = false, bool IsNothing = false);

/// <summary>Which NOTIFY it is.</summary>
public enum NotifyKind
{
    /// <summary>It answers a SUBSCRIBE, or comes after one that was not taken: the whole state.</summary>
    Whole,

    /// <summary>What has changed since the one before.</summary>
    Change,

    /// <summary>The subscription ends with it; what it says of the state is up to the package (RFC 6665 4.2.1.4).</summary>
    Last,
}

/// <summary>Who knows the state that a subscription is about; called inside the owner's turn.</summary>
public interface INotifierUser
{
    /// <summary>Says what the NOTIFY that leaves now is to carry. Called as late as can be, so that it carries the newest.</summary>
    Notification Compose(Notifier notifier, NotifyKind kind);

    /// <summary>The subscription is over and nothing is pending: its last NOTIFY was answered, or one failed. Called once.</summary>
    void OnEnded(Notifier notifier);
}
