using System.Text;

namespace Confab.Sip.Message;

/// <summary>
/// Spelling of header names, their compact forms, and which of them are comma-separated lists or may appear once only.
/// RFC 3261 7.3.1, 7.3.3, 20, and the RFCs that define the others.
/// </summary>
public static class HeaderNames
{
    // In the order of the enum.
    static readonly string[] Spelling =
    [
        "",
        "Accept",
        "Accept-Contact",
        "Accept-Encoding",
        "Accept-Language",
        "Accept-Resource-Priority",
        "Alert-Info",
        "Allow",
        "Allow-Events",
        "Answer-Mode",
        "Authentication-Info",
        "Authorization",
        "Call-ID",
        "Call-Info",
        "Contact",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Type",
        "CSeq",
        "Date",
        "Error-Info",
        "Event",
        "Expires",
        "Flow-Timer",
        "From",
        "Geolocation",
        "History-Info",
        "Identity",
        "Identity-Info",
        "In-Reply-To",
        "Join",
        "Max-Breadth",
        "Max-Forwards",
        "MIME-Version",
        "Min-Expires",
        "Min-SE",
        "Organization",
        "P-Access-Network-Info",
        "P-Asserted-Identity",
        "P-Asserted-Service",
        "P-Associated-URI",
        "P-Called-Party-ID",
        "P-Charging-Function-Addresses",
        "P-Charging-Vector",
        "P-Preferred-Identity",
        "P-Preferred-Service",
        "P-Profile-Key",
        "P-Visited-Network-ID",
        "Path",
        "Permission-Missing",
        "Priority",
        "Privacy",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Require",
        "RAck",
        "Reason",
        "Record-Route",
        "Refer-Sub",
        "Refer-To",
        "Referred-By",
        "Reject-Contact",
        "Replaces",
        "Reply-To",
        "Request-Disposition",
        "Require",
        "Resource-Priority",
        "Retry-After",
        "Route",
        "RSeq",
        "Security-Client",
        "Security-Server",
        "Security-Verify",
        "Server",
        "Service-Route",
        "Session-Expires",
        "Session-ID",
        "SIP-ETag",
        "SIP-If-Match",
        "Subject",
        "Subscription-State",
        "Supported",
        "Suppress-If-Match",
        "Target-Dialog",
        "Timestamp",
        "To",
        "Trigger-Consent",
        "Unsupported",
        "User-Agent",
        "Via",
        "Warning",
        "WWW-Authenticate",
    ];

    static readonly byte[][] Canonicals = Array.ConvertAll(Spelling, Encoding.ASCII.GetBytes);

    // Open addressing; the hash tells nearly all names apart, so that a look-up compares once.
    const int Slots = 512;
    static readonly byte[] Table = Fill();

    public static ReadOnlySpan<byte> Canonical(HeaderName name) => Canonicals[(int)name];

    /// <summary>The name written in either form and any case; <see cref="HeaderName.Other"/> when it is not known.</summary>
    public static HeaderName Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length < 2)
            return name.Length == 0 ? HeaderName.Other : Compact(name[0]);
        var slot = Hash(name);
        while (Table[slot] is var candidate and not 0)
        {
            if (Ascii.EqualsIgnoreCase(name, Canonicals[candidate]))
                return (HeaderName)candidate;
            slot = (slot + 1) % Slots;
        }

        return HeaderName.Other;
    }

    /// <summary>Whether the value is a comma-separated list, so that several fields and one field with commas mean the same.</summary>
    public static bool IsList(HeaderName name) => name switch
    {
        HeaderName.Accept or HeaderName.AcceptContact or HeaderName.AcceptEncoding or HeaderName.AcceptLanguage
            or HeaderName.AcceptResourcePriority or HeaderName.AlertInfo or HeaderName.Allow or HeaderName.AllowEvents
            or HeaderName.CallInfo or HeaderName.Contact or HeaderName.ContentEncoding or HeaderName.ContentLanguage
            or HeaderName.ErrorInfo or HeaderName.Geolocation or HeaderName.HistoryInfo or HeaderName.InReplyTo
            or HeaderName.PAccessNetworkInfo or HeaderName.PAssertedIdentity or HeaderName.PAssertedService
            or HeaderName.PAssociatedUri or HeaderName.PPreferredIdentity or HeaderName.PPreferredService
            or HeaderName.PVisitedNetworkId or HeaderName.Path or HeaderName.PermissionMissing or HeaderName.Privacy
            or HeaderName.ProxyRequire or HeaderName.Reason or HeaderName.RecordRoute or HeaderName.RejectContact
            or HeaderName.RequestDisposition or HeaderName.Require or HeaderName.ResourcePriority or HeaderName.Route
            or HeaderName.SecurityClient or HeaderName.SecurityServer or HeaderName.SecurityVerify or HeaderName.ServiceRoute
            or HeaderName.Supported or HeaderName.TriggerConsent or HeaderName.Unsupported or HeaderName.Via or HeaderName.Warning => true,
        _ => false,
    };

    /// <summary>Whether a second field of this name makes the message ambiguous, hence bad (RFC 4475 3.3.8).</summary>
    public static bool IsSingle(HeaderName name) => name switch
    {
        HeaderName.CallId or HeaderName.ContentDisposition or HeaderName.ContentLength or HeaderName.ContentType or HeaderName.CSeq
            or HeaderName.Event or HeaderName.Expires or HeaderName.From or HeaderName.MaxForwards or HeaderName.MinExpires
            or HeaderName.MinSE or HeaderName.ReferredBy or HeaderName.ReferSub or HeaderName.ReferTo or HeaderName.Replaces
            or HeaderName.SessionExpires or HeaderName.SipETag or HeaderName.SipIfMatch or HeaderName.SubscriptionState
            or HeaderName.TargetDialog or HeaderName.To => true,
        _ => false,
    };

    static HeaderName Compact(byte letter) => Characters.Lower(letter) switch
    {
            (byte)'a' => HeaderName.AcceptContact,
            (byte)'u' => HeaderName.AllowEvents,
            (byte)'i' => HeaderName.CallId,
            (byte)'m' => HeaderName.Contact,
            (byte)'e' => HeaderName.ContentEncoding,
            (byte)'l' => HeaderName.ContentLength,
            (byte)'c' => HeaderName.ContentType,
            (byte)'o' => HeaderName.Event,
            (byte)'f' => HeaderName.From,
            (byte)'y' => HeaderName.Identity,
            (byte)'r' => HeaderName.ReferTo,
            (byte)'b' => HeaderName.ReferredBy,
            (byte)'j' => HeaderName.RejectContact,
            (byte)'d' => HeaderName.RequestDisposition,
            (byte)'x' => HeaderName.SessionExpires,
            (byte)'s' => HeaderName.Subject,
            (byte)'k' => HeaderName.Supported,
            (byte)'t' => HeaderName.To,
            (byte)'v' => HeaderName.Via,
            _ => HeaderName.Other,
    };

    static int Hash(ReadOnlySpan<byte> name) =>
        (int)(((uint)name.Length * 7) + ((uint)(name[0] | 0x20) * 31) + ((uint)(name[^1] | 0x20) * 131) + ((uint)(name[name.Length / 2] | 0x20) * 17)) % Slots;

    static byte[] Fill()
    {
        var table = new byte[Slots];
        for (var name = 1; name < Canonicals.Length; name++)
        {
            var slot = Hash(Canonicals[name]);
            while (table[slot] != 0)
                slot = (slot + 1) % Slots;
            table[slot] = (byte)name;
        }

        return table;
    }
}
