// Puts a multipart body together (RFC 2046 5.1): no preamble, CRLF before every delimiter but the first.
using System.Buffers;

namespace Confab.Content.Multipart;

public static class MultipartWriter
{
    /// <summary>Writes every part and the close delimiter.</summary>
    /// <param name="boundary">The caller picks one that occurs in no part, and puts it on the body's Content-Type.</param>
    /// <exception cref="ArgumentException">The boundary is not one (RFC 2046 5.1.1), or there is no part.</exception>
    public static void Write(IBufferWriter<byte> output, string boundary, IReadOnlyList<BodyPart> parts)
    {
        var dashed = (Boundary.From(boundary) ?? throw new ArgumentException("Not a multipart boundary.", nameof(boundary))).Dashed;
        if (parts.Count == 0) throw new ArgumentException("A multipart body has at least one part.", nameof(parts));
        foreach (var part in parts)
        {
            output.Write(dashed);
            output.Write("\r\nContent-Type: "u8);
            output.LineText(part.ContentType);
            if (part.ContentDisposition is { } disposition)
            {
                output.Write("\r\nContent-Disposition: "u8);
                output.LineText(disposition);
            }
            if (part.ContentId is { } id)
            {
                output.Write("\r\nContent-ID: <"u8);
                output.Word(id);
                output.Write(">"u8);
            }
            output.Write("\r\n\r\n"u8);
            output.Write(part.Content.Span);
            output.Write("\r\n"u8);
        }
        output.Write(dashed);
        output.Write("--\r\n"u8);
    }
}
