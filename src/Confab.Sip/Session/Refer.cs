// A REFER as its header fields say it: what is to be sent to whom, and whether the sender wants to hear of it.
//
//   Refer-To: <sip:dave@example.com>                    INVITE where no method is named
//   Refer-To: <sip:dave@example.com;method=BYE>         as it is to be written (RFC 3261 19.1.1)
//   Refer-To: <sip:dave@example.com?method=BYE>         as a figure of RFC 5368 has it
//   Refer-To: <sip:dave@example.com>;method=BYE         COMPAT(Blink, 2026): behind the brackets, or without any
//   Refer-To: <cid:list@example.com>                    a list in the body (RFC 5368 4)
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>What a REFER asks for.</summary>
/// <param name="Target">The URI in Refer-To, without what says the method; for a list the Content-ID of its body, without brackets.</param>
/// <param name="Method">What is to be sent there: INVITE where nothing is said, <see cref="SipMethod.Unknown"/> for a name that is none.</param>
/// <param name="IsList">Whether Refer-To points at a list (<c>cid:</c>).</param>
/// <param name="IsSilent">Whether the sender wants no NOTIFY: <c>Refer-Sub: false</c>, or the option tag <c>nosub</c> (RFC 7614 5.3).</param>
/// <param name="HasReferSub">Whether it was Refer-Sub, or its misspelling, that said so: it is said again in the answer (RFC 4488 4).</param>
[Clause("RFC 3515", "2.4.2")]
[Clause("RFC 4488", "4")]
[Clause("RFC 5368", "4")]
public sealed record Refer(string Target, SipMethod Method, bool IsList, bool IsSilent, bool HasReferSub)
{
    private const string Clause = "RFC 3515 2.4.2";

    /// <summary>Option tags of a REFER that are understood.</summary>
    public const string OptionTags = "multiple-refer, norefersub, nosub, tdialog";

    /// <summary>Whether a Require that names this option tag can be met.</summary>
    public static bool Knows(Text optionTag) =>
        optionTag.EqualsIgnoreCase("multiple-refer"u8) || optionTag.EqualsIgnoreCase("norefersub"u8) || optionTag.EqualsIgnoreCase("nosub"u8)
        || optionTag.EqualsIgnoreCase("tdialog"u8);

    /// <summary>Reads the header fields.</summary>
    /// <param name="request">The REFER.</param>
    /// <param name="refer">What it asks for.</param>
    /// <param name="fault">400 for a Refer-To that is missing, twice there or malformed.</param>
    public static bool TryRead(SipRequest request, out Refer refer, out Fault fault)
    {
        refer = null!;
        fault = default;
        if (!request.TryGet(HeaderName.ReferTo, out var value)) fault = new Fault(StatusCode.BadRequest, "Missing Refer-To", Clause, 0);
        else if (!NameAddr.TryParse(value, out var to)) fault = new Fault(StatusCode.BadRequest, "Malformed Refer-To", Clause, 0);
        else
        {
            var suppressed = IsSuppressed(request);
            var isList = to.Uri.Scheme == UriScheme.Other && StartsWithCid(to.UriText);
            refer = new Refer(isList ? ContentId(to.UriText) : PlainUri(to.Uri), MethodOf(to), isList, suppressed || RequiresNoSub(request), suppressed);
        }

        return fault.IsNone;
    }

    /// <summary>The method that a URI asks for, by its parameter or as a header of it; INVITE where it says nothing.</summary>
    public static SipMethod MethodOf(in SipUri uri)
    {
        if (uri.Parameters.TryGet("method"u8, out var named) || new UriHeaders(uri.Headers).TryGet("method"u8, out named)) return Parse(named);
        return SipMethod.Invite;
    }

    private static SipMethod MethodOf(in NameAddr to)
    {
        if (to.Uri.Parameters.Has("method"u8) || !to.Parameters.TryGet("method"u8, out var named)) return MethodOf(to.Uri);
        return Parse(named);
    }

    private static SipMethod Parse(Text name) => SipMethods.Parse(Encoding.ASCII.GetBytes(name.ToString().ToUpperInvariant()));

    /// <summary>The misspelled header says the opposite, and counts only where the right one is absent (C-01).</summary>
    private static bool IsSuppressed(SipRequest request)
    {
        if (request.TryGet(HeaderName.ReferSub, out var value)) return IsFirstWord(value, "false");
        return request.TryGet("Norefer-Sub"u8, out value) && IsFirstWord(value, "true");
    }

    private static bool IsFirstWord(Text value, string word) => value.ToString().Split(';', 2)[0].Trim().Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool RequiresNoSub(SipRequest request)
    {
        foreach (var tag in request.Headers(HeaderName.Require))
        {
            if (tag.EqualsIgnoreCase("nosub"u8)) return true;
        }

        return false;
    }

    private static bool StartsWithCid(Text uri) => uri.Length > 4 && uri.Slice(0, 4).EqualsIgnoreCase("cid:"u8);

    /// <summary>RFC 2392 2: the Content-ID in a URL is escaped.</summary>
    private static string ContentId(Text uri) => UriEscapes.Unescape(uri.Slice(4)).ToString();

    /// <summary>The address without the headers and parameters, which are about the request and not about the user.</summary>
    private static string PlainUri(in SipUri uri) => uri.IsSipOrSips || uri.Scheme == UriScheme.Tel ? uri.AddressKey() : uri.Text.ToString();
}
