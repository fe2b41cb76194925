using Confab.Runtime;
using Confab.Sip.Session;

namespace Confab.Sip.Pager;

/// <summary>What one MESSAGE outside of any dialog says. RFC 3428 4.</summary>
/// <param name="RequestUri">Where it goes.</param>
/// <param name="From">The sender's URI.</param>
/// <param name="To">The recipient's URI.</param>
/// <param name="ContentType">Type of the body.</param>
/// <param name="Body">The message itself.</param>
/// <param name="More">Further headers.</param>
/// <param name="Flow">The connection it must take; null to find one.</param>
/// <param name="CallId">Its Call-ID where the owner must know it before anything is sent; null to make one.</param>
/// <param name="MaxForwards">Hops that it may still take.</param>
/// <param name="FromName">The sender's display name; empty for none.</param>
/// <param name="Route">The proxies that lead to the recipient, as Route carries them (RFC 3327 5.4); empty for none.</param>
/// <param name="ByFlow">Headers that depend on the connection which it takes.</param>
/// <param name="MostOctets">A request longer than this is not sent (RFC 3428 8).</param>
public sealed record PagerMessage(
    string RequestUri,
    string From,
    string To,
    string ContentType,
    ReadOnlyMemory<byte> Body,
    Message.HeadersWriter? More = null,
    Flow? Flow = null,
    string? CallId = null,
    int MaxForwards = 70,
    string FromName = "",
    string Route = "",
    FlowHeadersWriter? ByFlow = null,
    int MostOctets = int.MaxValue)
    : InitialRequest(RequestUri, From, To, ContentType, Body, More, Flow, CallId, MaxForwards, FromName, Route, ByFlow);
