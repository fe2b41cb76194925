// The values of single lines: o=, c=, a=, m= (RFC 4566 5.2, 5.7, 5.13, 5.14). Null: malformed.
using System.Globalization;

namespace Confab.Content.Sdp;

static class SdpFields
{
    const int MaxFormats = 64;

    /// <summary>Read from the right: some senders put a display name with spaces where the user name belongs.</summary>
    public static Origin? Origin(string value)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6) return null;
        if (Number(words[^5]) is not { } id || Number(words[^4]) is not { } version) return null;
        return new Origin(string.Join(' ', words[..^5]), id, version, words[^1]);
    }

    /// <summary>MSRP does not use the c= line (RFC 4975 8.1), so a malformed one is no reason to refuse.</summary>
    public static string? Address(string value)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3) return null;
        int slash = words[2].IndexOf('/', StringComparison.Ordinal); // ttl of a multicast address
        return slash < 0 ? words[2] : words[2][..slash];
    }

    public static SdpAttribute Attribute(string value)
    {
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new SdpAttribute(value.Trim()) : new SdpAttribute(value[..colon].Trim(), value[(colon + 1)..]);
    }

    public static MediaDescription? Media(string value)
    {
        string[] words = value.Split(' ', 3 + MaxFormats + 1, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 3 or > 3 + MaxFormats) return null;
        var port = words[1].AsSpan();
        int slash = port.IndexOf('/'); // number of ports
        if (slash >= 0) port = port[..slash];
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? new MediaDescription { Media = words[0], Port = number, Protocol = words[2], Formats = words[3..] }
            : null;
    }

    /// <summary>The grammar bounds no number; of one too long for us the low digits are kept, which tell editions apart.</summary>
    static ulong? Number(string digits)
    {
        if (!digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return ulong.Parse(digits.AsSpan(Math.Max(0, digits.Length - 19)), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        return null;
    }
}
