// The headers of one part, and where its content begins (RFC 2046 5.1, RFC 2045 3).
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Confab.Content.Multipart;

static class PartHeaders
{
    const int MaxBytes = 8 * 1024;
    const int MaxLines = 64;

    public static bool TryParse(ReadOnlyMemory<byte> region, [NotNullWhen(true)] out BodyPart? part, out Fault fault)
    {
        part = null;
        var headers = new List<KeyValuePair<string, string>>();
        var lines = new LineReader(region.Span);
        for (int count = 0; lines.TryRead(out var line) && !line.IsEmpty; count++)
        {
            if (count == MaxLines || lines.Next > MaxBytes) return Fail("part headers too long", lines.Start, out fault);
            if (WireText.HasControl(line)) return Fail("control character in a part header", lines.Start, out fault);
            string text = Encoding.UTF8.GetString(line);
            if (text[0] is ' ' or '\t' && headers.Count > 0)
            {
                var (name, begun) = headers[^1];
                headers[^1] = new(name, (begun + " " + text.Trim()).Trim());
                continue;
            }
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !Token.Is(text.AsSpan(0, colon).TrimEnd())) return Fail("malformed part header", lines.Start, out fault);
            headers.Add(new(text[..colon].TrimEnd(), text[(colon + 1)..].Trim()));
        }
        fault = default;
        string? id = Find(headers, "Content-ID");
        part = new BodyPart(Find(headers, "Content-Type") ?? "text/plain", Find(headers, "Content-Disposition"), Unbracketed(id), region[lines.Next..])
        {
            ContentEncoding = Find(headers, "Content-Encoding"),
        };
        return true;
    }

    static string? Find(List<KeyValuePair<string, string>> headers, string wanted)
    {
        foreach (var (name, value) in headers)
        {
            if (value.Length > 0 && name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) return value;
        }
        return null;
    }

    static string? Unbracketed(string? id) => id is ['<', .., '>'] ? id[1..^1] : id;

    static bool Fail(string reason, int offset, out Fault fault)
    {
        fault = new Fault(reason, "RFC 2046 5.1", offset);
        return false;
    }
}
