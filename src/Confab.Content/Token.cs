// The token of MIME (RFC 2045 5.1): printable US-ASCII without space and without tspecials.
using System.Buffers;

namespace Confab.Content;

static class Token
{
    const string Characters = "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~";
    static readonly SearchValues<char> Allowed = SearchValues.Create(Characters);
    static readonly SearchValues<byte> AllowedBytes = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Characters));

    public static bool Is(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Allowed);

    public static bool Is(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(AllowedBytes);

    /// <summary>How many leading characters belong to a token.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExcept(Allowed);
        return end < 0 ? text.Length : end;
    }
}
