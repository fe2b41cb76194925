using System.Text;
using System.Text.Unicode;
using System.Xml;

namespace Confab.Content;

/// <summary>How XML of others is read: UTF-8 alone, no document type and so no entities of theirs, nothing fetched, no larger than was said.</summary>
static class PeerXml
{
    /// <summary>The text of a document, without a byte order mark; null with a reason where it cannot be read at all.</summary>
    /// <param name="xml">As it came.</param>
    /// <param name="mostBytes">Longer ones are not read.</param>
    /// <param name="reason">Why there is no text.</param>
    public static string? Decode(ReadOnlySpan<byte> xml, int mostBytes, out string reason)
    {
        reason = xml.Length > mostBytes ? "document too long" : !Utf8.IsValid(xml) ? "not UTF-8" : "";
        if (reason.Length > 0) return null;
        return Encoding.UTF8.GetString(xml.StartsWith("\ufeff"u8) ? xml[3..] : xml);
    }

    /// <summary>Reads on demand; what is malformed is an <see cref="XmlException"/> where it stands.</summary>
    public static XmlReader Read(string text) => XmlReader.Create(new StringReader(text), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        CloseInput = true,
    });
}
