using System.Net;
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>What a leg of a load says about its end in SDP, and reads about the other.</summary>
static class MediaOffer
{
    /// <summary>A description of this end.</summary>
    public static byte[] Compose(string path, string host, SetupRole setup, uint number) =>
        SessionDescription.ForMsrp("bench", number, 1, host.Trim('[', ']'), new MsrpMedia
        {
            Port = MsrpUri.TryParse(path, out var uri) ? uri.Port : MsrpUri.RecommendedPort,
            Path = [path],
            AcceptTypes = ["message/cpim", "text/plain"],
            AcceptWrappedTypes = ["*"],
            Setup = setup,
        }).ToBytes();

    /// <summary>What the other end says; false when it has no MSRP, or its next hop is a name.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out MsrpMedia media, out IPEndPoint next)
    {
        media = null!;
        next = null!;
        if (!SessionDescription.TryParse(body.Span, out var description, out _) || !MsrpMedia.TryFrom(description, out var read, out _)) return false;
        if (read.Path.Count == 0 || !MsrpUri.TryParse(read.Path[0], out var uri) || !IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return false;
        media = read;
        next = new IPEndPoint(address, uri.Port > 0 ? uri.Port : MsrpUri.RecommendedPort);
        return true;
    }

    public static string PathOf(string host, int port, string session) => MsrpUri.Create(host.Trim('[', ']'), port, session).ToString()!;

    public static string NewSession(Ids ids) => ids.Token(96);
}
