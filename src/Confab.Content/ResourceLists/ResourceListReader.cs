// Reads the entries of a resource list (RFC 4826 3; RFC 5363 4.1 lets a server flatten and pass over references).
// UTF-8 only, no document type, nothing fetched, bounded in characters, depth and entries.
using System.Xml;

namespace Confab.Content.ResourceLists;

public static class ResourceListReader
{
    internal const int MaxBytes = 4 * 1024 * 1024;
    internal const int MaxDepth = 32;
    const string Clause = "RFC 4826 3";

    /// <summary>The entries in document order, nested lists flattened, doubles kept; entry-ref and external are passed over.</summary>
    /// <param name="maxEntries">More entries than this are a fault.</param>
    public static bool TryParse(ReadOnlyMemory<byte> xml, int maxEntries, out IReadOnlyList<ResourceEntry> entries, out Fault fault)
    {
        entries = [];
        if (PeerXml.Decode(xml.Span, MaxBytes, out var unread) is not { } text) return Fail(unread, 0, out fault);
        using var reader = PeerXml.Read(text);
        var found = new List<ResourceEntry>();
        try
        {
            if (Read(reader, maxEntries, found) is { } reason) return Fail(reason, Offset(text, reader as IXmlLineInfo), out fault);
        }
        catch (XmlException malformed)
        {
            return Fail("malformed XML", Offset(text, malformed.LineNumber, malformed.LinePosition), out fault);
        }
        entries = found;
        fault = default;
        return true;
    }

    /// <summary>Null when read to the end, otherwise what is wrong.</summary>
    static string? Read(XmlReader reader, int maxEntries, List<ResourceEntry> found)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || !IsOurs(reader, "resource-lists")) return "root is not resource-lists";
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.Depth > MaxDepth) return "lists nested too deep";
            if (reader.NodeType != XmlNodeType.Element || IsOurs(reader, "list"))
            {
                reader.Read();
            }
            else if (IsOurs(reader, "entry"))
            {
                if (found.Count >= maxEntries) return "too many entries";
                if (ResourceEntryReader.Read(reader) is not { } entry) return "entry without uri";
                found.Add(entry);
            }
            else
            {
                reader.Skip(); // entry-ref, external, display-name of a list, extensions
            }
        }
        return null;
    }

    static bool IsOurs(XmlReader reader, string name) =>
        reader.LocalName == name && reader.NamespaceURI is ResourceListNames.Lists or "";

    static int Offset(string text, IXmlLineInfo? at) => at is null ? 0 : Offset(text, at.LineNumber, at.LinePosition);

    static int Offset(string text, int line, int position)
    {
        int start = 0;
        for (int i = 1; i < line; i++)
        {
            int end = text.IndexOf('\n', start);
            if (end < 0) break;
            start = end + 1;
        }
        return Math.Clamp(start + position - 1, 0, text.Length);
    }

    static bool Fail(string reason, int offset, out Fault fault)
    {
        fault = new Fault(reason, Clause, offset);
        return false;
    }
}
