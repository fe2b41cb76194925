// The lines of an MSRP head (RFC 4975 9): start line, then headers in any order; names without regard to case, unknown ones passed over.
using System.Text;

namespace Confab.Msrp;

internal static class MsrpHead
{
    /// <summary>The grammar allows 32; longer ones are met.</summary>
    public const int LongestTransactionId = 128;

    /// <summary>Reads <c>MSRP id METHOD</c> or <c>MSRP id code [comment]</c>.</summary>
    public static bool TryStartLine(ReadOnlySpan<byte> line, ref MsrpLayout layout)
    {
        if (!line.StartsWith("MSRP "u8)) return false;
        var rest = line[5..];
        var space = rest.IndexOf((byte)' ');
        if (space is <= 0 or > LongestTransactionId || !IsIdentifier(rest[..space])) return false;
        layout.TransactionId = new MsrpLayout.Slice(5, space);

        var word = rest[(space + 1)..];
        if (word.Length >= 3 && IsCode(word))
        {
            layout.Kind = MsrpKind.Response;
            layout.Status = Code(word);
            return true;
        }

        if (word.IsEmpty || word.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') >= 0) return false;
        layout.Kind = MsrpKind.Request;
        layout.Method = word.SequenceEqual("SEND"u8) ? MsrpMethod.Send : word.SequenceEqual("REPORT"u8) ? MsrpMethod.Report : MsrpMethod.Other;
        return true;
    }

    /// <summary>Reads the header that begins at <paramref name="start"/> of the head.</summary>
    public static void Header(ReadOnlySpan<byte> line, int start, ref MsrpLayout layout)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line.IndexOfAny((byte)'\n', (byte)'\r', (byte)0) >= 0)
        {
            // A lone line end inside a value could become a header of its own at a lenient reader further on.
            Note(ref layout, MsrpHeaderError.Line);
            return;
        }

        var name = line[..colon];
        int from = colon + 1, to = line.Length;
        while (from < to && line[from] is (byte)' ' or (byte)'\t') from++;
        while (to > from && line[to - 1] is (byte)' ' or (byte)'\t') to--;
        var value = line[from..to];
        var slice = new MsrpLayout.Slice(start + from, to - from);

        // The length tells most of them apart; the letters are compared once.
        switch (colon)
        {
            case 6 when Is(name, "Status"u8):
                if (value.Length < 7 || !IsCode(value) || !IsCode(value[4..])) Note(ref layout, MsrpHeaderError.Status);
                else if (layout.Kind == MsrpKind.Request && value.StartsWith("000"u8)) layout.Status = Code(value[4..]); // other namespaces: 7.1.3
                break;
            case 7 when Is(name, "To-Path"u8) && layout.ToPath.Length == 0:
                layout.ToPath = slice;
                break;
            case 9 when Is(name, "From-Path"u8) && layout.FromPath.Length == 0:
                layout.FromPath = slice;
                break;
            case 10 when Is(name, "Message-ID"u8) && layout.MessageId.Length == 0:
                layout.MessageId = slice;
                break;
            case 10 when Is(name, "Byte-Range"u8) && !layout.HasRange:
                layout.HasRange = true;
                if (!ByteRange.TryParse(value, out layout.Range)) Note(ref layout, MsrpHeaderError.ByteRange);
                break;
            case 12 when Is(name, "Content-Type"u8) && layout.ContentType.Length == 0:
                layout.ContentType = slice;
                break;
            case 14 when Is(name, "Success-Report"u8):
                if (Is(value, "yes"u8)) layout.SuccessReport = true;
                else if (Is(value, "no"u8)) layout.SuccessReport = false;
                else Note(ref layout, MsrpHeaderError.SuccessReport);
                break;
            case 14 when Is(name, "Failure-Report"u8):
                if (Is(value, "yes"u8)) layout.FailureReport = FailureReport.Yes;
                else if (Is(value, "no"u8)) layout.FailureReport = FailureReport.No;
                else if (Is(value, "partial"u8)) layout.FailureReport = FailureReport.Partial;
                else Note(ref layout, MsrpHeaderError.FailureReport);
                break;
        }
    }

    /// <summary>Checks what only the whole head tells.</summary>
    public static void Finish(ReadOnlySpan<byte> head, ref MsrpLayout layout)
    {
        layout.Offset = layout.Range.Start;
        if (!LooksLikeUri(head, layout.ToPath) || !LooksLikeUri(head, layout.FromPath)) Note(ref layout, MsrpHeaderError.Path);
        if (layout.Kind == MsrpKind.Request && layout.Method == MsrpMethod.Report && layout.Status == 0) Note(ref layout, MsrpHeaderError.Status);
    }

    /// <summary>Checks what a SEND with content needs.</summary>
    public static void FinishBody(ref MsrpLayout layout)
    {
        if (!layout.HasBody || layout.Method != MsrpMethod.Send) return;
        if (layout.MessageId.Length == 0) Note(ref layout, MsrpHeaderError.MessageIdMissing);
        else if (layout.ContentType.Length == 0 && layout.Range.Start == 1) Note(ref layout, MsrpHeaderError.ContentTypeMissing);
    }

    private static bool LooksLikeUri(ReadOnlySpan<byte> head, MsrpLayout.Slice path) => Is(head.Slice(path.Start, Math.Min(4, path.Length)), "msrp"u8);

    private static void Note(ref MsrpLayout layout, MsrpHeaderError error)
    {
        if (layout.Error == MsrpHeaderError.None) layout.Error = error;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(text, expected);

    private static bool IsIdentifier(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0;

    private static bool IsCode(ReadOnlySpan<byte> text) =>
        char.IsAsciiDigit((char)text[0]) && char.IsAsciiDigit((char)text[1]) && char.IsAsciiDigit((char)text[2]) && (text.Length == 3 || text[3] == ' ');

    private static int Code(ReadOnlySpan<byte> text) => ((text[0] - '0') * 100) + ((text[1] - '0') * 10) + (text[2] - '0');
}
