// An MSRP URI read in place (RFC 4975 6, 9), and the comparison of 6.1.
using System.Net;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>The parts of an MSRP URI as views of its bytes; allocates nothing.</summary>
[Clause("RFC 4975", "6", "IMC-SDP-2")]
public readonly ref struct MsrpUriView
{
    private MsrpUriView(bool isSecure, ReadOnlySpan<byte> userInfo, ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> transport)
    {
        IsSecure = isSecure;
        UserInfo = userInfo;
        Host = host;
        Port = port;
        SessionId = sessionId;
        Transport = transport;
    }

    /// <summary>Whether the scheme is <c>msrps</c>.</summary>
    public bool IsSecure { get; }

    public ReadOnlySpan<byte> UserInfo { get; }

    /// <summary>Host name or address, IPv6 in its brackets.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>The port, or -1 when the URI has none.</summary>
    public int Port { get; }

    /// <summary>Empty for the URI of a device.</summary>
    public ReadOnlySpan<byte> SessionId { get; }

    public ReadOnlySpan<byte> Transport { get; }

    public static bool TryParse(ReadOnlySpan<byte> text, out MsrpUriView uri)
    {
        uri = default;
        bool isSecure;
        if (StartsWithIgnoringCase(text, "msrp://"u8)) isSecure = false;
        else if (StartsWithIgnoringCase(text, "msrps://"u8)) isSecure = true;
        else return false;
        if (text.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) >= 0) return false;

        var rest = text[(isSecure ? 8 : 7)..];
        var semicolon = rest.IndexOf((byte)';');
        if (semicolon < 0) return false; // the transport is no option (6)
        var parameters = rest[(semicolon + 1)..];
        var next = parameters.IndexOf((byte)';');
        var transport = next < 0 ? parameters : parameters[..next];
        if (transport.IsEmpty || !IsAlphanumeric(transport)) return false;

        rest = rest[..semicolon];
        var slash = rest.IndexOf((byte)'/');
        var authority = slash < 0 ? rest : rest[..slash];
        var sessionId = slash < 0 ? default : rest[(slash + 1)..];
        if (slash >= 0 && sessionId.IsEmpty) return false;

        var at = authority.LastIndexOf((byte)'@');
        var userInfo = at < 0 ? default : authority[..at];
        if (!TrySplit(authority[(at + 1)..], out var host, out var port)) return false;
        uri = new MsrpUriView(isSecure, userInfo, host, port, sessionId, transport);
        return true;
    }

    /// <summary>The first URI of a path.</summary>
    public static ReadOnlySpan<byte> First(ReadOnlySpan<byte> path)
    {
        var space = path.IndexOf((byte)' ');
        return space < 0 ? path : path[..space];
    }

    /// <summary>The last URI of a path: it names the session of the sender (8.3).</summary>
    public static ReadOnlySpan<byte> Last(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)' ') + 1)..];

    /// <summary>Whether both name the same session or device (6.1). User information and parameters after the transport do not count.</summary>
    [Clause("RFC 4975", "6.1")]
    public bool Matches(MsrpUriView other) =>
        IsSecure == other.IsSecure
        && Port == other.Port
        && SessionId.SequenceEqual(other.SessionId)
        && System.Text.Ascii.EqualsIgnoreCase(Transport, other.Transport)
        && IsSameHost(Host, other.Host);

    private static bool IsSameHost(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (System.Text.Ascii.EqualsIgnoreCase(a, b)) return true;
        if (a[0] == '[' && b[0] == '[') return IPAddress.TryParse(a, out var x) && IPAddress.TryParse(b, out var y) && x.Equals(y);
        if (!a.Contains((byte)'%') && !b.Contains((byte)'%')) return false;
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (Next(a, ref i) != Next(b, ref j)) return false;
        }

        return i == a.Length && j == b.Length;
    }

    /// <summary>The next character, in lower case, an escaped unreserved one decoded.</summary>
    private static int Next(ReadOnlySpan<byte> text, ref int at)
    {
        var c = (char)text[at++];
        if (c == '%' && at + 1 < text.Length && char.IsAsciiHexDigit((char)text[at]) && char.IsAsciiHexDigit((char)text[at + 1]))
        {
            var decoded = (char)((Convert.ToInt32(((char)text[at]).ToString(), 16) << 4) | Convert.ToInt32(((char)text[at + 1]).ToString(), 16));
            if (char.IsAsciiLetterOrDigit(decoded) || decoded is '-' or '.' or '_' or '~')
            {
                at += 2;
                c = decoded;
            }
        }

        return char.ToLowerInvariant(c);
    }

    private static bool TrySplit(ReadOnlySpan<byte> authority, out ReadOnlySpan<byte> host, out int port)
    {
        port = -1;
        host = authority;
        var afterHost = 0;
        if (authority.Length > 0 && authority[0] == '[')
        {
            afterHost = authority.IndexOf((byte)']') + 1;
            if (afterHost == 0) return false;
        }

        var colon = authority[afterHost..].IndexOf((byte)':');
        if (colon >= 0)
        {
            host = authority[..(afterHost + colon)];
            if (!TryPort(authority[(afterHost + colon + 1)..], out port)) return false;
        }

        return !host.IsEmpty && (afterHost == 0 || host.Length == afterHost);
    }

    private static bool TryPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        if (text.Length is 0 or > 5) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit((char)c)) return false;
            port = (port * 10) + (c - '0');
        }

        return port <= 65535;
    }

    private static bool IsAlphanumeric(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c)) return false;
        }

        return true;
    }

    private static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && System.Text.Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);
}
