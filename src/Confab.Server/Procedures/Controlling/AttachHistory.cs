using System.Buffers;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// The recipient-history list in an invitation: who else was invited, as far as the inviter lets it be seen (RFC 5366 5, RFC 5364 4). An
/// invitation without it has the offer alone.
/// </summary>
[Clause("RFC 5366", "5", "IMS-FCTY-6")]
internal static class AttachHistory
{
    /// <summary>The list, composed once for all invitations; null where nobody is to be seen, or where it is too long for an optional part.</summary>
    public static byte[]? Compose(Node node, IReadOnlyCollection<ResourceEntry> recipients)
    {
        var shown = HistoryList.Of(recipients);
        if (shown.Count == 0) return null;
        var list = new ArrayBufferWriter<byte>(1024);
        ResourceListWriter.Write(list, shown);
        return list.WrittenCount <= node.World.Limits.HistoryListBytes ? list.WrittenSpan.ToArray() : null;
    }

    /// <summary>The body of an invitation: the offer, and beside it the list where there is one.</summary>
    public static (string ContentType, byte[] Body) Beside(Node node, byte[] offer, byte[]? history)
    {
        if (history is null) return ("application/sdp", offer);
        var boundary = node.World.Ids.Token(100);
        var body = new ArrayBufferWriter<byte>(offer.Length + history.Length + 512);
        MultipartWriter.Write(
            body,
            boundary,
            [
                new BodyPart("application/sdp", null, null, offer),
                new BodyPart("application/resource-lists+xml", "recipient-list-history; handling=optional", null, history),
            ]);
        return ($"multipart/mixed;boundary=\"{boundary}\"", body.WrittenSpan.ToArray());
    }
}
