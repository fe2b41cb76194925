using System.Buffers;
using System.IO.Compression;

namespace Confab.Sip.Message;

/// <summary>
/// Bodies as they were before they were packed: Content-Encoding, RFC 3261 20.12. What comes out is bounded, however small what came in.
/// </summary>
public static class BodyEncoding
{
    /// <summary>The value of Accept-Encoding: what <see cref="TryDecode(SipMessage, int, out ReadOnlyMemory{byte}, out Fault)"/> takes.</summary>
    public const string Accepted = "deflate, gzip, identity";

    private const string Clause = "RFC 3261 20.12";

    /// <summary>Encodings on top of each other that are taken.</summary>
    private const int MostLayers = 2;

    /// <summary>The body of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="most">The longest body that is taken.</param>
    /// <param name="body">The body; the message's own bytes where they are not packed.</param>
    /// <param name="fault">415 for an encoding that is not known, 413 for a body that is too long, 400 for one that cannot be unpacked.</param>
    public static bool TryDecode(SipMessage message, int most, out ReadOnlyMemory<byte> body, out Fault fault)
    {
        body = message.Body;
        fault = default;
        if (body.IsEmpty || !message.Has(HeaderName.ContentEncoding)) return true;
        var layers = new List<string>();
        foreach (var value in message.Headers(HeaderName.ContentEncoding)) layers.Add(value.ToString());
        return TryDecode(layers, most, ref body, out fault);
    }

    /// <summary>The same for a part of a body, whose Content-Encoding is given.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> content, string encoding, int most, out ReadOnlyMemory<byte> body, out Fault fault)
    {
        body = content;
        return TryDecode([.. encoding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)], most, ref body, out fault);
    }

    /// <summary>The last that was applied is the first to be undone.</summary>
    private static bool TryDecode(List<string> layers, int most, ref ReadOnlyMemory<byte> body, out Fault fault)
    {
        fault = default;
        layers.RemoveAll(static l => l.Equals("identity", StringComparison.OrdinalIgnoreCase));
        if (layers.Count > MostLayers || !layers.TrueForAll(IsKnown)) fault = new Fault(StatusCode.UnsupportedMediaType, "Content-Encoding", Clause, 0);
        for (var i = layers.Count - 1; i >= 0 && fault.IsNone; i--) Unpack(layers[i], most, ref body, out fault);
        return fault.IsNone;
    }

    private static bool IsKnown(string layer) =>
        layer.ToLowerInvariant() is "deflate" or "gzip" or "x-gzip";

    private static void Unpack(string layer, int most, ref ReadOnlyMemory<byte> body, out Fault fault)
    {
        fault = default;
        var output = new ArrayBufferWriter<byte>();
        try
        {
            using var input = new MemoryStream(body.ToArray(), writable: false);
            using Stream unpacked = !layer.Equals("deflate", StringComparison.OrdinalIgnoreCase) ? new GZipStream(input, CompressionMode.Decompress)
                : IsZlib(body.Span) ? new ZLibStream(input, CompressionMode.Decompress)
                : new DeflateStream(input, CompressionMode.Decompress);
            for (int read; (read = unpacked.Read(output.GetSpan(4096))) > 0;)
            {
                output.Advance(read);
                if (output.WrittenCount <= most) continue;
                fault = new Fault(StatusCode.RequestEntityTooLarge, "The unpacked body is too long", Clause, 0);
                return;
            }

            body = output.WrittenMemory;
        }
        catch (InvalidDataException)
        {
            fault = new Fault(StatusCode.BadRequest, "The body cannot be unpacked", Clause, 0);
        }
    }

    /// <summary><c>deflate</c> means the format of zlib (RFC 1950), and some send the bare one (RFC 1951).</summary>
    private static bool IsZlib(ReadOnlySpan<byte> body) => body.Length > 2 && (body[0] & 0x0F) == 8 && ((body[0] << 8) | body[1]) % 31 == 0;
}
