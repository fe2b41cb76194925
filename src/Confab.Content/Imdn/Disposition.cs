namespace Confab.Content.Imdn;

/// <summary>What a notification tells of (RFC 5438 11.1.6).</summary>
public enum Disposition
{
    /// <summary>Whether the message reached the recipient.</summary>
    Delivery,

    /// <summary>What a server on the way did with it.</summary>
    Processing,

    /// <summary>Whether it was shown to the recipient.</summary>
    Display,
}

/// <summary>What became of the message (RFC 5438 11.1.7).</summary>
public enum DispositionStatus
{
    Delivered,

    Failed,

    Displayed,

    Processed,

    Stored,

    /// <summary>The recipient, or who decides for him, does not tell.</summary>
    Forbidden,

    /// <summary>An internal error.</summary>
    Error,

    /// <summary>A status of an extension.</summary>
    Other,
}
