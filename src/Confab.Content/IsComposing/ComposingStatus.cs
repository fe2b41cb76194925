// The status of who is typing: application/im-iscomposing+xml (RFC 3994 3.1, 4).
using System.Globalization;
using System.Text;
using System.Xml;

namespace Confab.Content.IsComposing;

/// <summary>Whether somebody composes a message.</summary>
/// <param name="IsActive">Composing; false for idle, and for states that are not known (RFC 3994 3.1).</param>
/// <param name="RefreshSeconds">How long an active state counts without another; null where it does not say: 120.</param>
public readonly record struct ComposingStatus(bool IsActive, int? RefreshSeconds)
{
    public const string ContentType = "application/im-iscomposing+xml";

    const string Namespace = "urn:ietf:params:xml:ns:im-iscomposing";
    const int MaxBytes = 8 * 1024; // the document has five short elements; extensions are passed over
    const int MaxDepth = 8;

    /// <summary>Reads a document.</summary>
    public static bool TryParse(ReadOnlySpan<byte> xml, out ComposingStatus status, out Fault fault)
    {
        status = default;
        if (PeerXml.Decode(xml, MaxBytes, out var reason) is not { } text) return Fail(reason, out fault);
        using var reader = PeerXml.Read(text);
        try
        {
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "isComposing" || reader.NamespaceURI != Namespace)
                return Fail("root is not isComposing", out fault);
            return TryReadParts(reader, out status, out fault);
        }
        catch (XmlException)
        {
            return Fail("malformed XML", out fault);
        }
    }

    /// <summary>The document that says so.</summary>
    /// <param name="contentType">What is composed; null where nothing is said.</param>
    public byte[] ToBytes(string? contentType = null)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
        text.Append(CultureInfo.InvariantCulture, $"<isComposing xmlns=\"{Namespace}\"><state>{(IsActive ? "active" : "idle")}</state>");
        if (contentType is not null) text.Append("<contenttype>").Append(System.Security.SecurityElement.Escape(contentType)).Append("</contenttype>");
        if (RefreshSeconds is { } seconds) text.Append(CultureInfo.InvariantCulture, $"<refresh>{seconds}</refresh>");
        return Encoding.UTF8.GetBytes(text.Append("</isComposing>").ToString());
    }

    static bool TryReadParts(XmlReader reader, out ComposingStatus status, out Fault fault)
    {
        string? state = null;
        int? refresh = null;
        var within = reader.Depth;
        while (reader.Read() && reader.Depth > within)
        {
            if (reader.Depth > MaxDepth) break;
            if (reader.NodeType != XmlNodeType.Element || reader.Depth != within + 1 || reader.NamespaceURI != Namespace) continue;
            if (reader.LocalName is not ("state" or "refresh") || reader.IsEmptyElement) continue;
            var name = reader.LocalName;
            if (!reader.Read() || reader.NodeType != XmlNodeType.Text) continue;
            if (name == "state") state ??= reader.Value.Trim();
            else if (int.TryParse(reader.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) refresh ??= seconds;
        }

        status = new ComposingStatus(state == "active", refresh);
        if (state is null) return Fail("no state", out fault);
        fault = default;
        return true;
    }

    static bool Fail(string reason, out Fault fault)
    {
        fault = new Fault(reason, "RFC 3994 4", 0);
        return false;
    }
}
