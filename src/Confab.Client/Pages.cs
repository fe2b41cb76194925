namespace Confab.Client;

/// <summary>A message without a session to be sent (pager mode).</summary>
/// <param name="ContentType">What the content is, with parameters.</param>
/// <param name="Content">The content. With its headers it has to fit into <see cref="ImClientOptions.MaxPageSize"/>.</param>
public sealed record Page(string ContentType, ReadOnlyMemory<byte> Content)
{
    /// <summary>A page of text.</summary>
    public static Page Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new("text/plain;charset=UTF-8", System.Text.Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Whether the recipients are not to be told who sends it; null is what <see cref="ImClientOptions.Anonymous"/> says.</summary>
    public bool? Anonymous { get; init; }

    /// <summary>For how long it is worth being shown; null for ever. Whole seconds.</summary>
    public TimeSpan? Validity { get; init; }

    /// <summary>To one user: sends it as a large message where it does not fit into a request (<see cref="ImClient.SendLargeAsync"/>).</summary>
    public bool LargeWhenTooLong { get; init; }

    /// <summary>Wraps the content in <c>message/cpim</c>, with the sender, the recipient and the time.</summary>
    public bool InCpim { get; init; }

    /// <summary>Of a page to a pre-defined group, the one member whom it is for; it then goes in <c>message/cpim</c>. Null for all.</summary>
    public string? Member { get; init; }
}

/// <summary>What a page came to.</summary>
/// <param name="Id">The Call-ID of its request; empty when nothing was sent.</param>
/// <param name="Fate">Whether it arrived, or what stood in the way.</param>
/// <param name="Status">The SIP status; 0 where none came.</param>
/// <param name="Text">The Warning text or the reason phrase of the peer, or what is wrong and what to do.</param>
public sealed record PageOutcome(string Id, PageFate Fate, int Status, string Text)
{
    /// <summary>Whether somebody took it; of what is not taken nothing is kept.</summary>
    public bool IsSent => Fate is PageFate.Delivered or PageFate.Accepted;
}

/// <summary>How a page ended.</summary>
public enum PageFate
{
    /// <summary>200: a device of the recipient has it. Whether he has read it nobody knows.</summary>
    Delivered,

    /// <summary>202: the server has taken it, to send it to several users or later; nothing is told of them.</summary>
    Accepted,

    /// <summary>The recipient or the server refused: the status says why.</summary>
    Refused,

    /// <summary>No answer came, or there is no way to the server.</summary>
    Unreachable,

    /// <summary>Its request would have more octets than <see cref="ImClientOptions.MaxPageSize"/>: nothing was sent. What is longer goes in large message mode, or in a session.</summary>
    TooLong,

    /// <summary>As many as are kept wait for the ones before them; nothing was sent.</summary>
    QueueFull,

    /// <summary>Nobody is named; nothing was sent.</summary>
    NobodyNamed,
}

/// <summary>A page came in.</summary>
/// <param name="From">The sender's address, as the server asserts it; an anonymous one where he hides.</param>
/// <param name="FromName">The sender's name, empty when there is none.</param>
/// <param name="Group">The group that it was sent to; null for one that was sent to the user.</param>
/// <param name="ContentType">What the content is, with parameters.</param>
/// <param name="Content">The content.</param>
/// <param name="Id">Its Message-ID (RFC 5438) where it has one, else the Call-ID of its request.</param>
/// <param name="Time">When it was sent, or taken where it does not say.</param>
/// <param name="Recipients">Who else got it, as far as the sender lets that be seen.</param>
public sealed record PageReceived(
    string From, string FromName, string? Group, string ContentType, ReadOnlyMemory<byte> Content, string Id, DateTimeOffset Time, IReadOnlyList<string> Recipients) : ImEvent
{
    /// <summary>The content as text, null when it is none.</summary>
    public string? Text => ContentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? System.Text.Encoding.UTF8.GetString(Content.Span) : null;
}
