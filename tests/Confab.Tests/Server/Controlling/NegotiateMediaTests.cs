using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Message;
using Confab.Tests.Sip;
using Xunit;

namespace Confab.Tests.Server.Controlling;

/// <summary>Bodies of INVITEs that come packed (RFC 3261 20.12), whole or in their parts.</summary>
public sealed class NegotiateMediaTests : IDisposable
{
    private const string Sdp = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=message 2855 TCP/MSRP *\r\na=accept-types:message/cpim\r\na=path:msrp://192.0.2.1:2855/a;tcp\r\n";

    private readonly SimWorld _sim = new();

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void A_packed_offer_is_read()
    {
        Assert.True(TryRead("application/sdp", "deflate", BodyEncodingTests.Pack(Encoding.UTF8.GetBytes(Sdp), "zlib"), out var offer, out _));
        Assert.Equal(["msrp://192.0.2.1:2855/a;tcp"], offer.Media!.Path);
    }

    [Fact]
    public void A_packed_part_is_read_as_it_was()
    {
        var list = Encoding.UTF8.GetBytes("<resource-lists/>");
        byte[] body = [
            .. Encoding.UTF8.GetBytes($"--b\r\nContent-Type: application/sdp\r\n\r\n{Sdp}\r\n--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Encoding: gzip\r\n\r\n"),
            .. BodyEncodingTests.Pack(list, "gzip"),
            .. "\r\n--b--\r\n"u8];
        Assert.True(TryRead("multipart/mixed;boundary=b", "identity", body, out var offer, out _));
        Assert.Equal(list, Assert.Single(offer.Others).Content.ToArray());
    }

    [Fact]
    public void What_is_packed_otherwise_is_415_and_told_what_is_taken()
    {
        Assert.False(TryRead("application/sdp", "br", Encoding.UTF8.GetBytes(Sdp), out _, out var refusal));
        Assert.Equal(415, refusal.Status);
        Assert.NotNull(refusal.More);
    }

    [Fact]
    public void What_unpacks_beyond_the_limit_is_413()
    {
        Assert.False(TryRead("application/sdp", "deflate", BodyEncodingTests.Pack(new byte[10_000_000], "zlib"), out _, out var refusal));
        Assert.Equal(413, refusal.Status);
    }

    private bool TryRead(string type, string encoding, byte[] body, out Offer offer, out Refusal refusal)
    {
        var server = ConfabServer.Create(new ServerOptions(), _sim.Host("10.0.0.1", 1, new Limits()), Store.Memory());
        var invite = SipParser.ParseOwnRequest([
            .. Encoding.UTF8.GetBytes($"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Type: {type}\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body]);
        return NegotiateMedia.TryRead(server.Node, invite, isGroup: true, out offer, out refusal);
    }
}
