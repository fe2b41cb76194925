// What the sender of a CPIM message asks to be told of it: the headers of RFC 5438 6, whatever prefix the message gave them.
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Confab.Content.Cpim;

namespace Confab.Content.Imdn;

/// <summary>The request of one message.</summary>
/// <param name="MessageId">The <c>imdn.Message-ID</c>: what a notification names the message by.</param>
public sealed record DispositionRequest(string MessageId)
{
    const string Prefix = "imdn";
    const string Namespace = "urn:ietf:params:imdn";
    const int MaxId = 256; // characters
    const int MaxRoutes = 8; // servers on the way that want to see the answer
    const int MaxLines = 8; // of one header

    static readonly SearchValues<char> s_visible = SearchValues.Create(string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(static c => (char)c)));

    /// <summary>To be told that it has been delivered.</summary>
    public bool PositiveDelivery { get; init; }

    /// <summary>To be told that it could not be delivered.</summary>
    public bool NegativeDelivery { get; init; }

    /// <summary>To be told that it has been shown.</summary>
    public bool Display { get; init; }

    /// <summary>The DateTime of the message as it stands there; empty where it has none that could be sent back.</summary>
    public string DateTime { get; init; } = "";

    /// <summary>Whom the message was addressed to before a server changed that; null where none did.</summary>
    public string? OriginalTo { get; init; }

    /// <summary>The servers that the answer is to pass, in their order; the answer has them as <c>IMDN-Route</c>.</summary>
    public IReadOnlyList<string> RecordRoute { get; init; } = [];

    /// <summary>Reads the request of a message; false where it has none that could be answered.</summary>
    public static bool TryRead(in CpimView message, [NotNullWhen(true)] out DispositionRequest? request)
    {
        request = null;
        if (!message.TryHeader("urn:ietf:params:imdn"u8, "imdn"u8, "Message-ID"u8, out var id) || Visible(id, MaxId) is not { } messageId) return false;
        var asked = message.Headers("urn:ietf:params:imdn"u8, "imdn"u8, "Disposition-Notification"u8, MaxLines).SelectMany(Words).ToHashSet(StringComparer.OrdinalIgnoreCase);
        request = new DispositionRequest(messageId)
        {
            PositiveDelivery = asked.Contains("positive-delivery"),
            NegativeDelivery = asked.Contains("negative-delivery"),
            Display = asked.Contains("display"),
            DateTime = Visible(message.DateTime, 64) ?? "",
            OriginalTo = message.TryHeader("urn:ietf:params:imdn"u8, "imdn"u8, "Original-To"u8, out var original) ? Uri(Encoding.UTF8.GetString(original)) : null,
            RecordRoute = [.. message.Headers("urn:ietf:params:imdn"u8, "imdn"u8, "IMDN-Record-Route"u8, MaxRoutes).Select(Uri).OfType<string>()],
        };
        return request.PositiveDelivery || request.NegativeDelivery || request.Display;
    }

    /// <summary>The headers that ask for it, as <see cref="CpimWriter"/> takes them; the message needs a DateTime beside them, which that writes (7.1.1.2).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ToHeaders()
    {
        string?[] asked = [PositiveDelivery ? "positive-delivery" : null, NegativeDelivery ? "negative-delivery" : null, Display ? "display" : null];
        return
        [
            new("NS", $"{Prefix} <{Namespace}>"),
            new($"{Prefix}.Message-ID", MessageId),
            new($"{Prefix}.Disposition-Notification", string.Join(", ", asked.OfType<string>())),
        ];
    }

    /// <summary>The headers of a message that is the answer: an id of its own, and the way (RFC 5438 7.2.1).</summary>
    /// <param name="messageId">A token that nobody can guess.</param>
    public IReadOnlyList<KeyValuePair<string, string>> ToAnswerHeaders(string messageId) =>
    [
        new("NS", $"{Prefix} <{Namespace}>"),
        new($"{Prefix}.Message-ID", messageId),
        .. RecordRoute.Select(static route => new KeyValuePair<string, string>($"{Prefix}.IMDN-Route", $"<{route}>")),
    ];

    /// <summary>Comma-separated, each with parameters that nobody has defined.</summary>
    static IEnumerable<string> Words(string value) => value.Split(',').Select(static word => word.Split(';')[0].Trim());

    /// <summary>The URI in the brackets; null where there is none that can be sent back.</summary>
    static string? Uri(string value)
    {
        var (open, close) = (value.LastIndexOf('<'), value.LastIndexOf('>'));
        return open >= 0 && close > open ? Visible(Encoding.UTF8.GetBytes(value[(open + 1)..close]), MaxId) : null;
    }

    static string? Visible(ReadOnlySpan<byte> bytes, int most)
    {
        if (bytes.Length == 0 || bytes.Length > most) return null;
        var text = Encoding.UTF8.GetString(bytes);
        return text.AsSpan().ContainsAnyExcept(s_visible) ? null : text;
    }
}
