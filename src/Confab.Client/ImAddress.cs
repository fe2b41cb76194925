using System.Runtime.CompilerServices;
using Confab.Sip.Message;

namespace Confab.Client;

/// <summary>IM Addresses as a user gives them: SIP URIs and telephone numbers, compared by RFC 3261 19.1.4 (COM-AOIA-6).</summary>
public static class ImAddress
{
    /// <summary>Whether it is the address of a user or group that can be called.</summary>
    public static bool IsValid(string address) => TryParse(address, out _);

    /// <summary>Why this is no address that can be used, in words for who typed it; null for one that can.</summary>
    public static string? Problem(string address) =>
        address is null || !SipUri.TryParse(Text.Of(address), out var uri) ? $"'{address}' is no IM Address; one looks like sip:alice@example.com."
        : uri.Scheme == UriScheme.Sips ? $"'{address}' asks for TLS, which is a later capability; one without it looks like sip:alice@example.com."
        : IsValid(address) ? null
        : $"'{address}' is no IM Address; one looks like sip:alice@example.com.";

    /// <summary>Equal for two addresses of the same user, whatever their parameters.</summary>
    /// <exception cref="ArgumentException">This is no IM Address.</exception>
    public static string Key(string address) => Parse(address).AddressKey();

    /// <summary>Whether both are the same user.</summary>
    public static bool AreSame(string one, string other) =>
        TryParse(one, out var a) && TryParse(other, out var b) && SipUri.SameAddress(a, b);

    /// <summary>Whether it stands for somebody who does not want to be named; nobody can be called by it (RFC 3323 4.1.1.3, RFC 4575 5.6).</summary>
    public static bool IsAnonymous(string address) =>
        SipUri.TryParse(Text.Of(address ?? ""), out var uri) && uri.IsSipOrSips && uri.Host.EqualsIgnoreCase("anonymous.invalid"u8);

    /// <summary>
    /// A user, and nothing beyond: what a URI may say of a request to be made of it (RFC 3261 19.1.1) is no part of an address, and
    /// <c>;method=BYE</c> behind whom one adds would remove him. sips is never sent in the clear.
    /// </summary>
    internal static bool TryParse(string? address, out SipUri uri) =>
        SipUri.TryParse(Text.Of(address ?? ""), out uri)
        && (uri.Scheme == UriScheme.Tel || (uri.Scheme == UriScheme.Sip && !uri.User.IsEmpty && uri.Headers.IsEmpty && !uri.HasParameter("method"u8)));

    /// <summary>The address of a program's argument, whose name it is told.</summary>
    internal static SipUri Parse(string address, [CallerArgumentExpression(nameof(address))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(address, name);
        return TryParse(address, out var uri) ? uri : throw new ArgumentException(Problem(address), name);
    }

    /// <summary>The same where each is an address, in a list that the program does not change any more.</summary>
    internal static IReadOnlyCollection<string> Verify(IReadOnlyCollection<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        string[] verified = [.. addresses];
        foreach (var address in verified) _ = Parse(address, nameof(addresses));
        return verified;
    }
}
