using Confab.Runtime;

namespace Confab.Sip.Registration;

/// <summary>
/// Where a user can be reached: one binding of an address of record. RFC 3261 10.
/// </summary>
/// <param name="Contact">The Contact URI as it was registered.</param>
/// <param name="CallId">Call-ID of the REGISTER that made or refreshed it.</param>
/// <param name="CSeq">Its sequence number: an older request does not overwrite a newer one.</param>
/// <param name="Expires">From this moment on it does not count any more.</param>
/// <param name="Q">Preference, 0 to 1.</param>
/// <param name="InstanceId">The device (<c>+sip.instance</c>, RFC 5626 4.1), without its angle brackets.</param>
/// <param name="Flow">
/// The way the REGISTER came, and requests go back: a connection, or the source of the datagram, so that a user behind a NAT is reached
/// (RFC 5626 5.3). Null where a proxy stood between, and after a restart: then the Contact is followed.
/// </param>
/// <param name="Received">ADDRESS:PORT the REGISTER came from.</param>
/// <param name="ContactParameters">The Contact's parameters but <c>expires</c> and <c>q</c>: feature tags (RFC 3840 9), without the first semicolon.</param>
[Clause("RFC 3261", "10")]
public sealed record Binding(
    string Contact,
    string CallId,
    uint CSeq,
    DateTimeOffset Expires,
    float Q,
    string? InstanceId,
    Flow? Flow,
    string? Received,
    string ContactParameters)
{
    /// <summary>The proxies that lead to the contact, in their order: the value of Route of what is sent to it (RFC 3327 5.3); empty for none.</summary>
    public string Path { get; init; } = "";

    /// <summary>Which flow of its device this is (RFC 5626 4.2); null for a binding that is no flow.</summary>
    public uint? RegId { get; init; }

    /// <summary>User part of the temporary GRUU (RFC 5627 3.1.2); empty for a contact without an instance.</summary>
    public string TempGruu { get; init; } = "";

    /// <summary>Unexpired, and its connection, if it came over one, still stands: the contact behind a lost one cannot be reached.</summary>
    public bool IsLive(DateTimeOffset now) => Expires > now && Flow is not { IsOpen: false };
}
