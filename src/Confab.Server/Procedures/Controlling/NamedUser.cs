using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// The user whom a REFER or an entry of a list names. A session, and the factory, is none: inviting it would join sessions to one another, or
/// to themselves.
/// </summary>
[Clause("RFC 5363", "4.1", "IMS-ADD-3", "IMS-FCTY-2")]
internal static class NamedUser
{
    /// <summary>Gives the address by which he is known here; or the refusal: 400, 403 or 416.</summary>
    public static bool TryRead(Node node, string text, out string address, out Refusal refusal)
    {
        address = "";
        refusal = null!;
        if (!SipUri.TryParse(Text.Of(text), out var uri)) refusal = new Refusal(StatusCode.BadRequest, "An entry is no URI");
        else if (!uri.IsSipOrSips && uri.Scheme != UriScheme.Tel) refusal = new Refusal(StatusCode.UnsupportedUriScheme, "");
        else if (uri.User.IsEmpty) refusal = new Refusal(StatusCode.BadRequest, "An entry names no user");
        else if (uri.IsSipOrSips && RequestKinds.Of(node, uri) is RequestKind.Factory or RequestKind.SessionIdentity)
            refusal = new Refusal(StatusCode.Forbidden, "A session is no user");
        else address = uri.AddressKey();
        return refusal is null;
    }
}
