// An instant message disposition notification: message/imdn+xml (RFC 5438 11).
using System.Security;
using System.Text;

namespace Confab.Content.Imdn;

/// <summary>What became of one message, as its recipient or a server on the way tells the sender.</summary>
/// <param name="MessageId">The <c>imdn.Message-ID</c> of the message.</param>
/// <param name="DateTime">Its DateTime, as it stood there; empty where it is not said.</param>
/// <param name="Disposition">What is told of.</param>
/// <param name="Status">What became of it.</param>
public sealed record DispositionNotification(string MessageId, string DateTime, Disposition Disposition, DispositionStatus Status)
{
    public const string ContentType = "message/imdn+xml";

    /// <summary>The <c>Content-Disposition</c> of a notification within CPIM (RFC 5438 7.2.1).</summary>
    public const string ContentDisposition = "notification";

    internal const string Namespace = "urn:ietf:params:xml:ns:imdn";

    /// <summary>Who received the message; null where it is not said.</summary>
    public string? RecipientUri { get; init; }

    /// <summary>Whom the sender had addressed; null where it is not said.</summary>
    public string? OriginalRecipientUri { get; init; }

    /// <summary>Reads a document of at most 8 KiB; what extensions say is passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> xml, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DispositionNotification? notification, out Fault fault) =>
        DispositionNotificationReader.TryParse(xml, out notification, out fault);

    /// <summary>The document, as the schema of RFC 5438 11.1.9 has it: the two URIs stand together or not at all.</summary>
    /// <exception cref="InvalidOperationException">The status is none that can be told of this disposition, or one of an extension.</exception>
    public byte[] ToBytes()
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
        text.Append("<imdn xmlns=\"").Append(Namespace).Append("\">");
        Element(text, "message-id", MessageId);
        Element(text, "datetime", DateTime);
        if ((RecipientUri ?? OriginalRecipientUri) is { } uri)
        {
            Element(text, "recipient-uri", RecipientUri ?? uri);
            Element(text, "original-recipient-uri", OriginalRecipientUri ?? uri);
        }

        var (name, status) = (Names.Of(Disposition), Names.Of(Status));
        if (!Names.Fit(Disposition, Status)) throw new InvalidOperationException($"A notification of {Disposition} does not tell {Status}.");
        return Encoding.UTF8.GetBytes(text.Append($"<{name}><status><{status}/></status></{name}></imdn>").ToString());
    }

    /// <summary>What XML cannot hold becomes U+FFFD.</summary>
    static void Element(StringBuilder text, string name, string value)
    {
        var clean = value.Any(static c => !IsCharacter(c)) ? string.Concat(value.Select(static c => IsCharacter(c) ? c : '\ufffd')) : value;
        text.Append('<').Append(name).Append('>').Append(SecurityElement.Escape(clean)).Append("</").Append(name).Append('>');
    }

    static bool IsCharacter(char c) => System.Xml.XmlConvert.IsXmlChar(c) || char.IsSurrogate(c);
}
