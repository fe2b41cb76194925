using System.Net;
using Confab.Runtime;

namespace Confab.Server.Procedures.General;

/// <summary>The trust domain: addresses and blocks whose assertions are believed. RFC 3325 2.3, 8.</summary>
[Clause("RFC 3325", "8", "COM-AOIA-2")]
[Clause("TS 24.229", "5.7.1", "IMS-REJOIN-IMS", "IMS-RBYE-IMS", "IMS-REMOVE-IMS", "IMS-BYE-IMS")]
internal sealed class TrustedPeers
{
    private readonly IPNetwork[] _networks;

    /// <summary>Reads <c>Sip:TrustedPeers</c>.</summary>
    /// <exception cref="ArgumentException">An entry is neither an address nor a block; the message names the key.</exception>
    public TrustedPeers(IReadOnlyList<string> entries) => _networks = [.. entries.Select(Parse)];

    public bool Contains(IPAddress address)
    {
        if (_networks.Length == 0) return false;

        // A socket for both families shows IPv4 peers as ::ffff:a.b.c.d.
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return Array.Exists(_networks, network => network.Contains(address));
    }

    private static IPNetwork Parse(string entry, int index)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (IPAddress.TryParse(slash < 0 ? entry : entry[..slash], out var address))
        {
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            var bytes = address.GetAddressBytes();
            var bits = bytes.Length * 8;
            if (slash < 0) return new IPNetwork(address, bits);
            if (int.TryParse(entry.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var length) && length <= bits)
                return new IPNetwork(Masked(bytes, length), length);
        }

        throw new ArgumentException($"Sip:TrustedPeers:{index}: '{entry}' is to be an IP address or a block like 192.0.2.0/24 or 2001:db8::/32");
    }

    /// <summary>10.0.0.5/8 means 10.0.0.0/8: operators paste a host's address with its mask.</summary>
    private static IPAddress Masked(byte[] address, int length)
    {
        for (var i = 0; i < address.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            address[i] &= (byte)(0xFF << (8 - kept));
        }

        return new IPAddress(address);
    }
}
