using System.Text;

namespace Confab.Cli.Chat;

/// <summary>What others wrote, made harmless for a terminal: no control character reaches it, so nobody's message moves the cursor or the text.</summary>
static class Safe
{
    /// <summary>One line; line ends become spaces.</summary>
    public static string Line(string text) => Clean(text, " ");

    /// <summary>Several lines, those after the first indented.</summary>
    public static string Block(string text, string indent) => Clean(text.TrimEnd().ReplaceLineEndings("\n"), "\n" + indent);

    static string Clean(string text, string lineEnd)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n') clean.Append(lineEnd);
            else if (rune.Value == '\t') clean.Append(' ');
            else if (Rune.IsControl(rune) || IsDirection(rune.Value)) clean.Append('\u00b7');
            else clean.Append(rune.ToString());
        }

        return clean.ToString();
    }

    // Marks that turn the direction of what follows: they could make a line read as something else.
    static bool IsDirection(int value) => value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x2028 or 0x2029;
}
