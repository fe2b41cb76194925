using System.Diagnostics.CodeAnalysis;

namespace Confab.Sip.Message;

/// <summary>
/// Bytes of one message, a datagram or a framed part of a stream, to its index. RFC 3261 7, 8.1.1, 18.3; RFC 4475.
/// Checked here: the start line, header syntax, the fields every message must have (Via, From, To, Call-ID, CSeq), Max-Forwards,
/// Content-Length, and that fields with one value come once. One object is allocated.
/// </summary>
public static class SipParser
{
    /// <summary>
    /// Parses a message. The array becomes the message's own: folded lines are unfolded in it, and nobody may change it afterwards.
    /// </summary>
    /// <param name="buffer">The array that holds the message.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">How long it is; what lies behind Content-Length bytes of body is ignored.</param>
    /// <param name="maxHeaders">Most header fields taken.</param>
    /// <param name="message">
    /// The message. When the result is false it is still given for a request with Via, From, To, Call-ID and CSeq fields, so that the
    /// caller can answer it with <see cref="Fault.Status"/> by copying those; its typed values are empty where they are malformed, and
    /// it serves no other purpose (an ACK is not answered). Null otherwise: a malformed response is dropped.
    /// </param>
    /// <param name="fault">What is wrong when the result is false.</param>
    public static bool TryParse(byte[] buffer, int offset, int length, int maxHeaders, [NotNullWhen(true)] out SipMessage? message, out Fault fault)
    {
        if ((uint)offset > (uint)buffer.Length || (uint)length > (uint)(buffer.Length - offset))
            throw new ArgumentOutOfRangeException(nameof(length));
        fault = default;
        message = null;
        var end = offset + length;

        // CRLF before the start line is ignored (RFC 3261 7.5).
        while (end - offset >= 2 && buffer[offset] == '\r' && buffer[offset + 1] == '\n')
            offset += 2;
        if (offset == end)
        {
            fault = new Fault(400, "Empty message", "RFC 3261 7", offset);
            return false;
        }

        var lineLength = buffer.AsSpan(offset, end - offset).IndexOf("\r\n"u8);
        if (lineLength < 0)
        {
            fault = new Fault(400, "Start line not ended", "RFC 3261 7.1", offset);
            return false;
        }

        message = StartLine.Parse(buffer, offset, lineLength, ref fault);
        if (message is null)
            return false;
        var bodyStart = HeaderLines.Index(message, buffer, offset + lineLength + 2, end, maxHeaders, ref fault);
        var answerable = Mandatory.Check(message, bodyStart, end, ref fault);
        if (fault.IsNone)
            return true;
        if (!answerable || message is SipResponse)
            message = null;
        return false;
    }

    /// <summary>The same over a whole array.</summary>
    public static bool TryParse(byte[] buffer, int maxHeaders, [NotNullWhen(true)] out SipMessage? message, out Fault fault) =>
        TryParse(buffer, 0, buffer.Length, maxHeaders, out message, out fault);

    /// <summary>A request that this program wrote; anything else is a bug.</summary>
    /// <exception cref="ArgumentException">The bytes are no request.</exception>
    public static SipRequest ParseOwnRequest(byte[] bytes) =>
        TryParse(bytes, int.MaxValue, out var message, out var fault) && message is SipRequest request
            ? request
            : throw new ArgumentException($"Not a SIP request: {fault.Reason}", nameof(bytes));
}
