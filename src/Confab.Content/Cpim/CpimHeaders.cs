// The header lines of a CPIM message, searched where they lie (RFC 3862 3, 3.4).
using System.Text;

namespace Confab.Content.Cpim;

static class CpimHeaders
{
    /// <summary>Name ":" *( ";" Parameter ) SP value; the parameters (a language tag) are passed over (RFC 3862 3.3).</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        name = default;
        int colon = line.IndexOf((byte)':');
        if (colon < 0) return false;
        name = line[..colon].TrimEnd(" \t"u8);
        value = line[(colon + 1)..];
        if (value.StartsWith(";"u8))
        {
            int space = value.IndexOf((byte)' ');
            value = space < 0 ? value[value.Length..] : value[space..];
        }
        value = value.Trim(" \t"u8);
        return Token.Is(name);
    }

    public static bool IsName(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) => Ascii.EqualsIgnoreCase(name, wanted);

    /// <summary>Offset of a value that <see cref="TrySplit"/> cut out of that line.</summary>
    public static int OffsetIn(ReadOnlySpan<byte> line, ReadOnlySpan<byte> value) =>
        line.Overlaps(value, out int offset) ? offset : line.Length;

    public static bool TryFind(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> value) =>
        TryFind(headers, default, wanted, out value);

    /// <summary>Finds prefix "." name, or just the name when the prefix is empty. A folded value is given with its folds.</summary>
    public static bool TryFind(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> value)
    {
        var lines = new LineReader(headers);
        while (lines.TryRead(out var line))
        {
            if (!TrySplit(line, out var name, out _) || !IsPrefixed(name, prefix, wanted)) continue;
            int start = lines.Start;
            int end = start + line.Length;
            while (lines.Next < headers.Length && headers[lines.Next] is (byte)' ' or (byte)'\t' && lines.TryRead(out var fold))
            {
                end = lines.Start + fold.Length;
            }
            TrySplit(headers[start..end], out _, out value);
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>The prefix that "NS: prefix &lt;uri&gt;" declares; empty when the namespace is made the default one.</summary>
    public static bool TryFindPrefix(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> namespaceUri, out ReadOnlySpan<byte> prefix)
    {
        var lines = new LineReader(headers);
        while (lines.TryRead(out var line))
        {
            if (!TrySplit(line, out var name, out var value) || !IsName(name, "NS"u8)) continue;
            int open = value.IndexOf((byte)'<');
            if (open < 0 || !value.EndsWith(">"u8) || !IsName(value[(open + 1)..^1], namespaceUri)) continue;
            prefix = value[..open].TrimEnd(" \t"u8);
            return true;
        }
        prefix = default;
        return false;
    }

    /// <summary>The values of all headers of that name, in their order; beyond so many they are passed over.</summary>
    public static IReadOnlyList<string> FindAll(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> wanted, int most)
    {
        var found = new List<string>();
        var lines = new LineReader(headers);
        while (found.Count < most && lines.TryRead(out var line))
        {
            if (TrySplit(line, out var name, out var value) && IsPrefixed(name, prefix, wanted)) found.Add(Encoding.UTF8.GetString(value));
        }
        return found;
    }

    static bool IsPrefixed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> wanted)
    {
        if (prefix.IsEmpty) return IsName(name, wanted);
        return name.Length == prefix.Length + 1 + wanted.Length
            && name[prefix.Length] == '.'
            && IsName(name[..prefix.Length], prefix)
            && IsName(name[(prefix.Length + 1)..], wanted);
    }
}
