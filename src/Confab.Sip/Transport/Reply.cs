using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transport;

/// <summary>Composes a response: what repeats the request, then what the caller adds.</summary>
[Clause("RFC 3261", "8.2.6", "IMS-GEN-1", "IMC-TERM-R1")]
public static class Reply
{
    /// <summary>The whole response.</summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="flow">The flow it came over: its address is noted in the top Via (RFC 3581 4).</param>
    /// <param name="status">100 to 699.</param>
    /// <param name="toTag">Our tag, for a To that has none; not used for 100.</param>
    /// <param name="more">Further headers.</param>
    /// <param name="reason">The phrase; the usual one when empty.</param>
    /// <param name="contentType">Type of the body; none when null.</param>
    /// <param name="body">The body.</param>
    public static byte[] Compose(
        SipRequest request, Flow flow, int status, string toTag, HeadersWriter? more = null, string reason = "", string? contentType = null, ReadOnlySpan<byte> body = default)
    {
        Span<byte> tag = stackalloc byte[64];
        Span<byte> source = stackalloc byte[64];
        Span<byte> phrase = stackalloc byte[256];
        var tagLength = status == StatusCode.Trying ? 0 : Encoding.ASCII.GetBytes(toTag.AsSpan(0, Math.Min(toTag.Length, tag.Length)), tag);
        flow.Remote.Address.TryFormat(source, out var sourceLength);
        var phraseLength = Encoding.UTF8.GetBytes(reason.AsSpan(0, Math.Min(reason.Length, 64)), phrase);

        var output = Scratch.Take();
        var writer = new SipWriter(output);
        writer.Response(request, status, phrase[..phraseLength], tag[..tagLength], source[..sourceLength], flow.Remote.Port);
        if (status == StatusCode.Trying) writer.CopyHeaders(request, HeaderName.Timestamp);
        if (status is > 100 and < 300 && request.Method != SipMethod.Register) writer.CopyHeaders(request, HeaderName.RecordRoute); // RFC 3261 12.1.1
        more?.Invoke(ref writer);
        if (contentType is null) writer.NoBody();
        else writer.Body(Encoding.ASCII.GetBytes(contentType), body);
        return output.WrittenSpan.ToArray();
    }
}
