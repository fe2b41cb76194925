using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Sip.Session;

/// <summary>A request with a body outside of any dialog: RFC 3261 8.1.1.</summary>
/// <param name="RequestUri">Where it goes.</param>
/// <param name="From">The sender's URI.</param>
/// <param name="To">The recipient's URI.</param>
/// <param name="ContentType">Type of the body.</param>
/// <param name="Body">The body.</param>
/// <param name="More">Further headers.</param>
/// <param name="Flow">The connection it must take; null to find one.</param>
/// <param name="CallId">Its Call-ID where the owner must know it before anything is sent; null to make one.</param>
/// <param name="MaxForwards">Hops that it may still take: one less than the request that caused it, so that loops end.</param>
/// <param name="FromName">The sender's display name; empty for none.</param>
/// <param name="Route">The proxies that lead to the recipient, as Route carries them (RFC 3327 5.4); empty for none.</param>
/// <param name="ByFlow">Headers that depend on the connection which it takes.</param>
[Clause("RFC 3261", "8.1.1")]
public abstract record InitialRequest(
    string RequestUri,
    string From,
    string To,
    string ContentType,
    ReadOnlyMemory<byte> Body,
    HeadersWriter? More,
    Flow? Flow,
    string? CallId,
    int MaxForwards,
    string FromName,
    string Route,
    FlowHeadersWriter? ByFlow)
{
    /// <summary>The request, whole, for this connection.</summary>
    /// <param name="agent">Who sends it.</param>
    /// <param name="flow">The connection.</param>
    /// <param name="method">The method.</param>
    /// <param name="tag">Of From.</param>
    /// <param name="callId">Its Call-ID.</param>
    /// <param name="number">Of CSeq.</param>
    /// <param name="own">Headers of the method: Contact, credentials.</param>
    internal byte[] Compose(IUserAgent agent, Flow flow, SipMethod method, string tag, string callId, uint number, HeadersWriter own)
    {
        var output = Scratch.Take();
        var writer = new SipWriter(output);
        writer.Request(method, MessageText.Of(RequestUri));
        writer.Header(HeaderName.Via, agent.Transport.Via(flow, agent.Transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, MaxForwards);
        if (agent.OutboundProxy is { } proxy && Flow is null) writer.Header(HeaderName.Route, proxy.HasParameter("lr"u8) ? $"<{proxy.Text}>" : $"<{proxy.Text};lr>");
        if (Route.Length > 0) writer.Header(HeaderName.Route, Route);
        writer.Address(HeaderName.From, From, tag, FromName);
        writer.Address(HeaderName.To, To, "");
        writer.Header(HeaderName.CallId, callId);
        writer.CSeq(number, method);
        own(ref writer);
        agent.WriteRequestHeaders(ref writer, method);
        More?.Invoke(ref writer);
        ByFlow?.Invoke(ref writer, flow);
        writer.Body(Encoding.ASCII.GetBytes(ContentType), Body.Span);
        return output.WrittenSpan.ToArray();
    }
}
