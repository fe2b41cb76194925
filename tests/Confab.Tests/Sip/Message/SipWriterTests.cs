using System.Buffers;
using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

public sealed class SipWriterTests
{
    [Fact]
    public void A_request_reads_back_as_it_was_written()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Request(SipMethod.Message, "sip:bob@example.com");
        writer.Header(HeaderName.Via, "SIP/2.0/TCP 192.0.2.11:5060;branch=z9hG4bKa");
        writer.Header(HeaderName.MaxForwards, 70);
        writer.Header(HeaderName.From, "\"Jörg\" <sip:alice@example.com>;tag=1");
        writer.Header(HeaderName.To, "<sip:bob@example.com>"u8);
        writer.Header(HeaderName.CallId, Text.Of("c1"));
        writer.Begin(HeaderName.CSeq);
        writer.Append(17);
        writer.Append(" "u8);
        writer.Append(SipMethods.Name(SipMethod.Message));
        writer.End();
        writer.Header("X-Long"u8, Encoding.ASCII.GetBytes(new string('x', 3000)));
        writer.Warning(399, "im.example.com"u8, "Too \"many\" \\ participants"u8);
        writer.Body("text/plain"u8, "hello"u8);

        Assert.True(SipParser.TryParse(output.WrittenSpan.ToArray(), Parse.MaxHeaders, out var message, out var fault), fault.ToString());
        var request = Assert.IsType<SipRequest>(message);
        Assert.Equal(SipMethod.Message, request.Method);
        Assert.Equal("Jörg", request.From.DisplayName.ToString());
        Assert.Equal(17u, request.CSeq.Number);
        Assert.Equal(70, request.MaxForwards);
        Assert.True(request.TryGet("x-long"u8, out var value));
        Assert.Equal(3000, value.Length);
        Assert.True(request.TryGet(HeaderName.Warning, out value));
        Assert.Equal("399 im.example.com \"Too \\\"many\\\" \\\\ participants\"", value.ToString());
        Assert.Equal("hello", Encoding.ASCII.GetString(request.Body.Span));
        Assert.Equal(5, request.ContentLength);
    }

    [Fact]
    public void Forwarding_every_raw_header_gives_the_same_message()
    {
        var request = Parse.Request(FlowSamplesTests.Invite);
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Request(request.Method, request.RequestUriText);
        foreach (var header in request.RawHeaders)
        {
            if (header.Known is not (HeaderName.ContentLength or HeaderName.ContentType))
                writer.Header(header.Name.Span, header.Value.Span);
        }

        writer.Body(request.ContentType.Span, request.Body.Span);
        Assert.Equal(FlowSamplesTests.Invite.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void No_value_smuggles_a_line_in()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Request("OPTIONS\r\nEvil: 1"u8, "sip:a b@x\r\nEvil: 2"u8);
        writer.Header(HeaderName.Subject, "one\r\nEvil: 3");
        writer.Header(HeaderName.UserAgent, "one\nEvil: 4\0"u8);
        writer.Header("Na me:\r\n"u8, "v"u8);
        writer.Header(default(ReadOnlySpan<byte>), "v"u8);
        writer.Warning(399, "h\r\nEvil: 5"u8, "t\r\nEvil: 6\\\r\n"u8);
        writer.NoBody();
        var lines = Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n");
        Assert.Equal(
            [
                "OPTIONS__Evil:_1 sip:a_b@x__Evil:_2 SIP/2.0", "Subject: one  Evil: 3", "User-Agent: one Evil: 4 ", "Na-me---: v", "-: v",
                "Warning: 399 h__Evil:_5 \"t  Evil: 6\\\\  \"", "Content-Length: 0", "", "",
            ],
            lines);
    }

    [Fact]
    public void A_response_copies_what_it_must_and_tags_the_to()
    {
        var request = Parse.Request(Parse.With("v: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKb\nRecord-Route: <sip:p;lr>"));
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Response(request, StatusCode.BusyHere, default, "srv"u8);
        writer.NoBody();
        Assert.Equal(
            """
            SIP/2.0 486 Busy Here
            Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa
            Via: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKb
            From: <sip:alice@example.com>;tag=1
            To: <sip:bob@example.com>;tag=srv
            Call-ID: c1@192.0.2.1
            CSeq: 1 OPTIONS
            Content-Length: 0


            """.ReplaceLineEndings("\r\n"),
            Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.True(SipParser.TryParse(output.WrittenSpan.ToArray(), Parse.MaxHeaders, out var response, out _));
        Assert.Equal(486, Assert.IsType<SipResponse>(response).Status);
    }

    [Fact]
    public void A_bad_request_with_double_fields_is_answered_with_single_ones()
    {
        Parse.Fault(Parse.With("To: <sip:c@x>\nFrom: <sip:d@x>\nCall-ID: e\nCSeq: 9 OPTIONS"), out var partial);
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Response(Assert.IsType<SipRequest>(partial), 400, "Header field given twice"u8, "srv"u8, "192.0.2.77"u8, 5099);
        writer.NoBody();
        Assert.True(SipParser.TryParse(output.WrittenSpan.ToArray(), Parse.MaxHeaders, out var response, out var fault), fault.ToString());
        Assert.Equal("192.0.2.77", response.TopVia.Received.ToString());
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 192.0.2.1:5060;branch=b", "192.0.2.1", "SIP/2.0/UDP 192.0.2.1:5060;branch=b")]
    [InlineData("SIP/2.0/UDP 192.0.2.1:5060;branch=b", "192.0.2.2", "SIP/2.0/UDP 192.0.2.1:5060;branch=b;received=192.0.2.2")]
    [InlineData("SIP/2.0/UDP host.example.com", "192.0.2.2", "SIP/2.0/UDP host.example.com;received=192.0.2.2")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;rport;branch=b", "192.0.2.1", "SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=4000")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;received=9.9.9.9;branch=b;x=\"y;z\"", "192.0.2.1", "SIP/2.0/UDP 192.0.2.1;branch=b;x=\"y;z\"")]
    [InlineData("SIP/2.0/UDP [2001:db8::1];branch=b", "2001:DB8::1", "SIP/2.0/UDP [2001:db8::1];branch=b")]
    public void The_top_via_of_an_answer_notes_where_the_request_came_from(string via, string source, string expected)
    {
        var request = Parse.Request(Parse.With("X: y").Replace("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa", via + " , SIP/2.0/TCP second", StringComparison.Ordinal));
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.CopyVias(request, Encoding.ASCII.GetBytes(source), 4000);
        writer.NoBody();
        var lines = Encoding.ASCII.GetString(output.WrittenSpan).Split("\r\n");
        Assert.Equal(["Via: " + expected, "Via: SIP/2.0/TCP second"], lines[..2]);
    }

    [Fact]
    public void Each_code_has_its_phrase_and_an_unknown_one_that_of_its_class()
    {
        Assert.Equal("Call/Transaction Does Not Exist", Encoding.ASCII.GetString(StatusCode.Phrase(481)));
        Assert.Equal("First Hop Lacks Outbound Support", Encoding.ASCII.GetString(StatusCode.Phrase(StatusCode.FirstHopLacksOutboundSupport)));
        Assert.Equal("Bad Request", Encoding.ASCII.GetString(StatusCode.Phrase(499)));
        Assert.Equal("Global Failure", Encoding.ASCII.GetString(StatusCode.Phrase(699)));
    }
}
