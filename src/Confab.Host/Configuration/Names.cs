using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Confab.Host.Configuration;

/// <summary>The shapes of hosts, addresses and SIP URIs in a configuration; what the wire allows beyond them is not wanted there.</summary>
static partial class Names
{
    public static bool IsHostName(string text) => text.Length <= 253 && HostName().IsMatch(text);

    /// <summary>An IPv4 address with all its four numbers, or an IPv6 one in brackets.</summary>
    public static bool TryAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.StartsWith('[') && text.EndsWith(']'))
            return text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text[1..^1], out address);
        return text.Count(c => c == '.') == 3 && !text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out address);
    }

    public static bool IsAddressOrBlock(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        if (!TryAddress(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address, out var parsed))
            return false;
        return slash < 0 || (IPNetwork.TryParse(text, out var block) && block.BaseAddress.Equals(parsed));
    }

    public static bool IsHostWithOptionalPort(string text) => IsHost(text) || IsHostWithPort(text);

    public static bool IsProxy(string text) => IsHostWithPort(text) || IsSipUri(text, needsUser: false);

    public static bool IsSipUriWithUser(string text) => IsSipUri(text, needsUser: true);

    /// <summary>An address of record: <c>sip:user@host</c> and nothing else.</summary>
    public static bool IsSipAddress(string text) =>
        SipUri().Match(text) is { Success: true } m && m.Groups["user"].Length > 0 && !m.Groups["parameters"].Success && IsHost(m.Groups["host"].Value);

    static bool IsSipUri(string text, bool needsUser) =>
        SipUri().Match(text) is { Success: true } m
        && (m.Groups["user"].Length > 0 || !needsUser)
        && IsHostWithOptionalPort(m.Groups["host"].Value);

    static bool IsHost(string text) => IsHostName(text) || TryAddress(text, out _);

    static bool IsHostWithPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && IsHost(text[..colon])
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0;
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostName();

    // The user part is RFC 3261's, with its escapes; a host in the configuration is checked apart.
    [GeneratedRegex(@"^sip:((?<user>[A-Za-z0-9\-_.!~*'()&=+$,;?/%]+)@)?(?<host>[^@;?\s]+)(?<parameters>;[^\s@?]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SipUri();
}
