using Confab.Sip.Authentication;

namespace Confab.Server.Ports;

/// <summary>
/// Who may sign in: no password is kept, only what digest authentication needs of it. These hashes are as good as the password within the
/// realm, so they are guarded like one and never logged. RFC 7616 5.12.
/// </summary>
/// <param name="Address">The IM Address in its one spelling (<c>SipUri.AddressKey</c>): <c>sip:user@domain</c>.</param>
/// <param name="Ha1Md5">H(user:realm:password), for the user part as the user name.</param>
/// <param name="Ha1Sha256">The same by SHA-256.</param>
public sealed record Account(string Address, string Ha1Md5, string Ha1Sha256)
{
    /// <summary>H(user@domain:realm:password): the user name is hashed, so clients that send the whole address need a hash of their own.</summary>
    public string Ha1Md5OfAddress { get; init; } = "";

    /// <summary>The same by SHA-256.</summary>
    public string Ha1Sha256OfAddress { get; init; } = "";

    /// <summary>The key in <see cref="IDirectory"/>: the user part.</summary>
    public string User => UserOf(Address);

    public static string UserOf(string address) => address.IndexOf('@', StringComparison.Ordinal) is var at and > 4 ? address[4..at] : "";

    /// <summary>The hash for an algorithm and the form of the user name; empty for an algorithm that is not served.</summary>
    public string Ha1(DigestAlgorithm algorithm, bool ofAddress) => algorithm switch
    {
        DigestAlgorithm.Md5 => ofAddress ? Ha1Md5OfAddress : Ha1Md5,
        DigestAlgorithm.Sha256 => ofAddress ? Ha1Sha256OfAddress : Ha1Sha256,
        _ => "",
    };

    /// <summary>The address alone: hashes do not belong into logs.</summary>
    public override string ToString() => Address;
}
