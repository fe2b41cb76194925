namespace Confab.Sip.Message;

/// <summary>The inside of a quoted string: backslash escapes removed when read, added when written. RFC 3261 25.1 (quoted-pair).</summary>
public static class QuotedText
{
    /// <summary>The meant text; the very same slice when it holds no escape.</summary>
    public static Text Unescape(Text inner)
    {
        var source = inner.Span;
        if (!source.Contains((byte)'\\'))
            return inner;
        var plain = new byte[source.Length];
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '\\' && i + 1 < source.Length)
                i++;
            plain[length++] = source[i];
        }

        return new Text(plain, 0, length);
    }
}
