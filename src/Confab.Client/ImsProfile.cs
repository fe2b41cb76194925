using System.Buffers;

namespace Confab.Client;

/// <summary>
/// What the client does beyond plain SIP because the core is an IMS (TS 24.229 5.1, as far as a client without a SIM can): nothing is started before
/// the user is registered; what starts a session takes the proxy and then the Service-Route that the registration told (RFC 3608 6.1); the preferred
/// identity is one of P-Associated-URI (RFC 7315 4.1); REGISTER names the user in its first Authorization. Security is that of the transport and
/// digest: no AKA, no security agreement.
/// </summary>
public sealed class ImsProfile
{
    private static readonly SearchValues<char> s_breaks = SearchValues.Create("\r\n\0");

    /// <summary>
    /// The value of P-Access-Network-Info (RFC 7315 5.4), such as <c>3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001</c>; null for none.
    /// It goes with all but ACK, CANCEL and a REGISTER that no challenge was met for (RFC 7315 6.4).
    /// </summary>
    public string? AccessNetworkInfo { get; init; }

    /// <summary>The private user identity, <c>alice@ims.example.com</c>: the user name of digest; null for the user part of the address.</summary>
    public string? PrivateIdentity { get; init; }

    internal void Verify()
    {
        if (AccessNetworkInfo is { } access && (access.Trim().Length == 0 || access.AsSpan().ContainsAny(s_breaks)))
            throw new ArgumentException("AccessNetworkInfo is one line that begins with an access type, such as IEEE-802.11.", nameof(AccessNetworkInfo));
        if (PrivateIdentity is { } name && (name.Trim().Length == 0 || name.AsSpan().ContainsAny(s_breaks) || name.AsSpan().ContainsAny('"', '\\')))
            throw new ArgumentException("PrivateIdentity is a user name, such as alice@ims.example.com.", nameof(PrivateIdentity));
    }
}
