using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.General;

/// <summary>What a Request-URI stands for.</summary>
internal enum RequestKind
{
    Unknown,
    User,
    Factory,
    Exploder,

    /// <summary>A pre-defined group.</summary>
    Group,
    SessionIdentity,
    Server,
}

/// <summary>Tells the kinds of Request-URI apart: RFC 4579 5.4.</summary>
[Clause("RFC 4579", "5.4", "IMS-GEN-8", "IMS-GEN-10", "IMS-REJOIN-GONE", "IMS-RPOL-RACE", "IMP-2")]
internal static class RequestKinds
{
    public static RequestKind Of(Node node, SipUri uri)
    {
        if (uri.User.IsEmpty) return RequestKind.Server;
        if (SipUri.SameAddress(node.Factory, uri)) return RequestKind.Factory;
        if (SipUri.SameAddress(node.Exploder, uri)) return RequestKind.Exploder;
        if (node.Router.Find(uri) is not null) return RequestKind.SessionIdentity;
        if (Focus.IsIdentityUser(uri.User)) return RequestKind.Unknown; // of a session that is over (IMS-REJOIN-GONE)
        var isOurs = node.IsOurs(uri);
        if (isOurs && node.Directory.TryGetAccount(UriEscapes.Unescape(uri.User).ToString(), out _)) return RequestKind.User; // no document takes a user's place
        if (node.Groups.Find(uri) is not null) return RequestKind.Group;
        return isOurs || node.OutboundProxy is not null ? RequestKind.User : RequestKind.Unknown;
    }
}
