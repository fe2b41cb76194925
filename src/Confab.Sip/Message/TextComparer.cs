using System.Text;

namespace Confab.Sip.Message;

/// <summary>
/// Keys by <see cref="Text"/>, case-sensitive or not. Tables may be asked with a span through
/// <c>GetAlternateLookup&lt;ReadOnlySpan&lt;byte&gt;&gt;()</c>; a key made from a span is a copy of it.
/// </summary>
public sealed class TextComparer : IEqualityComparer<Text>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Text>
{
    internal static readonly TextComparer CaseSensitive = new(ignoreCase: false);
    internal static readonly TextComparer CaseInsensitive = new(ignoreCase: true);

    readonly bool _ignoreCase;

    TextComparer(bool ignoreCase) => _ignoreCase = ignoreCase;

    public bool Equals(Text x, Text y) => Equals(x.Span, y);

    public bool Equals(ReadOnlySpan<byte> alternate, Text other) =>
        _ignoreCase ? Ascii.EqualsIgnoreCase(alternate, other.Span) : alternate.SequenceEqual(other.Span);

    public int GetHashCode(Text obj) => GetHashCode(obj.Span);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        if (!_ignoreCase)
            return Text.Hash(alternate);
        Span<byte> lower = alternate.Length <= 256 ? stackalloc byte[alternate.Length] : new byte[alternate.Length];
        for (var i = 0; i < alternate.Length; i++)
            lower[i] = Characters.Lower(alternate[i]);
        return Text.Hash(lower);
    }

    public Text Create(ReadOnlySpan<byte> alternate) => Text.Of(alternate);
}
