// Writes a message/cpim body: From, To, DateTime, further headers, then the encapsulated part (RFC 3862 2, 4).
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Confab.Content.Cpim;

public static class CpimWriter
{
    /// <summary>Writes a whole message: headers, empty line, the encapsulated part.</summary>
    /// <param name="from">URI of the sender, without brackets.</param>
    /// <param name="to">URI of the recipient or of the session, without brackets.</param>
    /// <param name="dateTime">Written in UTC to the second (RFC 3339).</param>
    /// <param name="contentType">Type of the encapsulated content, with its parameters.</param>
    /// <param name="headers">Further message headers in order, values as plain text; an NS header goes before what it declares.</param>
    /// <param name="fromName">Display name of the sender, as plain text.</param>
    /// <param name="toName">Display name of the recipient, as plain text.</param>
    /// <param name="contentDisposition">Content-Disposition of the encapsulated content, such as <c>notification</c>; null for none.</param>
    /// <exception cref="ArgumentException">A header name is not a token.</exception>
    public static void Write(
        IBufferWriter<byte> output,
        string from,
        string to,
        DateTimeOffset dateTime,
        string contentType,
        ReadOnlySpan<byte> content,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null,
        string? fromName = null,
        string? toName = null,
        string? contentDisposition = null)
    {
        WriteAddress(output, "From: "u8, from, fromName);
        WriteAddress(output, "To: "u8, to, toName);
        output.Write("DateTime: "u8);
        output.Text(dateTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Write("\r\n"u8);
        foreach (var (name, value) in headers ?? [])
        {
            if (!Token.Is(name)) throw new ArgumentException("A CPIM header name must be a token.", nameof(headers));
            output.Text(name);
            output.Write(": "u8);
            output.Text(CpimText.Encode(value));
            output.Write("\r\n"u8);
        }
        output.Write("\r\nContent-Type: "u8);
        output.LineText(contentType);
        if (contentDisposition is not null)
        {
            output.Write("\r\nContent-Disposition: "u8);
            output.LineText(contentDisposition);
        }
        output.Write("\r\n\r\n"u8);
        output.Write(content);
    }

    static void WriteAddress(IBufferWriter<byte> output, ReadOnlySpan<byte> header, string uri, string? name)
    {
        output.Write(header);
        if (!string.IsNullOrEmpty(name))
        {
            output.Write("\""u8);
            output.Text(CpimText.Encode(name, quoted: true));
            output.Write("\" "u8);
        }
        output.Write("<"u8);
        output.Text(Bracketed(uri));
        output.Write(">\r\n"u8);
    }

    /// <summary>What would break out of the brackets is percent-encoded; in a URI it could not stand anyway (RFC 3986 2).</summary>
    static string Bracketed(string uri)
    {
        if (!uri.AsSpan().ContainsAny(" <>\"") && !uri.AsSpan().ContainsAnyInRange('\0', ' ') && !uri.Contains('\x7f', StringComparison.Ordinal)) return uri;
        var safe = new StringBuilder(uri.Length + 8);
        foreach (char c in uri)
        {
            if (c is <= ' ' or '<' or '>' or '"' or '\x7f') safe.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else safe.Append(c);
        }
        return safe.ToString();
    }
}
