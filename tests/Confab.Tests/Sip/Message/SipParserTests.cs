using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

public sealed class SipParserTests
{
    [Theory]
    [InlineData("Via")]
    [InlineData("From")]
    [InlineData("To")]
    [InlineData("Call-ID")]
    [InlineData("CSeq")]
    public void A_request_without_a_mandatory_field_is_400_and_cannot_be_answered(string name)
    {
        var text = string.Join('\n', Parse.With("X: y").Split('\n').Where(l => !l.StartsWith(name + ":", StringComparison.Ordinal)));
        Assert.Equal(400, Parse.Fault(text, out var partial).Status);
        Assert.Null(partial);
    }

    [Theory]
    [InlineData("Call-ID: other@x")]
    [InlineData("i: other@x")]
    [InlineData("CSeq: 1 OPTIONS")]
    [InlineData("From: <sip:alice@example.com>;tag=1")]
    [InlineData("t: <sip:bob@example.com>")]
    [InlineData("Max-Forwards: 70")]
    [InlineData("l: 0")]
    [InlineData("Content-Type: text/plain\nc: text/html")]
    [InlineData("Refer-To: <sip:a@x>\nr: <sip:b@x>")]
    public void A_second_field_where_one_is_allowed_is_400_but_answerable(string line)
    {
        Assert.Equal(400, Parse.Fault(Parse.With(line), out var partial).Status);
        Assert.IsType<SipRequest>(partial);
    }

