using System.IO.Compression;
using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Content-Encoding: RFC 3261 20.12.</summary>
public sealed class BodyEncodingTests
{
    private const int Most = 100_000;

    private static readonly byte[] s_body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<entry uri=\"sip:bob@example.com\"/>\r\n", 100)));

    [Theory]
    [InlineData("deflate", "zlib")]
    [InlineData("Deflate", "zlib")]
    [InlineData("deflate", "bare")]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("identity, gzip", "gzip")]
    [InlineData("identity", "")]
    [InlineData("deflate, gzip", "zlib gzip")]
    public void What_was_packed_comes_out_as_it_was(string header, string packing)
    {
        var packed = packing.Split(' ').Aggregate(s_body, static (body, how) => Pack(body, how));
        Assert.True(BodyEncoding.TryDecode(Message(header, packed), Most, out var body, out _));
        Assert.Equal(s_body, body.ToArray());
        Assert.True(BodyEncoding.TryDecode(packed, header, Most, out body, out _));
        Assert.Equal(s_body, body.ToArray());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate, br")]
    [InlineData("aes128")]
    [InlineData("gzip, gzip, gzip")]
    public void An_encoding_that_is_not_known_is_415(string header)
    {
        Assert.False(BodyEncoding.TryDecode(Message(header, s_body), Most, out _, out var fault));
        Assert.Equal(415, fault.Status);
    }

    [Theory]
    [InlineData("deflate", "zlib")]
    [InlineData("gzip", "gzip")]
    public void A_small_body_that_unpacks_to_a_huge_one_is_413_and_takes_little_memory(string header, string packing)
    {
        var bomb = Pack(new byte[200_000_000], packing);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(BodyEncoding.TryDecode(Message(header, bomb), Most, out _, out var fault));
        Assert.Equal(413, fault.Status);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        var whole = Pack(new byte[Most], packing);
        Assert.True(BodyEncoding.TryDecode(Message(header, whole), Most, out var body, out _));
        Assert.Equal(Most, body.Length);
        Assert.False(BodyEncoding.TryDecode(Message(header, whole), Most - 1, out _, out _));
    }

    [Theory]
    [InlineData("gzip", "no gzip at all")]
    [InlineData("deflate", "\u0078\u0001garbage")]
    [InlineData("deflate", "\u0007\u0007\u0007\u0007")]
    public void What_cannot_be_unpacked_is_400(string header, string body)
    {
        Assert.False(BodyEncoding.TryDecode(Message(header, Encoding.Latin1.GetBytes(body)), Most, out _, out var fault));
        Assert.Equal(400, fault.Status);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Broken_bodies_are_judged_and_never_throw()
    {
        var random = new Random(20261121);
        foreach (var packing in new[] { "zlib", "bare", "gzip" })
        {
            var packed = Pack(s_body, packing);
            for (var i = 0; i < 2_000; i++)
            {
                var broken = packed[..random.Next(1, packed.Length + 1)];
                for (var n = random.Next(4); n > 0; n--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
                BodyEncoding.TryDecode(Message(packing == "gzip" ? "gzip" : "deflate", broken), Most, out _, out _);
            }
        }
    }

    public static byte[] Pack(byte[] body, string how)
    {
        if (how.Length == 0) return body;
        var output = new MemoryStream();
        using (Stream packer = how switch
        {
            "zlib" => new ZLibStream(output, CompressionLevel.Optimal),
            "gzip" => new GZipStream(output, CompressionLevel.Optimal),
            _ => new DeflateStream(output, CompressionLevel.Optimal),
        })
        {
            packer.Write(body);
        }

        return output.ToArray();
    }

    private static SipRequest Message(string encoding, byte[] body) => SipParser.ParseOwnRequest([
        .. Encoding.UTF8.GetBytes($"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\ne: {encoding}\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body]);
}
