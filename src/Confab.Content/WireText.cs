// Putting text on the wire so that it cannot become more than the one field it is meant to be.
using System.Buffers;
using System.Text;

namespace Confab.Content;

static class WireText
{
    static readonly SearchValues<char> LineBreakers = SearchValues.Create("\r\n\0");
    static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    public static void Text(this IBufferWriter<byte> output, ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>Free text inside one line: what would end the line becomes a space.</summary>
    public static void LineText(this IBufferWriter<byte> output, string text)
    {
        if (!text.AsSpan().ContainsAny(LineBreakers))
        {
            output.Text(text);
            return;
        }
        output.Text(string.Create(text.Length, text, static (to, from) =>
        {
            from.CopyTo(to);
            to.ReplaceAny(LineBreakers, ' ');
        }));
    }

    /// <summary>One word between spaces: white space and controls become <c>-</c>, and nothing becomes <c>-</c>.</summary>
    public static void Word(this IBufferWriter<byte> output, string text)
    {
        if (text.Length == 0) output.Write("-"u8);
        foreach (char c in text)
        {
            if (c <= ' ' || c == '\x7f' || char.IsWhiteSpace(c))
            {
                output.Text(string.Create(text.Length, text, static (to, from) =>
                {
                    for (int i = 0; i < to.Length; i++) to[i] = from[i] <= ' ' || from[i] == '\x7f' || char.IsWhiteSpace(from[i]) ? '-' : from[i];
                }));
                return;
            }
        }
        output.Text(text);
    }

    /// <summary>Whether a received header line holds a control character; the tab is let through.</summary>
    public static bool HasControl(ReadOnlySpan<byte> line) => line.ContainsAny(ControlBytes);
}
