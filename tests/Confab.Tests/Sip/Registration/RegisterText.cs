using System.Text;
using Confab.Sip.Message;

namespace Confab.Tests.Sip.Registration;

/// <summary>Requests as text, so that a test shows the lines it is about.</summary>
internal static class RegisterText
{
    /// <summary>A REGISTER of alice with further header lines.</summary>
    public static SipRequest Of(uint cseq, params string[] lines) => With("a84b4c76e66710", cseq, lines);

    public static SipRequest With(string callId, uint cseq, params string[] lines) => Parse("REGISTER sip:example.com SIP/2.0", "REGISTER", callId, cseq, lines);

    /// <summary>Any request; a line that names From, To or Via takes the place of the usual one.</summary>
    public static SipRequest Parse(string startLine, string method, string callId, uint cseq, params string[] lines)
    {
        var text = new StringBuilder().Append(startLine).Append("\r\n");
        Unless("Via", "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bKnashds8;rport");
        Unless("From", "<sip:alice@example.com>;tag=1928301774");
        Unless("To", "<sip:alice@example.com>");
        text.Append($"Call-ID: {callId}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n");
        foreach (var line in lines) text.Append(line).Append("\r\n");
        text.Append("Content-Length: 0\r\n\r\n");
        return SipParser.ParseOwnRequest(Encoding.UTF8.GetBytes(text.ToString()));

        void Unless(string name, string value)
        {
            if (!Array.Exists(lines, l => l.StartsWith(name + ":", StringComparison.Ordinal))) text.Append($"{name}: {value}\r\n");
        }
    }
}
