// One entry of an accept list: a type, type/* or * (RFC 4975 8.6). Parameters do not count in the comparison.
namespace Confab.Content.Media;

static class MediaRange
{
    public static ReadOnlySpan<char> WithoutParameters(ReadOnlySpan<char> entry)
    {
        int semicolon = entry.IndexOf(';');
        return (semicolon < 0 ? entry : entry[..semicolon]).Trim();
    }

    public static bool IsWild(ReadOnlySpan<char> entry) => entry.SequenceEqual("*") || entry.EndsWith("/*");

    /// <summary>Whether everything <paramref name="entry"/> stands for lies within <paramref name="range"/>.</summary>
    public static bool Covers(ReadOnlySpan<char> range, ReadOnlySpan<char> entry)
    {
        if (entry.IsEmpty) return false;
        if (range.SequenceEqual("*") || range.SequenceEqual("*/*")) return true;
        return range.EndsWith("/*")
            ? entry.StartsWith(range[..^1], StringComparison.OrdinalIgnoreCase)
            : entry.Equals(range, StringComparison.OrdinalIgnoreCase);
    }
}
