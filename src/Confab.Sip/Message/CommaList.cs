namespace Confab.Sip.Message;

/// <summary>Elements of a comma-separated header value; commas in quotes and in angle brackets do not count. RFC 3261 7.3.1.</summary>
static class CommaList
{
    /// <summary>Finds the next element at or after <paramref name="position"/>, without surrounding white space; empty ones are passed over.</summary>
    public static bool Next(ReadOnlySpan<byte> text, ref int position, out int start, out int length)
    {
        start = length = 0;
        while (position < text.Length)
        {
            start = Characters.SkipSpace(text, position);
            var end = EndOfElement(text, start);
            position = end + 1;
            length = Characters.TrimEnd(text[start..end], end - start);
            if (length > 0)
                return true;
        }

        return false;
    }

    static int EndOfElement(ReadOnlySpan<byte> text, int at)
    {
        while (true)
        {
            var next = text[at..].IndexOfAny((byte)',', (byte)'"', (byte)'<');
            if (next < 0)
                return text.Length;
            at += next;
            if (text[at] == ',')
                return at;
            if (text[at] == '"')
            {
                at = Characters.SkipQuoted(text, at);
                if (at < 0)
                    return text.Length;
            }
            else
            {
                var close = text[at..].IndexOf((byte)'>');
                if (close < 0)
                    return text.Length;
                at += close + 1;
            }
        }
    }
}
