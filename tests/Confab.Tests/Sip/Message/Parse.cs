using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

/// <summary>Messages for tests, written with plain line ends.</summary>
static class Parse
{
    public const int MaxHeaders = 128;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static SipMessage Message(string text)
    {
        Assert.True(SipParser.TryParse(Bytes(text), MaxHeaders, out var message, out var fault), fault.ToString());
        return message;
    }

    public static SipRequest Request(string text) => Assert.IsType<SipRequest>(Message(text));

    public static SipResponse Response(string text) => Assert.IsType<SipResponse>(Message(text));

    public static Fault Fault(string text, out SipMessage? partial)
    {
        Assert.False(SipParser.TryParse(Bytes(text), 0, Bytes(text).Length, MaxHeaders, out partial, out var fault));
        Assert.NotEqual(0, fault.Status);
        return fault;
    }

    public static SipUri Uri(string text)
    {
        Assert.True(SipUri.TryParse(text, out var uri), text);
        return uri;
    }

    public static NameAddr Address(string text)
    {
        Assert.True(NameAddr.TryParse(text, out var address), text);
        return address;
    }

    public static string[] Values(SipMessage message, HeaderName name)
    {
        var values = new List<string>();
        foreach (var value in message.Headers(name))
            values.Add(value.ToString());
        return [.. values];
    }

    /// <summary>A request with the given lines beside the mandatory ones.</summary>
    public static string With(string lines, string method = "OPTIONS") =>
        $"""
        {method} sip:bob@example.com SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=1
        To: <sip:bob@example.com>
        Call-ID: c1@192.0.2.1
        CSeq: 1 {method}
        {lines}
        Content-Length: 0


        """;
}
