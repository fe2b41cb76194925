using System.Text;
using Confab.Content.Media;

namespace Confab.Client.Media;

/// <summary>Content of type text in the charset that its Content-Type names (RFC 2045 5.1, RFC 6657).</summary>
internal static class TextContent
{
    public static string? Read(string contentType, ReadOnlySpan<byte> content)
    {
        if (!contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)) return null;
        var charset = CharsetOf(contentType);
        if (charset.Equals(Encoding.BigEndianUnicode) && content.StartsWith(Encoding.Unicode.Preamble)) charset = Encoding.Unicode; // utf-16 says it in its first octets
        return charset.GetString(content).TrimStart('\uFEFF');
    }

    private static Encoding CharsetOf(string contentType)
    {
        if (!ContentType.TryParse(contentType, out var type, out _) || type.Parameter("charset") is not { } charset) return Encoding.UTF8;
        return charset.ToLowerInvariant() switch
        {
            "iso-8859-1" or "latin1" => Encoding.Latin1,
            "utf-16" or "utf-16be" => Encoding.BigEndianUnicode,
            "utf-16le" => Encoding.Unicode,
            _ => Encoding.UTF8, // us-ascii is part of it
        };
    }
}
