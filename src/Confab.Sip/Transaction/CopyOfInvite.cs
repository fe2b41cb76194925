using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Sip.Transaction;

/// <summary>The two requests that are copies of their INVITE: the ACK of a refusal, and CANCEL.</summary>
internal static class CopyOfInvite
{
    /// <summary>ACK to a 300-699 response: same Request-URI, top Via, Route; To of the response.</summary>
    [Clause("RFC 3261", "17.1.1.3", "IMC-GEN-10")]
    public static byte[] Ack(SipRequest invite, SipResponse response) => Copy(SipMethod.Ack, invite, response, null);

    /// <summary>CANCEL of a pending request: same branch, so that every hop finds it.</summary>
    [Clause("RFC 3261", "9.1", "IMC-GEN-12")]
    public static byte[] Cancel(SipRequest invite, HeadersWriter? more) => Copy(SipMethod.Cancel, invite, invite, more);

    private static byte[] Copy(SipMethod method, SipRequest invite, SipMessage to, HeadersWriter? more)
    {
        var output = Scratch.Take();
        var writer = new SipWriter(output);
        writer.Request(method, invite.RequestUriText);
        writer.Header(HeaderName.Via, invite.TopVia.Text);
        writer.Header(HeaderName.MaxForwards, 70);
        writer.CopyHeaders(invite, HeaderName.Route);
        writer.CopyHeaders(invite, HeaderName.From);
        writer.CopyHeaders(to, HeaderName.To);
        writer.Header(HeaderName.CallId, invite.CallId);
        writer.CSeq(invite.CSeq.Number, method);
        more?.Invoke(ref writer);
        writer.NoBody();
        return output.WrittenSpan.ToArray();
    }
}
