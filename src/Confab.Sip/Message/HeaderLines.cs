namespace Confab.Sip.Message;

/// <summary>
/// Splits the head into fields and indexes them. RFC 3261 7.3.1. A folded line gets its CRLF overwritten by spaces. A bare CR or LF is
/// refused: one element's end of line would be another's text.
/// </summary>
static class HeaderLines
{
    /// <summary>Returns where the body starts; goes on behind a bad line, so that a bad request can still be answered.</summary>
    public static int Index(SipMessage message, byte[] buffer, int at, int end, int maxHeaders, ref Fault fault)
    {
        while (at < end)
        {
            if (buffer[at] == '\r' && at + 1 < end && buffer[at + 1] == '\n')
                return at + 2;
            if (message.HeaderCount == maxHeaders)
            {
                Note(ref fault, "Too many header fields", "RFC 3261 7.3", at);
                return end;
            }

            var next = EndOfField(buffer, at, end, out var lineEnd, ref fault);
            Field(message, buffer, at, lineEnd, ref fault);
            at = next;
        }

        Note(ref fault, "Header fields not ended by an empty line", "RFC 3261 7", end);
        return end;
    }

    static int EndOfField(byte[] buffer, int start, int end, out int lineEnd, ref Fault fault)
    {
        var at = start;
        while (true)
        {
            var found = buffer.AsSpan(at, end - at).IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0)
                return lineEnd = end;
            at += found;
            var isLineEnd = buffer[at] == '\r' && at + 1 < end && buffer[at + 1] == '\n';
            if (!isLineEnd)
            {
                Note(ref fault, "Bare CR or LF in a header field", "RFC 3261 7", at);
                buffer[at++] = (byte)' ';
                continue;
            }

            if (at + 2 >= end || !Characters.IsSpace(buffer[at + 2]))
            {
                lineEnd = at;
                return at + 2;
            }

            buffer[at] = buffer[at + 1] = (byte)' ';
            at += 3;
        }
    }

    static void Field(SipMessage message, byte[] buffer, int start, int end, ref Fault fault)
    {
        var line = buffer.AsSpan(start, end - start);
        var colon = line.IndexOf((byte)':');
        var nameLength = colon < 0 ? 0 : Characters.TrimEnd(line, colon);
        var name = HeaderNames.Parse(line[..nameLength]);
        if (name == HeaderName.Other && (nameLength > ushort.MaxValue || !Characters.IsToken(line[..nameLength])))
        {
            Note(ref fault, "Malformed header field", "RFC 3261 7.3.1", start);
            return;
        }

        var valueStart = Characters.SkipSpace(line, colon + 1);
        var valueLength = Math.Max(Characters.TrimEnd(line, line.Length) - valueStart, 0);
        if (!message.Add(new HeaderSlot(start, nameLength, name, start + valueStart, valueLength)))
            Note(ref fault, "Header field given twice", "RFC 3261 7.3.1", start);
    }

    static void Note(ref Fault fault, string reason, string clause, int offset)
    {
        if (fault.IsNone)
            fault = new Fault(400, reason, clause, offset);
    }
}
