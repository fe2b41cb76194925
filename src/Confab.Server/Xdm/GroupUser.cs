using Confab.Server.Procedures.General;
using Confab.Sip.Message;

namespace Confab.Server.Xdm;

/// <summary>Whom the rules of a group are asked about: either of his addresses matches (COM-AOIA-3).</summary>
/// <param name="Address">The IM Address in its one spelling.</param>
/// <param name="Number">The number that a trusted peer asserts beside it, in its one spelling.</param>
/// <param name="IsAnonymous">Whether he asks to stay anonymous.</param>
internal readonly record struct GroupUser(string Address, string? Number = null, bool IsAnonymous = false)
{
    public static GroupUser Of(Originator originator, bool isAnonymous = false) => new(originator.Address, originator.TelAddress, isAnonymous);

    /// <summary>The one spelling of an address in a document, as far as it is one; a sips URI names the same user.</summary>
    public static string? KeyOf(string uri)
    {
        if (!SipUri.TryParse(Text.Of(uri), out var parsed) || (!parsed.IsSipOrSips && parsed.Scheme != UriScheme.Tel)) return null;
        var key = parsed.AddressKey();
        return parsed.Scheme == UriScheme.Sips ? "sip:" + key["sips:".Length..] : key;
    }

    /// <summary>Whether this address, in its one spelling, is one of his.</summary>
    public bool Is(string key) => key == Address || key == Number;

    public bool IsIn(IReadOnlySet<string> keys) => keys.Contains(Address) || (Number is not null && keys.Contains(Number));

    /// <summary>The domain of his SIP address; null where he has none.</summary>
    public string? Domain => Address.StartsWith("sip:", StringComparison.Ordinal) && Address.LastIndexOf('@') is > 0 and var at ? HostOf(Address[(at + 1)..]) : null;

    private static string HostOf(string hostPort) =>
        hostPort.LastIndexOf(':') is > 0 and var colon && colon > hostPort.LastIndexOf(']') ? hostPort[..colon] : hostPort;
}
