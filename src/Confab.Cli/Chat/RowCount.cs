using System.Text;

namespace Confab.Cli.Chat;

/// <summary>Counts the rows that have been finished on the way to the terminal.</summary>
sealed class RowCount(TextWriter output) : TextWriter
{
    public int Rows { get; private set; }

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (value == '\n') Rows++;
        output.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Rows += buffer.AsSpan(index, count).Count('\n');
        output.Write(buffer, index, count);
    }

    public override void Write(string? value)
    {
        Rows += value.AsSpan().Count('\n');
        output.Write(value);
    }

    public override void Flush() => output.Flush();
}
