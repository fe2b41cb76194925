namespace Confab.Sip.Message;

/// <summary>
/// Percent escapes of URIs. Only characters outside the reserved set equal their escape, so `%40` in a user is not the separator `@`.
/// RFC 3261 19.1.2, 19.1.4.
/// </summary>
public static class UriEscapes
{
    public static bool AreValid(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'%'); at >= 0;)
        {
            if (at + 2 >= text.Length || Hex(text[at + 1]) < 0 || Hex(text[at + 2]) < 0)
                return false;
            text = text[(at + 3)..];
            at = text.IndexOf((byte)'%');
        }

        return true;
    }

    /// <summary>The text with every escape decoded; the very same slice when it holds none.</summary>
    public static Text Unescape(Text escaped)
    {
        var source = escaped.Span;
        if (!source.Contains((byte)'%'))
            return escaped;
        var plain = new byte[source.Length];
        var length = 0;
        for (var position = 0; position < source.Length;)
            plain[length++] = (byte)Next(source, ref position);
        return new Text(plain, 0, length);
    }

    /// <summary>Equality where an escape equals its character, unless the character is reserved.</summary>
    public static bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, bool ignoreCase)
    {
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            int x = Next(a, ref i), y = Next(b, ref j);
            if (ignoreCase)
                (x, y) = (Fold(x), Fold(y));
            if (x != y)
                return false;
        }

        return i == a.Length && j == b.Length;
    }

    /// <summary>One spelling per meaning: unreserved characters plain, everything else escaped, in capitals. Returns the length written.</summary>
    internal static int Normalize(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = 0;
        for (var position = 0; position < source.Length;)
        {
            var value = Next(source, ref position);
            var plain = (byte)value;
            if (value > byte.MaxValue || plain is <= (byte)' ' or >= 0x7F or (byte)'%' or (byte)'<' or (byte)'>' or (byte)'"')
            {
                destination[length++] = (byte)'%';
                destination[length++] = "0123456789ABCDEF"u8[plain >> 4];
                destination[length++] = "0123456789ABCDEF"u8[plain & 15];
            }
            else
            {
                destination[length++] = plain;
            }
        }

        return length;
    }

    // An escaped reserved character comes with bit 8 set, so that it differs from the plain one.
    static int Next(ReadOnlySpan<byte> text, ref int position)
    {
        var value = text[position++];
        if (value != '%' || position + 1 >= text.Length)
            return value;
        int high = Hex(text[position]), low = Hex(text[position + 1]);
        if (high < 0 || low < 0)
            return value;
        position += 2;
        var decoded = (high << 4) | low;
        return ";/?:@&=+$,"u8.Contains((byte)decoded) ? decoded | 0x100 : decoded;
    }

    static int Fold(int value) => value <= byte.MaxValue ? Characters.Lower((byte)value) : value;

    static int Hex(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };
}
