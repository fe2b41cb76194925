namespace Confab.Cli.Operator;

/// <summary>Columns of text for people and for awk: two spaces between them, nothing behind the last.</summary>
static class Table
{
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((title, column) => rows.Select(r => r[column].Length).Append(title.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(head))
            await output.WriteLineAsync(string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
    }
}
