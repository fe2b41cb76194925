// Reads a media type: type "/" subtype *(";" name "=" (token / quoted-string)) (RFC 2045 5.1, RFC 822 3.3).
// Accepted beyond the grammar: empty parameters, white space around "=", folded lines, unquoted values that are no tokens.
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Confab.Content.Media;

static class ContentTypeParser
{
    const string Clause = "RFC 2045 5.1";
    const string Space = " \t\r\n";
    const int MaxLength = 4096;
    const int MaxParameters = 32;

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ContentType? contentType, out Fault fault)
    {
        contentType = null;
        if (text.Length > MaxLength) return Fail("media type too long", MaxLength, out fault);

        int at = SkipSpace(text, 0);
        int length = Token.Length(text[at..]);
        if (length == 0) return Fail("no media type", at, out fault);
        string type = text.Slice(at, length).ToString().ToLowerInvariant();
        at = SkipSpace(text, at + length);
        if (at == text.Length || text[at] != '/') return Fail("no slash after the type", at, out fault);
        at = SkipSpace(text, at + 1);
        length = Token.Length(text[at..]);
        if (length == 0) return Fail("no subtype", at, out fault);
        string subType = text.Slice(at, length).ToString().ToLowerInvariant();

        if (!TryParseParameters(text, at + length, out var parameters, out fault)) return false;
        contentType = new ContentType(type, subType, parameters);
        return true;
    }

    static bool TryParseParameters(ReadOnlySpan<char> text, int at, out KeyValuePair<string, string>[] parameters, out Fault fault)
    {
        parameters = [];
        fault = default;
        List<KeyValuePair<string, string>>? found = null;
        for (at = SkipSpace(text, at); at < text.Length; at = SkipSpace(text, at))
        {
            if (text[at] != ';') return Fail("no semicolon before a parameter", at, out fault);
            at = SkipSpace(text, at + 1);
            if (at == text.Length || text[at] == ';') continue;

            int length = Token.Length(text[at..]);
            if (length == 0) return Fail("parameter without a name", at, out fault);
            string name = text.Slice(at, length).ToString();
            at = SkipSpace(text, at + length);
            string value = "";
            if (at < text.Length && text[at] == '=')
            {
                at = SkipSpace(text, at + 1);
                if (!TryReadValue(text, ref at, out value)) return Fail("quoted string without its end", at, out fault);
            }
            found ??= [];
            if (found.Count == MaxParameters) return Fail("too many parameters", at, out fault);
            found.Add(new(name, value));
        }
        if (found is not null) parameters = [.. found];
        return true;
    }

    static bool TryReadValue(ReadOnlySpan<char> text, ref int at, out string value)
    {
        if (at < text.Length && text[at] == '"') return TryReadQuoted(text, ref at, out value);
        int length = text[at..].IndexOfAny("; \t\r\n");
        if (length < 0) length = text.Length - at;
        value = text.Slice(at, length).ToString();
        at += length;
        return true;
    }

    static bool TryReadQuoted(ReadOnlySpan<char> text, ref int at, out string value)
    {
        var unquoted = new StringBuilder();
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                at = i + 1;
                value = unquoted.ToString();
                return true;
            }
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            unquoted.Append(text[i]);
        }
        value = "";
        return false;
    }

    static int SkipSpace(ReadOnlySpan<char> text, int at)
    {
        int next = text[at..].IndexOfAnyExcept(Space);
        return next < 0 ? text.Length : at + next;
    }

    static bool Fail(string reason, int offset, out Fault fault)
    {
        fault = new Fault(reason, Clause, offset);
        return false;
    }
}
