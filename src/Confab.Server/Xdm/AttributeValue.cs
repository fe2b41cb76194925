using System.Buffers;
using System.Xml;

namespace Confab.Server.Xdm;

/// <summary>The production AttValue, with its quotes. XML 1.0 2.3.</summary>
internal static class AttributeValue
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("<&");

    /// <summary>Whether it is a quoted value; white space around it is not part of the production.</summary>
    public static bool Is(string text) =>
        text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0] && text.AsSpan(1, text.Length - 2).IndexOf(text[0]) < 0 && IsContent(text.AsSpan(1, text.Length - 2));

    /// <summary>Whether it may stand between quotes: characters of XML, no &lt;, and references to nothing but what XML knows by itself.</summary>
    public static bool IsContent(ReadOnlySpan<char> raw)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            if (char.IsHighSurrogate(raw[i]) && i + 1 < raw.Length && char.IsLowSurrogate(raw[i + 1])) i++;
            else if (!XmlConvert.IsXmlChar(raw[i])) return false;
        }

        while (raw.IndexOfAny(s_special) is var at and >= 0)
        {
            if (raw[at] == '<') return false;
            raw = raw[(at + 1)..];
            var end = raw.IndexOf(';');
            if (end <= 0 || !IsReference(raw[..end])) return false;
            raw = raw[(end + 1)..];
        }

        return true;
    }

    private static bool IsReference(ReadOnlySpan<char> name)
    {
        if (name is "lt" or "gt" or "amp" or "quot" or "apos") return true;
        if (name[0] != '#' || name.Length < 2 || name.Length > 9) return false;
        var resolved = XmlTree.Decode($"&{name};");
        return resolved != "\ufffd" && (resolved.Length == 2 || XmlConvert.IsXmlChar(resolved[0]));
    }
}
