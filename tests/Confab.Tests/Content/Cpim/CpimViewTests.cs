using Confab.Content;
using Confab.Content.Cpim;
using Xunit;

namespace Confab.Tests.Content.Cpim;

public sealed class CpimViewTests
{
    [Fact]
    public void The_message_of_F1_is_read_in_place()
    {
        Assert.Equal(144, Samples.CpimOfF1.Length);
        Assert.True(CpimView.TryParse(Samples.CpimOfF1, out var view, out _));
        Assert.Equal("sip:alice@example.com", Samples.Text(view.From));
        Assert.Equal("", Samples.Text(view.FromDisplayName));
        Assert.Equal(1, view.ToCount);
        Assert.Equal("sip:bob@example.com", Samples.Text(view.To));
        Assert.Equal("2025-01-15T10:00:05Z", Samples.Text(view.DateTime));
        Assert.Equal("text/plain; charset=utf-8", Samples.Text(view.ContentType));
        Assert.Equal("Hello Bob", Samples.Text(view.Content));
        Assert.Equal("sip:alice@example.com", Samples.Text(Samples.CpimOfF1.AsSpan()[view.FromUriRange]));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        Assert.True(CpimView.TryParse(Samples.CpimOfF1, out _, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool parsed = CpimView.TryParse(Samples.CpimOfF1, out var view, out _);
        int length = view.From.Length + view.DateTime.Length + view.ContentType.Length + view.Content.Length;
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(parsed && length > 0);
    }

    [Fact]
    public void Bare_line_feeds_are_accepted()
    {
        Assert.True(CpimView.TryParse(Samples.BareLf(Samples.CpimOfF1), out var view, out _));
        Assert.Equal("text/plain; charset=utf-8", Samples.Text(view.ContentType));
        Assert.Equal("Hello Bob", Samples.Text(view.Content));
    }

    [Fact]
    public void Names_prefixes_language_tags_and_inner_headers_in_any_order_are_read()
    {
        byte[] message = Samples.Wire("""
            FROM:"Al <x> \"A\" \u00e9" <sip:alice@example.com>
            To: Bob the Builder <sip:bob@example.com>
            to: <sip:carol@example.net>
            cc: <sip:dave@example.com>
            Subject:;lang=fr Objet
            NS: imdn <urn:ietf:params:imdn>
            imdn.Message-ID: 34jk324j
            NS: d <urn:example:d>
            d.imdn.x: y

            MIME-Version: 1.0
            Content-ID: <1@example.com>
            content-type: text/plain;
             charset=utf-8
            Content-Length: 2

            Hi

            there
            """);
        Assert.True(CpimView.TryParse(message, out var view, out var fault), fault.Reason);
        Assert.Equal("Al <x> \"A\" é", CpimText.Decode(view.FromDisplayName));
        Assert.Equal("sip:alice@example.com", Samples.Text(message.AsSpan()[view.FromUriRange]));
        Assert.Equal(2, view.ToCount);
        Assert.Equal("sip:bob@example.com", Samples.Text(view.To));
        Assert.Equal("<sip:dave@example.com>", Samples.Text(view.Header("CC"u8)));
        Assert.Equal("Objet", Samples.Text(view.Header("Subject"u8)));
        Assert.Equal("34jk324j", Samples.Text(view.Header("imdn.Message-ID"u8)));
        Assert.False(view.TryHeader("Message-ID"u8, out _));
        Assert.True(view.Header("Content-ID"u8).IsEmpty);
        Assert.Equal("text/plain;\r\n charset=utf-8", Samples.Text(view.ContentType));
        Assert.True(view.TryMimeHeader("Content-ID"u8, out var id));
        Assert.Equal("<1@example.com>", Samples.Text(id));
        Assert.Equal("Hi\r\n\r\nthere", Samples.Text(view.Content));
    }

    [Theory]
    [InlineData("NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 1\r\n")]
    [InlineData("NS: x <urn:ietf:params:imdn>\r\nx.Message-ID: 1\r\n")]
    [InlineData("NS: <urn:ietf:params:imdn>\r\nMessage-ID: 1\r\n")]
    [InlineData("imdn.Message-ID: 1\r\n")]
    public void A_namespaced_header_is_found_under_whatever_prefix_was_declared(string headers)
    {
        byte[] message = Samples.Wire("From: <sip:a@b>\r\n" + headers + "\r\n\r\n");
        Assert.True(CpimView.TryParse(message, out var view, out _));
        Assert.True(view.TryHeader("urn:ietf:params:imdn"u8, "imdn"u8, "Message-ID"u8, out var value));
        Assert.Equal("1", Samples.Text(value));
    }

    [Theory]
    [InlineData("From: <sip:a@b>\r\n\r\n\r\nHi", "Hi")]
    [InlineData("From: <sip:a@b>\r\n\r\nContent-ID: <x>\r\n\r\nHi", "Hi")]
    [InlineData("From: <sip:a@b>\r\n\r\nContent-Type:\r\n\r\nHi", "Hi")]
    [InlineData("From: <sip:a@b>\r\n\r\n", "")]
    [InlineData("From: <sip:a@b>\r\n\r\nMIME-Version: 1.0", "")]
    public void A_missing_inner_type_is_text_plain(string message, string content)
    {
        Assert.True(CpimView.TryParse(Samples.Wire(message), out var view, out var fault), fault.Reason);
        Assert.Equal("text/plain", Samples.Text(view.ContentType));
        Assert.Equal(content, Samples.Text(view.Content));
        Assert.Equal(0, view.ToCount);
        Assert.True(view.To.IsEmpty);
    }

    [Theory]
    [InlineData("", "2")]
    [InlineData("\r\nx", "4.1")]
    [InlineData("From: <sip:a@b>", "2")]
    [InlineData("From: <sip:a@b>\r\n", "2")]
    [InlineData("To: <sip:a@b>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <sip:a@b>\r\nfrom: <sip:c@d>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <sip:a@b>\r\n <sip:c@d>\r\n\r\n\r\n", "2.2")]
    [InlineData("From: <sip:a@b>\rTo: <sip:c@d>\r\n\r\n\r\n", "3.2")]
    [InlineData("From: <sip:a@b> <sip:c@d>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <sip:a@b>;tag=1\r\n\r\n\r\n", "4.1")]
    [InlineData("From: sip:a@b\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <sip:a b>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: \"open <sip:a@b>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: \"x\" y <sip:a@b>\r\n\r\n\r\n", "4.1")]
    [InlineData("From: \"x\"\r\n\r\n\r\n", "4.1")]
    [InlineData("From:\r\n\r\n\r\n", "4.1")]
    [InlineData("From: <sip:a@b>\r\nTo: bob\r\n\r\n\r\n", "4.2")]
    [InlineData("From: <sip:a@b>\r\nno header\r\n\r\n\r\n", "3")]
    [InlineData("From: <sip:a@b>\r\nX: \u0001\r\n\r\n\r\n", "3.2")]
    [InlineData("From: <sip:a@b>\r\n\r\nplain text\r\n\r\n", "2.4")]
    public void Malformed_messages_are_faults_with_their_clause(string message, string section)
    {
        Assert.False(CpimView.TryParse(System.Text.Encoding.UTF8.GetBytes(message), out _, out Fault fault));
        Assert.Equal("RFC 3862 " + section, fault.Clause);
    }

    [Fact]
    public void Header_number_and_head_size_are_bounded()
    {
        Assert.True(Accepts(Repeat("X: y\r\n", 63), ""));
        Assert.False(Accepts(Repeat("X: y\r\n", 64), ""));
        Assert.True(Accepts("", Repeat("X: y\r\n", 64)));
        Assert.False(Accepts("", Repeat("X: y\r\n", 65)));
        Assert.True(Accepts("X: " + new string('y', 16 * 1024 - 17 - 5) + "\r\n", ""));
        Assert.False(Accepts("X: " + new string('y', 16 * 1024 - 17 - 4) + "\r\n", ""));
    }

    [Fact]
    public void Mutated_messages_never_throw()
    {
        int accepted = 0;
        foreach (byte[] input in Mutation.Of(Samples.CpimOfF1, seed: 3))
        {
            if (!CpimView.TryParse(input, out var view, out _)) continue;
            accepted++;
            Assert.True(view.From.SequenceEqual(input.AsSpan()[view.FromUriRange]));
            CpimText.Decode(view.FromDisplayName);
            view.TryHeader("urn:ietf:params:imdn"u8, "imdn"u8, "Message-ID"u8, out _);
            Assert.True(view.ToCount > 0 || view.To.IsEmpty);
            Assert.True(input.AsSpan().EndsWith(view.Content));
            Assert.False(view.ContentType.IsEmpty);
        }
        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }

    static bool Accepts(string headers, string mimeHeaders) =>
        CpimView.TryParse(Samples.Wire("From: <sip:a@b>\r\n" + headers + "\r\n" + mimeHeaders + "\r\nHi"), out _, out _);

    static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
