using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>The body of an invitation: the offer alone, or in a multipart beside the list of who else is invited (RFC 5366 4).</summary>
internal sealed record InvitationContent(ReadOnlyMemory<byte> Offer, IReadOnlyList<string> Participants)
{
    private const int MostParts = 8;

    /// <summary>Null when there is no offer in it.</summary>
    public static InvitationContent? Of(SipRequest request, int mostEntries)
    {
        if (!ContentType.TryParse(request.ContentType.ToString(), out var type, out _)) return null;
        if (type.Is("application/sdp")) return new InvitationContent(request.Body, []);
        if (type.Type != "multipart" || type.Parameter("boundary") is not { } boundary) return null;
        if (!MultipartReader.TryParse(request.Body, boundary, MostParts, out var parts, out _)) return null;
        var offer = parts.FirstOrDefault(static part => Is(part, "application/sdp"));
        return offer is null ? null : new InvitationContent(offer.Content, Listed(parts, mostEntries));
    }

    /// <summary>What is no history list, or cannot be read, is no reason to refuse: it is optional (IMC-INV-LIST).</summary>
    private static IReadOnlyList<string> Listed(IReadOnlyList<BodyPart> parts, int mostEntries)
    {
        var history = parts.FirstOrDefault(static part =>
            Is(part, "application/resource-lists+xml") && part.ContentDisposition?.StartsWith("recipient-list-history", StringComparison.OrdinalIgnoreCase) == true);
        return history is not null && ResourceListReader.TryParse(history.Content, mostEntries, out var entries, out _)
            ? [.. entries.Select(static entry => entry.Uri)]
            : [];
    }

    private static bool Is(BodyPart part, string type) => ContentType.TryParse(part.ContentType, out var parsed, out _) && parsed.Is(type);
}
