using System.Buffers;

namespace Confab.Sip.Message;

/// <summary>Character classes and small scans of the grammar. RFC 3261 25.1.</summary>
static class Characters
{
    static readonly SearchValues<byte> TokenSet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"u8);

    // '_' is no host character, but real domains of private networks have it.
    static readonly SearchValues<byte> HostSet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    static readonly SearchValues<byte> Ip6Set = SearchValues.Create("ABCDEFabcdef0123456789:."u8);

    // Every visible ASCII character but the ones that delimit a URI in a header. Dial strings with '#' are met in the wild.
    static readonly SearchValues<byte> UriSet = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    static readonly SearchValues<byte> DialedSet = SearchValues.Create("+0123456789-.()*#ABCDEFabcdef"u8);

    public static bool IsDialed(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(DialedSet) < 0;

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(TokenSet) < 0;

    public static int FirstNonToken(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(TokenSet);

    public static bool IsUriText(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(UriSet) < 0;

    public static byte Lower(byte value) => (uint)(value - 'A') <= 'Z' - 'A' ? (byte)(value | 0x20) : value;

    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t';

    public static int SkipSpace(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length && IsSpace(text[position]))
            position++;
        return position;
    }

    public static int TrimEnd(ReadOnlySpan<byte> text, int end)
    {
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return end;
    }

    /// <summary>Length of the host at the start of <paramref name="text"/> (an IPv6 reference with its brackets); 0 when there is none.</summary>
    public static int HostLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        if (text[0] != '[')
        {
            var end = text.IndexOfAnyExcept(HostSet);
            return end < 0 ? text.Length : end;
        }

        var close = text.IndexOf((byte)']');
        return close > 2 && text[1..close].IndexOfAnyExcept(Ip6Set) < 0 ? close + 1 : 0;
    }

    /// <summary>Reads digits; false when there are none, another character is among them, or the value exceeds <paramref name="max"/>.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> digits, ulong max, out ulong value)
    {
        value = 0;
        if (digits.IsEmpty)
            return false;
        foreach (var digit in digits)
        {
            if (!IsDigit(digit))
                return false;
            value = (value * 10) + (ulong)(digit - '0');
            if (value > max)
                return false;
        }

        return true;
    }

    /// <summary>Index just after the quoted string that opens at <paramref name="position"/>; -1 when it is not closed.</summary>
    public static int SkipQuoted(ReadOnlySpan<byte> text, int position)
    {
        for (position++; position < text.Length; position++)
        {
            var next = text[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return -1;
            position += next;
            if (text[position] == '"')
                return position + 1;
            position++;
        }

        return -1;
    }
}
