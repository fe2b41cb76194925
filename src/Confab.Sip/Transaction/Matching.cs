// Which transaction a message belongs to: RFC 3261 17.1.3 (responses) and 17.2.3 (requests).
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

/// <summary>A client transaction is found by the branch that we made and the method in CSeq.</summary>
[Clause("RFC 3261", "17.1.3")]
internal readonly record struct ClientKey(Text Branch, SipMethod Method);

/// <summary>What all copies of one request have in common that forking sends by several ways (RFC 3261 8.2.2.2); one in a dialog has a To tag.</summary>
internal readonly record struct RequestIdentity(Text CallId, Text FromTag, Text ToTag, Text Method, uint CSeq)
{
    public static RequestIdentity Of(SipRequest request) =>
        new(request.CallId, request.FromTag, request.ToTag, request.MethodText, request.CSeq.Number);
}

/// <summary>A server transaction is found by branch, sent-by and method, where an ACK counts as its INVITE.</summary>
[Clause("RFC 3261", "17.2.3")]
internal readonly record struct ServerKey(Text Branch, Text Host, int Port, SipMethod Method)
{
    private static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    public static ServerKey Of(SipRequest request, SipMethod method)
    {
        var via = request.TopVia;
        if (via.Branch.Length > MagicCookie.Length && via.Branch.Span.StartsWith(MagicCookie)) return new ServerKey(via.Branch, via.Host, via.Port, method);

        // A peer of RFC 2543 has no unique branch: the fields that its retransmissions repeat stand for it.
        var repeated = Text.Of($"{request.RequestUriText} {request.FromTag} {request.CallId} {request.CSeq.Number} {via.Text}");
        return new ServerKey(repeated, via.Host, via.Port, method);
    }
}
