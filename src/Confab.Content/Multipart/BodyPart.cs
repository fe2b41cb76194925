// One part of a multipart body (RFC 2046 5.1; Content-Disposition RFC 2183; Content-ID RFC 2392).
namespace Confab.Content.Multipart;

/// <summary>A part, with the headers that carry meaning in SIP.</summary>
/// <param name="ContentType">As it stands, with parameters; <c>text/plain</c> when the part does not say.</param>
/// <param name="ContentDisposition">As it stands, for example <c>recipient-list</c>.</param>
/// <param name="ContentId">Without angle brackets, as a <c>cid:</c> URL names it (still percent-decoded).</param>
/// <param name="Content">A slice of the body that was read, not a copy.</param>
public sealed record BodyPart(string ContentType, string? ContentDisposition, string? ContentId, ReadOnlyMemory<byte> Content)
{
    /// <summary>How the content is packed, as it stands; null where it is not (RFC 3261 20.12 in a part).</summary>
    public string? ContentEncoding { get; init; }
}
