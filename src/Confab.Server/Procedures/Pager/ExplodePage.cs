using System.Buffers;
using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Pager;

/// <summary>
/// A message to the users of a list: the exploder, RFC 5365 7, RFC 5363 4.1 (flow F15). The copies are in the sender's name and carry the message alone,
/// beside it the list of who else got it as far as the sender lets that be seen.
/// </summary>
[Clause("RFC 5365", "7.1", "IMS-PGR-1")]
[Clause("RFC 5365", "7.3", "IMS-PGR-2")]
internal static class ExplodePage
{
    private const string ListType = "application/resource-lists+xml";

    public static void Run(Conversation owner, IServerTransaction transaction, Originator sender)
    {
        var (node, request) = (owner.Node, transaction.Request);
        if (AnonymityAsked.In(request) && !AnonymityPolicy.AllowsAdHoc(node)) owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
        else if (!TryParts(node, request, out var list, out var rest, out var refusal)
            || !TryRecipients(node, list, out var recipients, out refusal)
            || !TryContent(node, request, sender, rest, AttachHistory.Compose(node, recipients), out var content, out refusal))
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
        else FanOutPage.Run(owner, transaction, Page.Of(node, request, sender, content), [.. recipients.Select(static r => r.Uri)]);
    }

    /// <summary>The list, and what else there is.</summary>
    private static bool TryParts(Node node, SipRequest request, out ReadOnlyMemory<byte> list, out List<BodyPart> rest, out Refusal refusal)
    {
        list = default;
        rest = [];
        if (!PageContent.TryUnpack(node, request, out var type, out var body, out refusal)) return false;
        if (!type.Is("multipart/mixed") || type.Parameter("boundary") is not { } boundary)
        {
            refusal = type.Is(ListType)
                ? new Refusal(StatusCode.BadRequest, "There is no message beside the list")
                : new Refusal(StatusCode.UnsupportedMediaType, "", static (ref SipWriter writer) => writer.Header(HeaderName.Accept, "multipart/mixed"));
            return false;
        }

        if (!MultipartReader.TryParse(body, boundary, PageContent.MostParts, out var parts, out var fault)) refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
        else if (parts.FirstOrDefault(IsList) is not { } listed) refusal = new Refusal(StatusCode.BadRequest, "A recipient list is needed");
        else if (!BodyEncoding.TryDecode(listed.Content, listed.ContentEncoding ?? "", node.World.Limits.SipBodyBytes, out list, out var packed)) refusal = NegotiateMedia.Unpackable(packed);
        else
        {
            rest.AddRange(parts.Where(p => p != listed));
            if (rest.Count == 0) refusal = new Refusal(StatusCode.BadRequest, "There is no message beside the list");
        }

        return refusal is null;
    }

    /// <summary>Each user of the list once, in the role of highest precedence; 400, 403 or 486.</summary>
    private static bool TryRecipients(Node node, ReadOnlyMemory<byte> list, out List<ResourceEntry> recipients, out Refusal refusal)
    {
        recipients = [];
        refusal = null!;
        if (!ResourceListReader.TryParse(list, node.World.Limits.ListEntries, out var entries, out var fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!NamedUser.TryRead(node, entry.Uri, out var address, out refusal))
            {
                if (refusal.Status == StatusCode.UnsupportedUriScheme) refusal = new Refusal(StatusCode.BadRequest, "A list entry is no SIP address"); // 416 would be of the Request-URI
                return false;
            }

            if (SipUri.TryParse(Text.Of(address), out var uri) && (AnonymityAsked.Hides(uri) || RequestKinds.Of(node, uri) is RequestKind.Exploder or RequestKind.Group))
            {
                refusal = new Refusal(StatusCode.Forbidden, "A list entry is no user"); // lists within lists would never end
                return false;
            }

            if (places.TryAdd(address, recipients.Count)) recipients.Add(entry with { Uri = address });
            else recipients[places[address]] = HistoryList.Merge(recipients[places[address]], entry);
        }

        if (recipients.Count == 0) refusal = new Refusal(StatusCode.BadRequest, "The list names nobody");
        else if (recipients.Count > node.World.Limits.PageRecipients) refusal = new Refusal(StatusCode.BusyHere, "", node.Warning(399, "Too many recipients"));
        return refusal is null;
    }

    /// <summary>One body alone stands for itself; several, and the history beside them, stay together (RFC 5365 7.3).</summary>
    private static bool TryContent(
        Node node, SipRequest request, Originator sender, List<BodyPart> rest, byte[]? history, out PageContent content, out Refusal refusal)
    {
        content = null!;
        refusal = null!;
        var isHidden = AnonymityAsked.In(request);
        var size = 0L;
        for (var i = 0; i < rest.Count; i++)
        {
            if (!BodyEncoding.TryDecode(rest[i].Content, rest[i].ContentEncoding ?? "", node.World.Limits.PageBytes, out var body, out var packed))
            {
                refusal = NegotiateMedia.Unpackable(packed);
                return false;
            }

            if (!ContentType.TryParse(rest[i].ContentType, out var type, out var fault))
            {
                refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
                return false;
            }

            if (!PageContent.TryCheck(node, new PageContent(rest[i].ContentType, body), type, sender, isHidden, toSeveral: true, out var part, out refusal)) return false;
            rest[i] = rest[i] with { Content = part.Body, ContentEncoding = null };
            size += part.Body.Length;
        }

        if (size > node.World.Limits.PageBytes)
        {
            refusal = new Refusal(StatusCode.RequestEntityTooLarge, "Too long for pager mode");
            return false;
        }

        if (history is not null) rest.Add(new BodyPart(ListType, "recipient-list-history; handling=optional", null, history));
        content = rest is [{ } only] ? new PageContent(only.ContentType, only.Content, only.ContentDisposition) : Together(node, rest);
        return true;
    }

    private static PageContent Together(Node node, List<BodyPart> parts)
    {
        var boundary = node.World.Ids.Token(100);
        var body = new ArrayBufferWriter<byte>(parts.Sum(static p => p.Content.Length) + (parts.Count * 200));
        MultipartWriter.Write(body, boundary, parts);
        return new PageContent($"multipart/mixed;boundary=\"{boundary}\"", body.WrittenSpan.ToArray());
    }

    private static bool IsList(BodyPart part) =>
        ContentType.TryParse(part.ContentType, out var type, out _) && type.Is(ListType)
        && part.ContentDisposition?.StartsWith("recipient-list-history", StringComparison.OrdinalIgnoreCase) != true;
}
