// Finds delimiter lines: line start, "--", boundary, "--" for the last, white space, line end (RFC 2046 5.1.1).
using System.Text;

namespace Confab.Content.Multipart;

/// <summary>A delimiter line: where the content before it ends, where what follows begins, and whether it closes the body.</summary>
readonly record struct Delimiter(int ContentEnd, int Next, bool Closes);

sealed class Boundary
{
    const string Extra = "'()+_,-./:=? ";
    readonly byte[] _dashed;

    Boundary(string boundary) => _dashed = Encoding.ASCII.GetBytes("--" + boundary);

    /// <summary>1 to 70 characters of a small set, not ending in a space; null otherwise.</summary>
    public static Boundary? From(string boundary)
    {
        if (boundary.Length is 0 or > 70 || boundary[^1] == ' ') return null;
        foreach (char c in boundary)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !Extra.Contains(c, StringComparison.Ordinal)) return null;
        }
        return new Boundary(boundary);
    }

    /// <summary>"--" and the boundary.</summary>
    public ReadOnlySpan<byte> Dashed => _dashed;

    public Delimiter? Next(ReadOnlySpan<byte> body, int from)
    {
        for (int at = from; ;)
        {
            int found = body[at..].IndexOf(_dashed);
            if (found < 0) return null;
            int start = at + found;
            at = start + 2; // a line of dashes may begin the boundary anew
            if (start > 0 && body[start - 1] != '\n') continue;
            if (EndOfLine(body, start + _dashed.Length, out bool closes) is { } next) return new Delimiter(BeforeLineEnd(body, start), next, closes);
        }
    }

    /// <summary>What follows the boundary must be only padding, or it is a longer boundary of which ours is a prefix.</summary>
    static int? EndOfLine(ReadOnlySpan<byte> body, int at, out bool closes)
    {
        closes = body[at..].StartsWith("--"u8);
        if (closes) at += 2;
        int end = body[at..].IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (end < 0) return body.Length;
        at += end;
        if (body[at..].StartsWith("\r\n"u8)) return at + 2;
        return body[at] == '\n' ? at + 1 : null;
    }

    /// <summary>The line end before a delimiter belongs to the delimiter.</summary>
    static int BeforeLineEnd(ReadOnlySpan<byte> body, int start)
    {
        if (start == 0) return 0;
        return start > 1 && body[start - 2] == '\r' ? start - 2 : start - 1;
    }
}
