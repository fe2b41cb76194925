using Confab.Runtime;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// What is heeded of the headers in the URIs of a list's entries: RFC 3261 19.1.5 leaves it to us which are safe. Replaces, Privacy and
/// Accept-Contact are; whatever else stands there is passed over.
/// </summary>
[Clause("RFC 3261", "19.1.5", "IMS-EXT-4")]
internal sealed class EntryHeaders
{
    private const int MostPreference = 256; // octets of an Accept-Contact; those of IM clients have about fifty

    /// <summary>The dialogs that users are to leave for the session, by their addresses.</summary>
    public Dictionary<string, Replaces> Replaced { get; } = new(StringComparer.Ordinal);

    /// <summary>Which of their devices is wanted: values of Accept-Contact beside our own, by their addresses.</summary>
    public Dictionary<string, string> Preferences { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the inviter is not to be named to one of them. In a session all see the same, so then he is named to nobody.
    /// </summary>
    public bool AsksPrivacy { get; private set; }

    /// <summary>Takes those of one entry; the first entry of a user counts.</summary>
    public void Take(string address, string entry)
    {
        if (!SipUri.TryParse(Text.Of(entry), out var uri)) return;
        if (Replaces.In(uri) is { } replaces) Replaced.TryAdd(address, replaces);
        var headers = new UriHeaders(uri.Headers);
        if (headers.TryGet("Privacy"u8, out var privacy)) AsksPrivacy |= AnonymityAsked.In(UriEscapes.Unescape(privacy));
        if (headers.TryGet("Accept-Contact"u8, out var wanted) && IsPreference(UriEscapes.Unescape(wanted))) Preferences.TryAdd(address, UriEscapes.Unescape(wanted).ToString());
    }

    /// <summary><c>*</c> and feature parameters (RFC 3841 9.2) on one line; what else it says is for the devices.</summary>
    private static bool IsPreference(Text value) =>
        value.Length is > 1 and <= MostPreference && value.Span[0] == '*' && value.Span[1..].TrimStart((byte)' ') is [(byte)';', ..] && !value.Span.ContainsAnyExceptInRange((byte)' ', (byte)'~');
}
