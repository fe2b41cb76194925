// Reads one <entry>: its URI, display name and copy control attributes (RFC 4826 3.1, RFC 5364 5).
using System.Globalization;
using System.Xml;

namespace Confab.Content.ResourceLists;

static class ResourceEntryReader
{
    /// <summary>Leaves the reader after the element. Null when there is no URI.</summary>
    public static ResourceEntry? Read(XmlReader reader)
    {
        string uri = reader.GetAttribute("uri")?.Trim() ?? "";
        string? copy = CopyControlAttribute(reader, "copyControl");
        string? anonymize = CopyControlAttribute(reader, "anonymize");
        string? count = CopyControlAttribute(reader, "count");
        if (uri.Length == 0) return null;
        return new ResourceEntry(uri, DisplayName(reader), Copy(copy), anonymize is "true" or "1", Count(count));
    }

    static string? CopyControlAttribute(XmlReader reader, string name) =>
        (reader.GetAttribute(name, ResourceListNames.CopyControl) ?? reader.GetAttribute(name, ResourceListNames.CopyControlMiscased))?.Trim();

    static CopyControl? Copy(string? value) => value?.ToLowerInvariant() switch
    {
        "to" => CopyControl.To,
        "cc" => CopyControl.Cc,
        "bcc" => CopyControl.Bcc,
        _ => null,
    };

    static int Count(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 1;

    static string? DisplayName(XmlReader reader)
    {
        string? name = null;
        int depth = reader.Depth;
        bool isEmpty = reader.IsEmptyElement;
        reader.Read();
        if (isEmpty) return null;
        while (!reader.EOF && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element) reader.Read();
            else if (reader.LocalName == "display-name" && name is null) name = reader.ReadElementContentAsString().Trim();
            else reader.Skip();
        }
        reader.Read(); // the end of the entry
        return string.IsNullOrEmpty(name) ? null : name;
    }
}
