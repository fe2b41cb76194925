using System.Text;

namespace Confab.Tests.Fuzz;

/// <summary>Damages messages: bytes, header lines, numbers, and their end. What it does follows from the chance it is given.</summary>
static class Mutator
{
    const int Longest = 200_000;

    static readonly byte[][] Telling =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\r\n ", ":", ";", ",", "\"", "\\", "<", ">", "@", "%", "%zz", "=", "?", "&", "*", "\0", " ", "\t", "[", "]", "/", "-", "+", "$", "#", "\r\n\r\n",
            "SIP/2.0", "MSRP ", "-------", "\r\n-------", "l: 9999999999\r\n", "\r\nByte-Range: 1-*/*", "\u00e9", "\u007f",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    static readonly byte[][] Numbers =
        [.. new[] { "-1", "0", "1", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "999999999999999999", "99999999999999999999999", "0x10", "1e9", "" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>A damaged copy: one to four things are wrong with it.</summary>
    public static byte[] Damage(ReadOnlySpan<byte> sample, Random random)
    {
        var bytes = new List<byte>(sample.Length + 64);
        bytes.AddRange(sample);
        for (var n = random.Next(1, 5); n > 0 && bytes.Count is > 1 and < Longest; n--) DamageOnce(bytes, random);
        return [.. bytes];
    }

    /// <summary>The bytes in pieces, cut anywhere.</summary>
    public static IReadOnlyList<byte[]> Split(byte[] bytes, Random random)
    {
        var pieces = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, random.Next(3) == 0 ? 1 : random.Next(1, 400));
            pieces.Add(bytes[at..(at + length)]);
            at += length;
        }

        return pieces;
    }

    static void DamageOnce(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(12))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(length, bytes.Count - 1));
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 4:
            case 5:
                bytes.InsertRange(at, Telling[random.Next(Telling.Length)]);
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7:
            case 8:
                ReplaceNumber(bytes, at, random);
                break;
            default:
                MoveLine(bytes, random);
                break;
        }
    }

    /// <summary>The first number from there on becomes one that nobody expects.</summary>
    static void ReplaceNumber(List<byte> bytes, int at, Random random)
    {
        var start = bytes.FindIndex(at, static b => char.IsAsciiDigit((char)b));
        if (start < 0) return;
        var end = start;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end])) end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Numbers[random.Next(Numbers.Length)]);
    }

    /// <summary>A line is dropped, repeated many times, or changes its place.</summary>
    static void MoveLine(List<byte> bytes, Random random)
    {
        var lines = LinesOf(bytes);
        if (lines.Count < 3) return;
        var (start, end) = lines[random.Next(lines.Count)];
        var line = bytes.GetRange(start, end - start);
        switch (random.Next(4))
        {
            case 0:
                bytes.RemoveRange(start, end - start);
                break;
            case 1:
                bytes.InsertRange(start, line);
                break;
            case 2:
                for (var n = random.Next(2, 200); n > 0 && bytes.Count < Longest; n--) bytes.InsertRange(start, line);
                break;
            default:
                bytes.InsertRange(lines[random.Next(lines.Count)].Start, line);
                break;
        }
    }

    static List<(int Start, int End)> LinesOf(List<byte> bytes)
    {
        var lines = new List<(int, int)>();
        var start = 0;
        for (var i = 1; i < bytes.Count; i++)
        {
            if (bytes[i] != '\n' || bytes[i - 1] != '\r') continue;
            lines.Add((start, i + 1));
            start = i + 1;
        }

        return lines;
    }
}
