// The fragment of a SIP response that a notification of event refer carries (RFC 3420; RFC 3515 2.4.5).
// Read: a status line, then header fields of which Warning counts. Written: the status line alone, which names nobody (RFC 3515 5.3).
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Confab.Content.SipFrag;

/// <summary>How far the request has come that somebody was referred to.</summary>
/// <param name="Status">100 to 699.</param>
/// <param name="Reason">The reason phrase; for people.</param>
/// <param name="Warning">The first Warning, as it stands; null where there is none.</param>
public sealed record SipFrag(int Status, string Reason, string? Warning = null)
{
    public const string ContentType = "message/sipfrag;version=2.0";

    const int MaxLines = 128;
    const string Clause = "RFC 3515 2.4.5";

    /// <summary>Whether no other will follow.</summary>
    public bool IsFinal => Status >= 200;

    /// <summary>Reads a fragment that begins with a status line; any other, as one of a request, is a fault.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out SipFrag fragment, out Fault fault)
    {
        fragment = null!;
        var lines = new LineReader(body);
        if (!lines.TryRead(out var line) || !TryStatus(line, out int status, out var reason)) return Fail("no status line", 0, out fault);
        if (WireText.HasControl(line)) return Fail("control character in the status line", 0, out fault);
        string? warning = null;
        for (int count = 0; lines.TryRead(out line) && !line.IsEmpty; count++)
        {
            if (count == MaxLines) return Fail("too many header fields", lines.Start, out fault);
            if (WireText.HasControl(line)) return Fail("control character in a header field", lines.Start, out fault);
            int colon = line.IndexOf((byte)':');
            if (warning is null && colon > 0 && Ascii.EqualsIgnoreCase(line[..colon].TrimEnd(" \t"u8), "Warning"u8)) warning = Text(line[(colon + 1)..]);
        }
        fragment = new SipFrag(status, Text(reason), warning);
        fault = default;
        return true;
    }

    /// <summary>The status line with its line end, and nothing else.</summary>
    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>(64);
        output.Text(string.Create(CultureInfo.InvariantCulture, $"SIP/2.0 {Status} "));
        output.LineText(Reason);
        output.Write("\r\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>"SIP/2.0 200 OK"; the phrase may be missing, with its space.</summary>
    static bool TryStatus(ReadOnlySpan<byte> line, out int status, out ReadOnlySpan<byte> reason)
    {
        status = 0;
        reason = default;
        if (line.Length < 11 || !Ascii.EqualsIgnoreCase(line[..8], "SIP/2.0 "u8)) return false;
        if (line.Length > 11 && line[11] != ' ') return false;
        foreach (byte digit in line.Slice(8, 3))
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            status = (status * 10) + (digit - '0');
        }
        if (line.Length > 12) reason = line[12..];
        return status is >= 100 and < 700;
    }

    static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Trim();

    static bool Fail(string reason, int offset, out Fault fault)
    {
        fault = new Fault(reason, Clause, offset);
        return false;
    }
}
