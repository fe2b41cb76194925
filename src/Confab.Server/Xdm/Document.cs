using System.Collections.Immutable;

namespace Confab.Server.Xdm;

/// <summary>One version of a document; it never changes.</summary>
/// <param name="Id">Where it is.</param>
/// <param name="ETag">Its entity tag, without quotes; no other version ever has it. All resources within the document share it (RFC 4825 8.5).</param>
/// <param name="Content">The document, UTF-8, as it was put.</param>
/// <param name="Changed">When this version was made.</param>
public sealed record Document(DocumentId Id, string ETag, ReadOnlyMemory<byte> Content, DateTimeOffset Changed)
{
    /// <summary>URIs of the domain that this document gives a meaning to, each in its one spelling: those of its groups.</summary>
    public ImmutableArray<string> Uris { get; init; } = [];
}

/// <summary>A document was made (nothing before), replaced or edited, or deleted (nothing after), and that is stored.</summary>
/// <param name="Id">Which.</param>
/// <param name="Before">The version that was; null for a new document.</param>
/// <param name="After">The version that is; null when it was deleted.</param>
public sealed record DocumentChange(DocumentId Id, Document? Before, Document? After)
{
    /// <summary>The URIs that meant the document before, or mean it now.</summary>
    public IEnumerable<string> Uris => (Before?.Uris ?? []).Union(After?.Uris ?? [], StringComparer.Ordinal);
}
