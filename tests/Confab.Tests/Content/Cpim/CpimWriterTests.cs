using System.Buffers;
using Confab.Content.Cpim;
using Xunit;

namespace Confab.Tests.Content.Cpim;

public sealed class CpimWriterTests
{
    static readonly DateTimeOffset TenOClock = new(2025, 1, 15, 11, 0, 5, 999, TimeSpan.FromHours(1));

    [Fact]
    public void The_message_of_F1_is_written_byte_for_byte()
    {
        var output = new ArrayBufferWriter<byte>();
        CpimWriter.Write(output, "sip:alice@example.com", "sip:bob@example.com", TenOClock, "text/plain; charset=utf-8", "Hello Bob"u8);
        Assert.Equal(Samples.Text(Samples.CpimOfF1), Samples.Text(output.WrittenSpan));
    }

    [Fact]
    public void Further_headers_follow_in_order_and_names_are_escaped()
    {
        var output = new ArrayBufferWriter<byte>();
        CpimWriter.Write(
            output, "sip:a@b", "sip:c@d", TenOClock, "text/plain", "x"u8,
            [new("NS", "imdn <urn:ietf:params:imdn>"), new("imdn.Message-ID", "1\r\nFrom: <sip:evil@x>")],
            fromName: "Al \"A\" \\ é\u0001");
        Assert.Equal(
            Samples.Text(Samples.Wire("""
                From: "Al \"A\" \\ é\u0001" <sip:a@b>
                To: <sip:c@d>
                DateTime: 2025-01-15T10:00:05Z
                NS: imdn <urn:ietf:params:imdn>
                imdn.Message-ID: 1\r\nFrom: <sip:evil@x>

                Content-Type: text/plain

                x
                """)),
            Samples.Text(output.WrittenSpan));
        Assert.True(CpimView.TryParse(output.WrittenSpan, out var view, out _));
        Assert.Equal("Al \"A\" \\ é\u0001", CpimText.Decode(view.FromDisplayName));
        Assert.Equal("1\r\nFrom: <sip:evil@x>", CpimText.Decode(view.Header("imdn.message-id"u8)));
    }

    [Fact]
    public void Nothing_breaks_out_of_its_place()
    {
        var output = new ArrayBufferWriter<byte>();
        CpimWriter.Write(output, "sip:a>\r\nFrom: <x", "sip:b", TenOClock, "text/plain\r\n\r\nx", "y"u8);
        Assert.True(CpimView.TryParse(output.WrittenSpan, out var view, out _));
        Assert.Equal("sip:a%3E%0D%0AFrom:%20%3Cx", Samples.Text(view.From));
        Assert.Equal("text/plain    x", Samples.Text(view.ContentType));
        Assert.Equal("y", Samples.Text(view.Content));
        Assert.Throws<ArgumentException>(() =>
            CpimWriter.Write(output, "sip:a", "sip:b", TenOClock, "text/plain", default, [new("a b", "c")]));
    }

    [Theory]
    [InlineData("a\\\\b", "a\\b")]
    [InlineData("\\b\\t\\n\\r\\\"\\'", "\b\t\n\r\"'")]
    [InlineData("\\u0041\\u00e9", "Aé")]
    [InlineData("\\u00g0", "u00g0")]
    [InlineData("\\u00", "u00")]
    [InlineData("\\x\\", "x")]
    public void Escapes_are_resolved_liberally(string wire, string text) => Assert.Equal(text, CpimText.Decode(System.Text.Encoding.UTF8.GetBytes(wire)));

    [Fact]
    public void Encoding_escapes_only_what_must_be()
    {
        Assert.Equal("a\\\\\\b\\t\\u000b\\u007f\"'é", CpimText.Encode("a\\\b\t\v\u007f\"'é"));
        Assert.Equal("\\\"'", CpimText.Encode("\"'", quoted: true));
    }
}
