using System.Buffers;

namespace Confab.Sip.Message;

enum ParameterStep
{
    Found,
    End,
    Malformed,
}

/// <summary>Where one parameter lies, relative to the scanned text.</summary>
readonly record struct ParameterRange(int NameStart, int NameLength, int ValueStart, int ValueLength, bool HasValue, bool IsQuoted);

/// <summary>The one scanner of parameters, for those that validate and those that only look. RFC 3261 25.1, with the white space that SEMI and EQUAL allow.</summary>
static class ParameterScan
{
    static readonly SearchValues<byte> EndsName = SearchValues.Create(";= \t,<>\"@"u8);
    static readonly SearchValues<byte> EndsValue = SearchValues.Create("; \t,<>\""u8);

    public static ParameterStep Next(ReadOnlySpan<byte> text, ref int position, out ParameterRange found)
    {
        found = default;
        if (position >= text.Length)
            return ParameterStep.End;

        var at = Characters.SkipSpace(text, position);
        var nameStart = at;
        at = EndOf(text, at, EndsName);
        var nameLength = at - nameStart;
        if (nameLength == 0)
            return ParameterStep.Malformed;

        at = Characters.SkipSpace(text, at);
        var hasValue = at < text.Length && text[at] == '=';
        var isQuoted = false;
        int valueStart = at, valueLength = 0;
        if (hasValue)
        {
            at = Characters.SkipSpace(text, at + 1);
            isQuoted = at < text.Length && text[at] == '"';
            if (isQuoted)
            {
                valueStart = at + 1;
                at = Characters.SkipQuoted(text, at);
                if (at < 0)
                    return ParameterStep.Malformed;
                valueLength = at - 1 - valueStart;
            }
            else
            {
                valueStart = at;
                at = EndOf(text, at, EndsValue);
                valueLength = at - valueStart;
            }

            at = Characters.SkipSpace(text, at);
        }

        if (at < text.Length)
        {
            // A semicolon promises another parameter: `;;` and a trailing `;` are malformed (RFC 4475 3.1.2.1).
            if (text[at] != ';' || at + 1 == text.Length)
                return ParameterStep.Malformed;
            at++;
        }

        position = at;
        found = new ParameterRange(nameStart, nameLength, valueStart, valueLength, hasValue, isQuoted);
        return ParameterStep.Found;
    }

    public static bool Is(this in ParameterRange range, ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        range.NameLength == name.Length && System.Text.Ascii.EqualsIgnoreCase(text.Slice(range.NameStart, range.NameLength), name);

    static int EndOf(ReadOnlySpan<byte> text, int start, SearchValues<byte> stops)
    {
        var length = text[start..].IndexOfAny(stops);
        return length < 0 ? text.Length : start + length;
    }
}
