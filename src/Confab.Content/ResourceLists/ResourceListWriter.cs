// Writes one flat resource list with copy control (RFC 4826 3, RFC 5364 5, RFC 5366 4).
// By hand rather than through XmlWriter: the layout is the one that every example of the RFCs shows, and it never varies.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Confab.Content.ResourceLists;

public static class ResourceListWriter
{
    public static void Write(IBufferWriter<byte> output, IEnumerable<ResourceEntry> entries)
    {
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"u8);
        output.Text($"<resource-lists xmlns=\"{ResourceListNames.Lists}\"\r\n    xmlns:cp=\"{ResourceListNames.CopyControl}\">\r\n");
        output.Write("  <list>\r\n"u8);
        var line = new StringBuilder();
        foreach (var entry in entries)
        {
            line.Clear();
            Append(line, entry);
            output.Text(line.ToString());
        }
        output.Write("  </list>\r\n</resource-lists>"u8);
    }

    static void Append(StringBuilder line, ResourceEntry entry)
    {
        line.Append("    <entry uri=\"");
        AppendEscaped(line, entry.Uri);
        line.Append('"');
        if (entry.Copy is { } copy) line.Append(" cp:copyControl=\"").Append(NameOf(copy)).Append('"');
        if (entry.Anonymize) line.Append(" cp:anonymize=\"true\"");
        if (entry.Count > 1) line.Append(CultureInfo.InvariantCulture, $" cp:count=\"{entry.Count}\"");
        if (entry.DisplayName is { } name)
        {
            line.Append("><display-name>");
            AppendEscaped(line, name);
            line.Append("</display-name></entry>\r\n");
        }
        else line.Append("/>\r\n");
    }

    static string NameOf(CopyControl copy) => copy switch
    {
        CopyControl.To => "to",
        CopyControl.Cc => "cc",
        _ => "bcc",
    };

    /// <summary>What XML 1.0 cannot carry becomes U+FFFD; white space in an attribute survives only as a reference.</summary>
    static void AppendEscaped(StringBuilder line, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': line.Append("&amp;"); break;
                case '<': line.Append("&lt;"); break;
                case '>': line.Append("&gt;"); break;
                case '"': line.Append("&quot;"); break;
                case '\t' or '\n' or '\r': line.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"); break;
                case < 0x20 or 0xFFFE or 0xFFFF: line.Append('\ufffd'); break;
                default: line.Append(rune.ToString()); break;
            }
        }
    }
}
