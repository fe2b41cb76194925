using System.Buffers;
using System.Text;
using Confab.Content.Cpim;
using Confab.Content.Imdn;
using Xunit;

namespace Confab.Tests.Content.Imdn;

/// <summary>RFC 5438 6, 10: the headers by which a CPIM message asks, whatever their prefix.</summary>
public sealed class DispositionRequestTests
{
    static DispositionRequest? Read(string headers)
    {
        var message = $"From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\n{headers}\n\nContent-Type: text/plain\n\nhi".ReplaceLineEndings("\r\n");
        Assert.True(CpimView.TryParse(Encoding.UTF8.GetBytes(message), out var view, out var fault), fault.Reason);
        return DispositionRequest.TryRead(view, out var request) ? request : null;
    }

    [Theory]
    [InlineData("NS: imdn <urn:ietf:params:imdn>\nimdn.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nimdn.Disposition-Notification: positive-delivery, negative-delivery", true, true, false)]
    [InlineData("NS: i <urn:ietf:params:imdn>\ni.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\ni.Disposition-Notification: positive-delivery,display", true, false, true)]
    [InlineData("NS: <urn:ietf:params:imdn>\nMessage-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nDisposition-Notification: display", false, false, true)]
    [InlineData("imdn.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nimdn.Disposition-Notification: processing , negative-delivery ;x=y;z", false, true, false)]
    [InlineData("NS: imdn <urn:ietf:params:imdn>\nIMDN.message-id: 34jk324j\ndatetime: 2006-04-04T12:16:49-05:00\nimdn.disposition-notification: Positive-Delivery\nimdn.Disposition-Notification: display", true, false, true)]
    [InlineData("NS: other <urn:x>\nNS: imdn <urn:ietf:params:imdn>\nother.Message-ID: no\nother.Disposition-Notification: display\nimdn.Message-ID: 34jk324j\nDateTime: 2006-04-04T12:16:49-05:00\nimdn.Disposition-Notification: negative-delivery", false, true, false)]
    public void RFC_5438_6_what_others_ask_is_read_under_any_prefix(string headers, bool positive, bool negative, bool display)
    {
        var request = Read(headers);
        Assert.NotNull(request);
        Assert.Equal(("34jk324j", positive, negative, display), (request.MessageId, request.PositiveDelivery, request.NegativeDelivery, request.Display));
        Assert.Equal("2006-04-04T12:16:49-05:00", request.DateTime);
    }

    [Theory]
    [InlineData("Subject: none")]
    [InlineData("imdn.Disposition-Notification: positive-delivery")] // which message?
    [InlineData("imdn.Message-ID: 1\nimdn.Disposition-Notification:")]
    [InlineData("imdn.Message-ID: 1\nimdn.Disposition-Notification: processing, pondering")]
    [InlineData("imdn.Message-ID: two words\nimdn.Disposition-Notification: display")]
    [InlineData("NS: x <urn:ietf:params:imdn>\nimdn.Message-ID: 1\nimdn.Disposition-Notification: display")] // imdn is no prefix of it there
    public void What_cannot_be_answered_is_no_request(string headers) => Assert.Null(Read(headers));

    [Fact]
    public void The_id_has_at_most_256_characters()
    {
        Assert.NotNull(Read($"imdn.Message-ID: {new string('x', 256)}\nimdn.Disposition-Notification: display"));
        Assert.Null(Read($"imdn.Message-ID: {new string('x', 257)}\nimdn.Disposition-Notification: display"));
    }