    [Theory]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 256", 400)]
    [InlineData("Max-Forwards: 70", "Max-Forwards: x", 400)]
    [InlineData("Max-Forwards: 70", "Max-Forwards:", 400)]
    [InlineData("Content-Length: 0", "Content-Length: -1", 400)]
    [InlineData("Content-Length: 0", "Content-Length: 1", 400)]
    [InlineData("Content-Length: 0", "Content-Length: 0x0", 400)]
    [InlineData("Content-Length: 0", "Content-Length: 99999999999999999999", 400)]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 1 INVITE", 400)]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 1 options", 400)]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 4294967296 OPTIONS", 400)]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 1", 400)]
    [InlineData("Call-ID: c1@192.0.2.1", "Call-ID: c1 c2", 400)]
    [InlineData("Call-ID: c1@192.0.2.1", "Call-ID:", 400)]
    [InlineData("z9hG4bKa", "z9hG4bKa;", 400)]
    [InlineData("SIP/2.0/UDP", "SIP/2.0", 400)]
    [InlineData("tag=1", "tag=1, <sip:carol@example.com>", 400)]
    [InlineData("X: y", "X y", 400)]
    [InlineData("X: y", ": y", 400)]
    [InlineData("X: y", "X Z: y", 400)]
    [InlineData(".com SIP/2.0", ".com SIP/3.0", 505)]
    [InlineData(".com SIP/2.0", ".com HTTP/1.1", 400)]
    [InlineData(".com SIP/2.0", ".com", 400)]
    [InlineData("sip:bob@example.com SIP", "sip:bob@@example.com SIP", 400)]
    public void What_is_malformed_is_refused_but_answerable(string good, string bad, int status)
    {
        var text = Parse.With("X: y");
        var at = text.IndexOf(good, StringComparison.Ordinal);
        var fault = Parse.Fault(text[..at] + bad + text[(at + good.Length)..], out var partial);
        Assert.Equal(status, fault.Status);
        Assert.NotNull(partial);
    }

    [Fact]
    public void A_malformed_response_is_dropped()
    {
        var text = Parse.With("X: y").Replace("OPTIONS sip:bob@example.com SIP/2.0", "SIP/2.0 200 OK", StringComparison.Ordinal);
        Assert.Equal(200, Parse.Response(text).Status);
        Parse.Fault(text.Replace("CSeq: 1 ", "CSeq: one ", StringComparison.Ordinal), out var partial);
        Assert.Null(partial);
    }

    [Theory]
    [InlineData("SIP/2.0 99 X")]
    [InlineData("SIP/2.0 700 X")]
    [InlineData("SIP/2.0 2000 X")]
    [InlineData("SIP/3.0 200 OK")]
    [InlineData("SIP/2.0 20 OK")]
    [InlineData("SIP/2.0")]
    public void A_status_line_out_of_bounds_is_refused(string line) =>
        Parse.Fault(Parse.With("X: y").Replace("OPTIONS sip:bob@example.com SIP/2.0", line, StringComparison.Ordinal), out _);

    [Fact]
    public void The_fault_points_at_the_bad_value()
    {
        var text = Parse.With("X: y").Replace("CSeq: 1 ", "CSeq: one ", StringComparison.Ordinal);
        var fault = Parse.Fault(text, out _);
        Assert.Equal("one", Encoding.UTF8.GetString(Parse.Bytes(text).AsSpan(fault.Offset, 3)));
    }

    [Fact]
    public void Compact_names_any_case_and_space_before_the_colon_are_understood()
    {
        var request = Parse.Request(
            """
            REFER sip:x@example.com SIP/2.0
            v  : SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa
            F:<sip:alice@example.com>;tag=1
            t	:	<sip:bob@example.com>
            I: c
            cSEQ: 7 REFER
            r: <sip:carol@example.com;method=BYE>
            B: <sip:alice@example.com>
            k: replaces , norefersub
            x: 90;refresher=uac
            refer-SUB: false


            """);
        Assert.True(request.TryGetAddress(HeaderName.ReferTo, out var target));
        Assert.Equal("BYE", target.Uri.Parameter("METHOD"u8).ToString());
        Assert.True(request.TryGetAddress(HeaderName.ReferredBy, out _));
        Assert.True(request.Headers(HeaderName.Supported).Contains("norefersub"u8));
        Assert.True(request.TryGetSeconds(HeaderName.SessionExpires, out var seconds));
        Assert.Equal(90u, seconds);
        Assert.True(request.TryGet(HeaderName.ReferSub, out var sub));
        Assert.True(sub.EqualsIgnoreCase("FALSE"u8));
        Assert.Equal(7u, request.CSeq.Number);
    }

    [Fact]
    public void Folded_lines_read_as_one()
    {
        var request = Parse.Request(Parse.With("Subject: first\n  second\n\tthird\nContact:\n <sip:a@example.com>\n ;expires\n =\n 60"));
        Assert.True(request.TryGet(HeaderName.Subject, out var subject));
        Assert.Equal("first    second  \tthird", subject.ToString());
        Assert.True(request.TryGet(HeaderName.Contact, out var value));
        Assert.True(Contact.TryParse(value, out var contact));
        Assert.Equal(60u, contact.Expires);
    }

    [Theory]
    [InlineData("X: a\rY: b")]
    [InlineData("X: a\nY: b")]
    public void A_bare_line_end_character_in_a_header_is_refused_and_leaves_no_trace(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(Parse.With("X: @").ReplaceLineEndings("\r\n").Replace("X: @", line, StringComparison.Ordinal));
        Assert.False(SipParser.TryParse(bytes, 0, bytes.Length, Parse.MaxHeaders, out var partial, out var fault));
        Assert.Equal(400, fault.Status);
        Assert.NotNull(partial);
        foreach (var header in partial.RawHeaders)
            Assert.False(header.Value.Span.ContainsAny((byte)'\r', (byte)'\n'));
    }

    [Fact]
    public void A_list_over_several_fields_with_commas_in_quotes_and_brackets_yields_each_element()
    {
        var request = Parse.Request(Parse.With("Contact: \"Bob, the \\\"B\\\"\" <sip:b,c@example.com>;q=0.5 , <sip:d@example.com>\nm:<sip:e@example.com>,,"));
        Assert.Equal(
            ["\"Bob, the \\\"B\\\"\" <sip:b,c@example.com>;q=0.5", "<sip:d@example.com>", "<sip:e@example.com>"],
            Parse.Values(request, HeaderName.Contact));
    }

    [Fact]
    public void Headers_that_are_no_lists_are_not_taken_apart()
    {
        var request = Parse.Request(Parse.With("Date: Sat, 15 Oct 2005 04:44:56 GMT\nAuthorization: Digest a=\"b\", c=d\nSubject: one, two\nSubject: three"));
        Assert.Equal(["Sat, 15 Oct 2005 04:44:56 GMT"], Parse.Values(request, HeaderName.Date));
        Assert.Equal(["Digest a=\"b\", c=d"], Parse.Values(request, HeaderName.Authorization));
        Assert.Equal(["one, two", "three"], Parse.Values(request, HeaderName.Subject));
    }

    [Fact]
    public void An_empty_list_is_present_without_values()
    {
        var request = Parse.Request(Parse.With("Supported:\nAccept: "));
        Assert.True(request.Has(HeaderName.Supported));
        Assert.False(request.TryGet(HeaderName.Supported, out _));
        Assert.Equal(0, request.Headers(HeaderName.Accept).Count());
    }

    [Fact]
    public void Unknown_headers_are_kept_in_place_for_forwarding()
    {
        var request = Parse.Request(Parse.With("X-One: 1\nSubject: s\nx-two: 2"));
        var names = new List<string>();
        foreach (var raw in request.RawHeaders)
            names.Add(raw.Known == HeaderName.Other ? "?" + raw.Name : raw.Known.ToString());
        Assert.Equal(["Via", "MaxForwards", "From", "To", "CallId", "CSeq", "?X-One", "Subject", "?x-two", "ContentLength"], names);
        Assert.True(request.TryGet("X-TWO"u8, out var two));
        Assert.Equal("2", two.ToString());
    }

    [Fact]
    public void A_hundred_headers_fit_and_too_many_are_refused()
    {
        var many = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"X-{i}: {i}"));
        var request = Parse.Request(Parse.With(many));
        Assert.Equal(107, request.RawHeaders.Count);
        Assert.True(request.TryGet("X-99"u8, out var last));
        Assert.Equal("99", last.ToString());
        Assert.Equal(0, request.ContentLength);

        many = string.Join('\n', Enumerable.Range(0, 200).Select(i => $"X-{i}: {i}"));
        Assert.Equal(400, Parse.Fault(Parse.With(many), out var partial).Status);
        Assert.NotNull(partial);
    }

    [Fact]
    public void A_datagram_without_content_length_has_the_rest_as_body_and_with_one_the_rest_is_ignored()
    {
        var text = Parse.With("X: y").TrimEnd() + "\n\nhello";
        Assert.Equal(0, Parse.Request(text).Body.Length);
        Assert.Equal("he", Encoding.UTF8.GetString(Parse.Request(text.Replace("Length: 0", "Length: 2", StringComparison.Ordinal)).Body.Span));
        Assert.Equal("hello", Encoding.UTF8.GetString(Parse.Request(text.Replace("Content-Length: 0\n", "", StringComparison.Ordinal)).Body.Span));
    }

    [Fact]
    public void A_message_in_the_middle_of_an_array_is_read_there_and_leading_line_ends_are_skipped()
    {
        var inner = Parse.Bytes("\n\n" + Parse.With("X: y"));
        var outer = new byte[inner.Length + 20];
        Array.Fill(outer, (byte)'x');
        inner.CopyTo(outer, 10);
        Assert.True(SipParser.TryParse(outer, 10, inner.Length, Parse.MaxHeaders, out var message, out _));
        Assert.Equal("c1@192.0.2.1", message.CallId.ToString());
        Assert.False(SipParser.TryParse([], Parse.MaxHeaders, out _, out _));
        Assert.False(SipParser.TryParse("\r\n\r\n"u8.ToArray(), Parse.MaxHeaders, out _, out _));
    }

    [Fact]
    public void An_unknown_method_keeps_its_text()
    {
        var request = Parse.Request(Parse.With("X: y", "NEWMETHOD"));
        Assert.Equal(SipMethod.Unknown, request.Method);
        Assert.Equal("NEWMETHOD", request.MethodText.ToString());
        Assert.Equal("NEWMETHOD", request.CSeq.MethodText.ToString());
    }

    [Fact]
    public void Every_method_name_parses_to_itself()
    {
        foreach (var method in Enum.GetValues<SipMethod>().Skip(1))
        {
            Assert.Equal(method, SipMethods.Parse(SipMethods.Name(method)));
            Assert.Equal(method.ToString().ToUpperInvariant(), Encoding.ASCII.GetString(SipMethods.Name(method)));
        }

        Assert.Equal(SipMethod.Unknown, SipMethods.Parse("invite"u8));
        Assert.Equal(SipMethod.Unknown, SipMethods.Parse(default));
    }

    [Fact]
    public void Every_header_name_parses_to_itself_in_any_case()
    {
        foreach (var name in Enum.GetValues<HeaderName>().Skip(1))
        {
            var canonical = Encoding.ASCII.GetString(HeaderNames.Canonical(name));
            Assert.Equal(name.ToString(), canonical.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
            Assert.Equal(name, HeaderNames.Parse(Encoding.ASCII.GetBytes(canonical.ToUpperInvariant())));
            Assert.Equal(HeaderName.Other, HeaderNames.Parse(Encoding.ASCII.GetBytes(canonical + "x")));
        }

        Assert.InRange((int)Enum.GetValues<HeaderName>()[^1], 1, 127);
    }
}
