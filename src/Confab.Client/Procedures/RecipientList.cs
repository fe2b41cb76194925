using System.Buffers;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>The list of those whom the server is to reach, beside what they are to have: multipart/mixed, each of them with copyControl "to".</summary>
internal static class RecipientList
{
    private const int OctetsOfEntry = 80;

    /// <summary>What is sent, with its list.</summary>
    [Clause("RFC 5366", "3")]
    [Clause("RFC 5365", "6")]
    public static (string ContentType, ReadOnlyMemory<byte> Body) Beside(ImClient client, string contentType, ReadOnlyMemory<byte> content, List<string> recipients)
    {
        var list = new ArrayBufferWriter<byte>(1024);
        ResourceListWriter.Write(list, recipients.Select(static address => new ResourceEntry(address, Copy: CopyControl.To)));
        var boundary = client.World.Ids.Token(60);
        var body = new ArrayBufferWriter<byte>(2048);
        MultipartWriter.Write(
            body,
            boundary,
            [
                new BodyPart(contentType, null, null, content),
                new BodyPart("application/resource-lists+xml", "recipient-list", null, list.WrittenMemory),
            ]);
        return ($"multipart/mixed;boundary=\"{boundary}\"", body.WrittenMemory);
    }

    /// <summary>About how large an offer with a list of so many is.</summary>
    public static int SizeOf(int recipients) => (recipients * OctetsOfEntry) + 1000;
}
