using Confab.Content.Media;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Xdm;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Notifications;

/// <summary>What a SUBSCRIBE to xcap-diff asks for: the list in its body. RFC 5875 4.4.</summary>
[Clause("RFC 5875", "4.4")]
internal static class ReadReferences
{
    private const string ListType = "application/resource-lists+xml";

    /// <summary>Reads them, each once; or gives the refusal: 400, 413 or 415.</summary>
    public static bool TryRead(Node node, SipRequest request, out IReadOnlyList<DocumentReference> references, out Refusal refusal)
    {
        references = [];
        if (!BodyEncoding.TryDecode(request, node.World.Limits.SipBodyBytes, out var body, out var packed))
        {
            refusal = NegotiateMedia.Unpackable(packed);
            return false;
        }

        if (body.IsEmpty) return Bad("The list of documents is missing", out refusal);
        if (!ContentType.TryParse(request.ContentType.ToString(), out var type, out _) || !type.Is(ListType))
        {
            refusal = new Refusal(StatusCode.UnsupportedMediaType, "", static (ref SipWriter writer) => writer.Header(HeaderName.Accept, ListType));
            return false;
        }

        if (!ResourceListReader.TryParse(body, node.World.Limits.ListEntries, out var entries, out var fault)) return Bad(fault.Reason, out refusal);
        if (entries.Count == 0) return Bad("The list is empty", out refusal);
        if (entries.Count > node.World.Limits.DocumentReferences)
        {
            refusal = new Refusal(StatusCode.RequestEntityTooLarge, FormattableString.Invariant($"At most {node.World.Limits.DocumentReferences} documents; subscribe to their folder"));
            return false;
        }

        var read = new List<DocumentReference>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (DocumentReference.TryParse(entry.Uri, node.Readable, out var reference) is { } problem) return Bad(problem, out refusal);
            if (known.Add(reference.Key)) read.Add(reference);
        }

        references = read;
        refusal = null!;
        return true;
    }

    private static bool Bad(string reason, out Refusal refusal)
    {
        refusal = new Refusal(StatusCode.BadRequest, reason);
        return false;
    }
}
