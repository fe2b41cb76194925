// Reads a message/cpim body in place: message headers, empty line, MIME headers, empty line, content (RFC 3862 2).
// For the switch: no allocation, every part a span of the message, and the place of From so that it can be rewritten.
namespace Confab.Content.Cpim;

/// <summary>
/// A view of a CPIM message, or of its first chunk when that holds the headers. From is present exactly once and is a
/// URI in angle brackets; everything else may be missing. Header names are compared without case.
/// </summary>
public readonly ref struct CpimView
{
    readonly ReadOnlySpan<byte> _message;
    readonly CpimParts _parts;

    internal CpimView(ReadOnlySpan<byte> message, CpimParts parts)
    {
        _message = message;
        _parts = parts;
    }

    /// <summary>The URI of From, without its brackets.</summary>
    public ReadOnlySpan<byte> From => _message[_parts.From];

    /// <summary>The name before the URI as it stands on the wire, without its quotes; <see cref="CpimText.Decode"/> resolves the escapes.</summary>
    public ReadOnlySpan<byte> FromDisplayName => _message[_parts.FromName];

    /// <summary>Where the URI of From lies in the message.</summary>
    public Range FromUriRange => _parts.From;

    /// <summary>Where the whole value of From lies in the message: the name, and the URI in its brackets.</summary>
    public Range FromRange => _parts.FromValue;

    /// <summary>Octets of the message headers, up to the empty line behind them.</summary>
    public int HeadersLength => _parts.Headers.End.Value;

    /// <summary>How many To headers there are.</summary>
    public int ToCount => _parts.ToCount;

    /// <summary>The URI of the first To, without its brackets; empty when there is none.</summary>
    public ReadOnlySpan<byte> To => _message[_parts.To];

    public ReadOnlySpan<byte> DateTime => Header("DateTime"u8);

    /// <summary>The type of the encapsulated part; <c>text/plain</c> when it does not say.</summary>
    public ReadOnlySpan<byte> ContentType => TryMimeHeader("Content-Type"u8, out var value) && !value.IsEmpty ? value : "text/plain"u8;

    /// <summary>The encapsulated content, without its MIME headers.</summary>
    public ReadOnlySpan<byte> Content => _message[_parts.Content];

    public static bool TryParse(ReadOnlySpan<byte> message, out CpimView view, out Fault fault)
    {
        bool parsed = CpimParser.TryParse(message, out var parts, out fault);
        view = parsed ? new CpimView(message, parts) : default;
        return parsed;
    }

    /// <summary>
    /// The value of the first message header of that name, prefix included as it stands in the message
    /// (<c>imdn.Message-ID</c>); empty when absent.
    /// </summary>
    public ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name) => TryHeader(name, out var value) ? value : default;

    public bool TryHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        CpimHeaders.TryFind(_message[_parts.Headers], name, out value);

    /// <summary>
    /// A header of a namespace, under whatever prefix an NS header of the message gave it (RFC 3862 3.4); the
    /// usual prefix is tried when nothing declares the namespace.
    /// </summary>
    public bool TryHeader(ReadOnlySpan<byte> namespaceUri, ReadOnlySpan<byte> usualPrefix, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var headers = _message[_parts.Headers];
        if (!CpimHeaders.TryFindPrefix(headers, namespaceUri, out var prefix)) prefix = usualPrefix;
        return CpimHeaders.TryFind(headers, prefix, name, out value);
    }

    /// <summary>The values of all headers of that name in a namespace, as <see cref="TryHeader(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, out ReadOnlySpan{byte})"/> finds the first.</summary>
    /// <param name="namespaceUri">The namespace.</param>
    /// <param name="usualPrefix">The prefix that counts where nothing declares it.</param>
    /// <param name="name">The name, without a prefix.</param>
    /// <param name="most">How many at most; later ones are passed over.</param>
    public IReadOnlyList<string> Headers(ReadOnlySpan<byte> namespaceUri, ReadOnlySpan<byte> usualPrefix, ReadOnlySpan<byte> name, int most)
    {
        var headers = _message[_parts.Headers];
        if (!CpimHeaders.TryFindPrefix(headers, namespaceUri, out var prefix)) prefix = usualPrefix;
        return CpimHeaders.FindAll(headers, prefix, name, most);
    }

    /// <summary>
    /// The content as it was before it was made fit for transport: base64 is undone (RFC 2045 6.8); false for what cannot be, or is encoded in
    /// another way.
    /// </summary>
    public bool TryDecodeContent(out ReadOnlySpan<byte> content)
    {
        content = Content;
        if (!TryMimeHeader("Content-Transfer-Encoding"u8, out var encoding) || encoding.IsEmpty) return true;
        if (CpimHeaders.IsName(encoding, "7bit"u8) || CpimHeaders.IsName(encoding, "8bit"u8) || CpimHeaders.IsName(encoding, "binary"u8)) return true;
        if (!CpimHeaders.IsName(encoding, "base64"u8)) return false;
        var decoded = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(content.Length)];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(content, decoded, out _, out int written) != System.Buffers.OperationStatus.Done) return false;
        content = decoded.AsSpan(0, written);
        return true;
    }

    /// <summary>A header of the encapsulated part, such as Content-ID or Content-Disposition.</summary>
    public bool TryMimeHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        CpimHeaders.TryFind(_message[_parts.MimeHeaders], name, out value);
}
