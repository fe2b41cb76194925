// Finds the parts of a CPIM message (RFC 3862 2, 3, 4.1, 4.2).
// Accepted beyond the grammar: bare LF, names in any case, no space after the colon, no inner Content-Type, no content.
// Refused because two readers could disagree about the sender: folded lines, bare CR, a second From, anything after the URI.
namespace Confab.Content.Cpim;

static class CpimParser
{
    internal const int MaxHeadBytes = 16 * 1024;
    internal const int MaxHeaders = 64;

    public static bool TryParse(ReadOnlySpan<byte> message, out CpimParts parts, out Fault fault)
    {
        parts = default;
        var lines = new LineReader(message);
        int fromCount = 0;
        for (int count = 0; ; count++)
        {
            if (!lines.TryRead(out var line) || !lines.Terminated)
                return Fail("no empty line after the message headers", "2", lines.Start, out fault);
            if (line.IsEmpty) break;
            if (count == MaxHeaders || lines.Next > MaxHeadBytes) return Fail("message headers too long", "2.2", lines.Start, out fault);
            if (line[0] is (byte)' ' or (byte)'\t') return Fail("folded message header", "2.2", lines.Start, out fault);
            if (WireText.HasControl(line)) return Fail("control character in a message header", "3.2", lines.Start, out fault);
            if (!CpimHeaders.TrySplit(line, out var name, out var value)) return Fail("malformed message header", "3", lines.Start, out fault);

            if (CpimHeaders.IsName(name, "From"u8))
            {
                if (++fromCount > 1) return Fail("more than one From", "4.1", lines.Start, out fault);
                if (!TryAddress(line, value, lines.Start, out parts.FromName, out parts.From, out parts.FromValue))
                    return Fail("malformed From", "4.1", lines.Start, out fault);
            }
            else if (CpimHeaders.IsName(name, "To"u8))
            {
                if (!TryAddress(line, value, lines.Start, out _, out var uri, out _)) return Fail("malformed To", "4.2", lines.Start, out fault);
                if (parts.ToCount++ == 0) parts.To = uri;
            }
        }
        if (fromCount == 0) return Fail("no From", "4.1", lines.Start, out fault);
        parts.Headers = ..lines.Start;
        return TryMimeHeaders(lines, message.Length, ref parts, out fault);
    }

    /// <summary>The encapsulated part: MIME headers, which may be folded, up to an empty line or the end.</summary>
    static bool TryMimeHeaders(LineReader lines, int length, ref CpimParts parts, out Fault fault)
    {
        int begin = lines.Next;
        for (int count = 0; lines.TryRead(out var line); count++)
        {
            if (line.IsEmpty)
            {
                parts.MimeHeaders = begin..lines.Start;
                parts.Content = lines.Next..length;
                fault = default;
                return true;
            }
            if (count == MaxHeaders || lines.Next - begin > MaxHeadBytes) return Fail("MIME headers too long", "2.4", lines.Start, out fault);
            if (WireText.HasControl(line)) return Fail("control character in a MIME header", "2.4", lines.Start, out fault);
            bool folded = count > 0 && line[0] is (byte)' ' or (byte)'\t';
            if (!folded && !CpimHeaders.TrySplit(line, out _, out _)) return Fail("malformed MIME header", "2.4", lines.Start, out fault);
        }
        parts.MimeHeaders = begin..length;
        parts.Content = length..length;
        fault = default;
        return true;
    }

    /// <summary>[ Formal-name ] "&lt;" URI "&gt;": a quoted name may hold brackets, the URI may not.</summary>
    static bool TryAddress(ReadOnlySpan<byte> line, ReadOnlySpan<byte> value, int lineStart, out Range name, out Range uri, out Range whole)
    {
        name = uri = whole = default;
        int valueStart = lineStart + CpimHeaders.OffsetIn(line, value);
        int open;
        if (value.StartsWith("\""u8))
        {
            int quote = EndOfQuoted(value);
            if (quote < 0) return false;
            name = (valueStart + 1)..(valueStart + quote);
            open = quote + 1 + value[(quote + 1)..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (open == quote || value[open] != '<') return false;
        }
        else
        {
            open = value.IndexOf((byte)'<');
            if (open < 0) return false;
            name = valueStart..(valueStart + value[..open].TrimEnd(" \t"u8).Length);
        }

        int close = value.LastIndexOf((byte)'>');
        if (close != value.Length - 1 || close <= open + 1) return false;
        var inside = value[(open + 1)..close];
        if (inside.ContainsAny(" \t<>\""u8)) return false;
        uri = (valueStart + open + 1)..(valueStart + close);
        whole = valueStart..(valueStart + close + 1);
        return true;
    }

    static int EndOfQuoted(ReadOnlySpan<byte> value)
    {
        for (int i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\') i++;
            else if (value[i] == '"') return i;
        }
        return -1;
    }

    static bool Fail(string reason, string section, int offset, out Fault fault)
    {
        fault = new Fault(reason, "RFC 3862 " + section, offset);
        return false;
    }
}
