using System.Net;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transport;

/// <summary>The part of a response that repeats its request.</summary>
[Clause("RFC 3261", "8.2.6", "IMS-GEN-1", "IMC-TERM-R1")]
public static class ResponseHead
{
    /// <summary>
    /// Status line, Via, From, To, Call-ID, CSeq. <paramref name="toTag"/> goes to the To field where it has none; 100 gets none
    /// (RFC 3261 8.2.6.2).
    /// </summary>
    public static void Write(SipWriter writer, SipRequest request, Flow flow, int status, string reason, string? toTag)
    {
        writer.Status(status, reason);
        var top = true;
        foreach (var via in request.Headers(HeaderName.Via))
        {
            if (top) writer.Header(HeaderName.Via, Stamped(via, flow));
            else writer.Header(HeaderName.Via, via);
            top = false;
        }

        writer.CopyHeaders(request, HeaderName.From);
        if (status == 100 || toTag is null || !request.ToTag.IsEmpty) writer.CopyHeaders(request, HeaderName.To);
        else writer.Header(HeaderName.To, $"{request.To.Text};tag={toTag}");
        writer.Header(HeaderName.CallId, request.CallId);
        writer.CopyHeaders(request, HeaderName.CSeq);
        if (status == 100) writer.CopyHeaders(request, HeaderName.Timestamp);
        if (status is > 100 and < 300) writer.CopyHeaders(request, HeaderName.RecordRoute); // RFC 3261 12.1.1
    }

    /// <summary>The top Via with the source address where it differs from sent-by, and the source port where it was asked for (RFC 3581 4).</summary>
    [Clause("RFC 3581", "4")]
    private static string Stamped(Text text, Flow flow)
    {
        if (!Message.Via.TryParse(text, out var via)) return text.ToString();
        var stamped = text.ToString();
        var isSource = IPAddress.TryParse(via.Host.ToString().Trim('[', ']'), out var sentBy) && sentBy.Equals(flow.Remote.Address);
        if (via.HasRport && via.Rport == 0)
        {
            var at = stamped.IndexOf(";rport", StringComparison.OrdinalIgnoreCase) + ";rport".Length;
            if (at < stamped.Length && stamped[at] == '=') stamped = stamped.Remove(at, 1);
            stamped = stamped.Insert(at, $"={flow.Remote.Port}");
        }

        if ((via.HasRport || !isSource) && via.Received.IsEmpty) stamped += $";received={flow.Remote.Address}";
        return stamped;
    }
}
