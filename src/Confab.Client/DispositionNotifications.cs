namespace Confab.Client;

/// <summary>Kinds of notifications of what became of a message (RFC 5438).</summary>
[Flags]
public enum DispositionNotifications
{
    None = 0,

    /// <summary>That it reached the recipient's client, or could not.</summary>
    Delivery = 1,

    /// <summary>That it was shown to the recipient.</summary>
    Display = 2,

    All = Delivery | Display,
}
