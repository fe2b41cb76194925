namespace Confab.Client;

/// <summary>One user of a group session, as the server tells it (RFC 4575 5.6).</summary>
/// <param name="Address">The IM Address, or the alias of who takes part anonymously.</param>
/// <param name="Status">What it says of the user's client: <c>connected</c>, <c>alerting</c>, <c>disconnected</c> and the like (RFC 4575 5.7.3).</param>
/// <param name="Role">The role in words for people; null where there is none.</param>
/// <param name="DisplayName">The name, empty where there is none.</param>
/// <param name="Disconnection">How a disconnected one went: <c>departed</c>, <c>booted</c>, <c>failed</c>, <c>busy</c>; null where it is not said.</param>
public sealed record RosterUser(string Address, string Status, string? Role, string DisplayName, string? Disconnection = null)
{
    /// <summary>Whether it is somebody who takes part without a name; the address stands for the same user as long as the session lives.</summary>
    public bool IsAnonymous => ImAddress.IsAnonymous(Address);

    /// <summary>Whether the user is in the session.</summary>
    public bool IsConnected => Status == "connected";
}
