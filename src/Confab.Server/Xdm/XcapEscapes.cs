using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Confab.Server.Xdm;

/// <summary>Percent-encoding of path segments and node selectors. RFC 3986 2.1, RFC 4825 6.3.</summary>
internal static class XcapEscapes
{
    private const string Kept = "-._~!$&'()*+,;=:@"; // pchar beside letters and digits

    public static string Encode(string text, bool keepSlash = false)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || Kept.Contains((char)octet, StringComparison.Ordinal) || (keepSlash && octet == '/')) encoded.Append((char)octet);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>False for a broken escape, and for octets that are no UTF-8.</summary>
    public static bool TryDecode(string text, out string decoded)
    {
        decoded = text;
        if (!text.Contains('%', StringComparison.Ordinal)) return true;
        var octets = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                octets.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
            else
            {
                if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)) return false;
                octets.Add(octet);
                i += 2;
            }
        }

        var bytes = octets.ToArray();
        if (!Utf8.IsValid(bytes)) return false;
        decoded = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
