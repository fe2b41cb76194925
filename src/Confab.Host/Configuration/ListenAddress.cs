using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Confab.Host.Configuration;

/// <summary>Where to listen: <c>SCHEME://HOST:PORT</c>, the host an IP address (<c>localhost</c> is read as 127.0.0.1).</summary>
sealed record ListenAddress(string Scheme, IPAddress Address, int Port)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? listen)
    {
        listen = null;
        var colon = text.LastIndexOf(':');
        var slashes = text.IndexOf("://", StringComparison.Ordinal);
        if (slashes <= 0 || colon <= slashes)
            return false;
        var host = text[(slashes + 3)..colon];
        if (!ushort.TryParse(text[(colon + 1)..].TrimEnd('/'), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        if (!Names.TryAddress(host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : host, out var address))
            return false;
        listen = new(text[..slashes].ToLowerInvariant(), address, port);
        return true;
    }

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    public override string ToString() => Address.AddressFamily == AddressFamily.InterNetworkV6
        ? string.Create(CultureInfo.InvariantCulture, $"{Scheme}://[{Address}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Address}:{Port}");
}
