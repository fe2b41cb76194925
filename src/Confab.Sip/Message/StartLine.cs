using System.Text;

namespace Confab.Sip.Message;

/// <summary>Request-Line and Status-Line. RFC 3261 7.1, 7.2. Single spaces only: what is read twice differently is a hole (RFC 4475 3.1.2.9).</summary>
static class StartLine
{
    /// <summary>The message with its start line set; null when the line does not even tell request from response.</summary>
    public static SipMessage? Parse(byte[] buffer, int start, int length, ref Fault fault)
    {
        var line = buffer.AsSpan(start, length);
        if (line.Length >= 4 && Ascii.EqualsIgnoreCase(line[..4], "SIP/"u8))
            return Status(buffer, start, line, ref fault);
        var space = line.IndexOf((byte)' ');
        if (space > 0 && Characters.IsToken(line[..space]))
            return Request(buffer, start, line, space, ref fault);
        fault = new Fault(400, "Malformed start line", "RFC 3261 7.1", start);
        return null;
    }

    static SipRequest Request(byte[] buffer, int start, ReadOnlySpan<byte> line, int space, ref Fault fault)
    {
        var request = new SipRequest(buffer);
        request.SetStartLine(start, line.Length);
        request.SetMethod(request.Slice(start, space));

        var last = line.LastIndexOf((byte)' ');
        var version = line[(last + 1)..];
        if (last == space || !IsVersion(version))
            fault = new Fault(400, "Malformed request line", "RFC 3261 7.1", start);
        else if (!Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8))
            fault = new Fault(505, "Version Not Supported", "RFC 3261 21.5.6", start + last + 1);
        else if (!request.TypeRequestUri(request.Slice(start + space + 1, last - space - 1)))
            fault = new Fault(400, "Malformed Request-URI", "RFC 3261 7.1", start + space + 1);
        else if (!request.RequestUri.Headers.IsEmpty)
            fault = new Fault(400, "Headers in Request-URI", "RFC 3261 19.1.1", start + space + 1);
        return request;
    }

    static SipResponse? Status(byte[] buffer, int start, ReadOnlySpan<byte> line, ref Fault fault)
    {
        // "SIP/2.0 200 OK"; a missing space after the code is let pass (RFC 4475 3.1.1.13).
        if (line.Length >= 11 && Ascii.EqualsIgnoreCase(line[..8], "SIP/2.0 "u8) && (line.Length == 11 || line[11] == ' ')
            && Characters.TryNumber(line.Slice(8, 3), 699, out var status) && status >= 100)
        {
            var response = new SipResponse(buffer) { Status = (int)status };
            response.SetStartLine(start, line.Length);
            if (line.Length > 12)
                response.Reason = response.Slice(start + 12, line.Length - 12);
            return response;
        }

        fault = new Fault(400, "Malformed status line", "RFC 3261 7.2", start);
        return null;
    }

    static bool IsVersion(ReadOnlySpan<byte> version) =>
        version.Length >= 7 && Ascii.EqualsIgnoreCase(version[..4], "SIP/"u8) && Characters.IsDigit(version[4])
        && version[5..].IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0;
}