    [Fact]
    public void RFC_5438_6_4_6_5_the_first_addressee_and_eight_servers_on_the_way_are_kept()
    {
        var routes = string.Join('\n', Enumerable.Range(1, 10).Select(static n => $"imdn.IMDN-Record-Route: \"Relay {n}\" <sip:relay{n}@example.com>"));
        var request = Read($"imdn.Message-ID: 1\nimdn.Disposition-Notification: display\nimdn.Original-To: Bob <im:bob@example.com>\n{routes}\nimdn.IMDN-Record-Route: nobody");
        Assert.Equal("im:bob@example.com", request!.OriginalTo);
        Assert.Equal(Enumerable.Range(1, 8).Select(static n => $"sip:relay{n}@example.com"), request.RecordRoute);
        Assert.Equal(
            ["NS: imdn <urn:ietf:params:imdn>", "imdn.Message-ID: own", .. Enumerable.Range(1, 8).Select(static n => $"imdn.IMDN-Route: <sip:relay{n}@example.com>")],
            request.ToAnswerHeaders("own").Select(static h => $"{h.Key}: {h.Value}"));
        Assert.Null(Read("imdn.Message-ID: 1\nimdn.Disposition-Notification: display\nimdn.Original-To: <sip:a b@example.com>")!.OriginalTo);
    }

    [Fact]
    public void RFC_5438_7_1_1_what_is_written_is_read_again()
    {
        var request = new DispositionRequest("m1") { PositiveDelivery = true, Display = true };
        var output = new ArrayBufferWriter<byte>();
        CpimWriter.Write(output, "sip:alice@example.com", "sip:bob@example.com", DateTimeOffset.UnixEpoch, "text/plain", "hi"u8, request.ToHeaders(), contentDisposition: "notification");
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Contains("\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m1\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nContent-Type: text/plain\r\nContent-Disposition: notification\r\n\r\nhi", text, StringComparison.Ordinal);
        Assert.True(CpimView.TryParse(output.WrittenSpan, out var view, out _));
        Assert.True(DispositionRequest.TryRead(view, out var read));
        Assert.Equal(request with { DateTime = "1970-01-01T00:00:00Z", RecordRoute = [] }, read with { RecordRoute = [] });
    }

    [Theory]
    [InlineData("", "aGk=", "aGk=")]
    [InlineData("Content-Transfer-Encoding: base64", "aGk=", "hi")]
    [InlineData("Content-transfer-encoding: BASE64", "aG\nk=\n", "hi")]
    [InlineData("Content-Transfer-Encoding: 8bit", "h\u00ef", "h\u00ef")]
    [InlineData("Content-Transfer-Encoding: base64", "a*k=", null)]
    [InlineData("Content-Transfer-Encoding: quoted-printable", "hi", null)]
    public void RFC_2045_6_8_base64_is_undone_and_what_cannot_be_undone_is_told(string header, string content, string? decoded)
    {
        var message = $"From: <sip:bob@example.com>\n\nContent-Type: text/plain\n{(header.Length > 0 ? header + "\n" : "")}\n{content}".ReplaceLineEndings("\r\n");
        Assert.True(CpimView.TryParse(Encoding.UTF8.GetBytes(message), out var view, out _));
        Assert.Equal(decoded, view.TryDecodeContent(out var bytes) ? Encoding.UTF8.GetString(bytes) : null);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Hostile_headers_end_in_a_request_that_can_be_answered_or_in_none()
    {
        var sample = Encoding.UTF8.GetBytes(
            "From: <sip:bob@example.com>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\nDateTime: 2006-04-04T12:16:49-05:00\r\n"
            + "imdn.Original-To: <sip:a@example.com>\r\nimdn.IMDN-Record-Route: <sip:r@example.com>\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nhi");
        var read = 0;
        foreach (var input in Mutation.Of(sample, seed: 54380))
        {
            if (!CpimView.TryParse(input, out var view, out _) || !DispositionRequest.TryRead(view, out var request)) continue;
            read++;
            Assert.InRange(request.MessageId.Length, 1, 256);
            var output = new ArrayBufferWriter<byte>();
            CpimWriter.Write(output, "sip:a@example.com", "sip:b@example.com", DateTimeOffset.UnixEpoch, "message/imdn+xml", "x"u8, request.ToAnswerHeaders("own"));
            Assert.True(CpimView.TryParse(output.WrittenSpan, out _, out _));
        }

        Assert.InRange(read, 1, Mutation.Inputs - 1);
    }
}
