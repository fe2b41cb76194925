// The backslash escapes of CPIM headers (RFC 3862 2.3).
using System.Globalization;
using System.Text;

namespace Confab.Content.Cpim;

/// <summary>Text of a header value to and from its form on the wire.</summary>
public static class CpimText
{
    /// <summary>Resolves the escapes. Never fails: bad UTF-8 becomes U+FFFD, an unknown escape the character itself.</summary>
    public static string Decode(ReadOnlySpan<byte> value)
    {
        string raw = Encoding.UTF8.GetString(value);
        if (!raw.Contains('\\', StringComparison.Ordinal)) return raw;

        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }
            if (++i == raw.Length) break; // an isolated backslash at the end is ignored
            if (raw[i] == 'u' && TryHex(raw, i + 1, out char code))
            {
                text.Append(code);
                i += 4;
            }
            else text.Append(Unescaped(raw[i]));
        }
        return text.ToString();
    }

    /// <summary>Writes a text so that it holds no control character. Quotes are escaped only within a quoted string.</summary>
    public static string Encode(string text, bool quoted = false)
    {
        var encoded = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            if (Short(c, quoted) is { } escape) encoded.Append('\\').Append(escape);
            else if (c < ' ' || c == '\x7f') encoded.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else encoded.Append(c);
        }
        return encoded.ToString();
    }

    static bool TryHex(string raw, int at, out char code)
    {
        code = '\0';
        if (at + 4 > raw.Length) return false;
        bool isHex = ushort.TryParse(raw.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number);
        code = (char)number;
        return isHex;
    }

    static char Unescaped(char c) => c switch
    {
        'b' => '\b',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        _ => c,
    };

    static char? Short(char c, bool quoted) => c switch
    {
        '\\' => '\\',
        '\b' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\r' => 'r',
        '"' when quoted => '"',
        _ => null,
    };
}
