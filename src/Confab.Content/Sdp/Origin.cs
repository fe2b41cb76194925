// The o= line of a session description (RFC 4566 5.2).
namespace Confab.Content.Sdp;

/// <summary>Who described the session and which edition this is; the version goes up with each change.</summary>
/// <param name="Address">IPv4, IPv6 (without brackets) or host name; written IP6 when it holds a colon, else IP4.</param>
public readonly record struct Origin(string UserName, ulong SessionId, ulong Version, string Address);
