using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>One place where a user can be reached, as a registrar knows it: RFC 3261 10, RFC 3327 5.4.</summary>
/// <param name="RequestUri">The contact that was registered.</param>
/// <param name="Flow">The connection that it registered over; null to find one.</param>
/// <param name="Route">The proxies that lead there, as Route carries them; empty for none.</param>
public sealed record Location(string RequestUri, Flow? Flow = null, string Route = "")
{
    /// <summary>Where a request goes first; false for what is no SIP URI that a request could be sent to.</summary>
    public bool TryFirstHop(out SipUri hop)
    {
        if (!SipUri.TryParse(Text.Of(RequestUri), out hop) || !hop.Headers.IsEmpty) return false;
        if (Route.Length == 0) return true;
        var route = Text.Of(Route);
        var position = 0;
        if (!CommaList.Next(route.Span, ref position, out var start, out var length) || !NameAddr.TryParse(route.Slice(start, length), out var first)) return false;
        hop = first.Uri;
        return true;
    }
}
