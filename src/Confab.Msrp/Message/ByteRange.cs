// Byte-Range (RFC 4975 7.1.1 and 9): start "-" (end / "*") "/" (total / "*"). The first octet of a message has position one.
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Confab.Msrp;

/// <summary>Where bytes lie in their message. A negative end or total stands for <c>*</c>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteRange(long Start, long End, long Total)
{
    /// <summary>What a body-less request states: no content at all.</summary>
    public static readonly ByteRange Empty = new(1, 0, 0);

    /// <summary>What a request without the header means: from the first byte on, end and total unknown.</summary>
    public static readonly ByteRange Open = new(1, -1, -1);

    public bool HasEnd => End >= 0;

    public bool HasTotal => Total >= 0;

    public static bool TryParse(ReadOnlySpan<byte> text, out ByteRange range)
    {
        range = Open;
        var dash = text.IndexOf((byte)'-');
        var slash = text.IndexOf((byte)'/');
        if (dash <= 0 || slash <= dash + 1) return false;
        if (!TryNumber(text[..dash], out var start) || start < 1) return false;
        if (!TryNumberOrStar(text[(dash + 1)..slash], out var end) || !TryNumberOrStar(text[(slash + 1)..], out var total)) return false;
        range = new ByteRange(start, end, total);
        return true;
    }

    public override string ToString() => $"{Start}-{(HasEnd ? End.ToString() : "*")}/{(HasTotal ? Total.ToString() : "*")}";

    internal int Write(Span<byte> target)
    {
        Utf8Formatter.TryFormat(Start, target, out var at);
        target[at++] = (byte)'-';
        at += WriteNumberOrStar(target[at..], End);
        target[at++] = (byte)'/';
        return at + WriteNumberOrStar(target[at..], Total);
    }

    private static int WriteNumberOrStar(Span<byte> target, long number)
    {
        if (number >= 0 && Utf8Formatter.TryFormat(number, target, out var length)) return length;
        target[0] = (byte)'*';
        return 1;
    }

    private static bool TryNumberOrStar(ReadOnlySpan<byte> text, out long number)
    {
        number = -1;
        return (text.Length == 1 && text[0] == '*') || TryNumber(text, out number);
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length is 0 or > 18) return false; // 18 digits: no sum of two such numbers overflows
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit((char)c)) return false;
            number = (number * 10) + (c - '0');
        }

        return true;
    }
}
