using Confab.Cli.Chat;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>The line that is being typed, seen on a screen of one row.</summary>
public sealed class LineEditorTests : IDisposable
{
    readonly StringWriter _output = new();
    readonly LineEditor _editor;
    int _width = 40;

    public LineEditorTests()
    {
        _editor = new LineEditor(_output, () => _width, typed => typed.StartsWith('/') ? [.. new[] { "/call", "/accept" }.Where(c => c.StartsWith(typed))] : []);
        _editor.Show();
    }

    public void Dispose() => _output.Dispose();

    void Type(string text)
    {
        foreach (var c in text) _editor.Take(new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false));
    }

    KeyOutcome Press(ConsoleKey key, bool control = false) => _editor.Take(new ConsoleKeyInfo('\0', key, false, false, control));

    /// <summary>What the row shows and where the cursor stands, after all that was written.</summary>
    (string Row, int Column) Screen()
    {
        var last = _output.ToString();
        last = last[last.LastIndexOf("\r\e[2K", StringComparison.Ordinal)..][5..];
        var end = last.IndexOf('\r', StringComparison.Ordinal);
        if (end < 0) return (last, last.Length);
        var move = last[(end + 1)..];
        return (last[..end], move.Length == 0 ? 0 : int.Parse(move[2..^1]));
    }

    [Fact]
    public void Typing_shows_the_text_with_the_cursor_behind_it()
    {
        Type("hello");
        Assert.Equal(("> hello", 7), Screen());
        Press(ConsoleKey.LeftArrow);
        Type("X");
        Assert.Equal(("> hellXo", 7), Screen());
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.Delete);
        Assert.Equal(("> hell", 6), Screen());
        Press(ConsoleKey.Home);
        Assert.Equal(("> hell", 2), Screen());
        Press(ConsoleKey.K, control: true);
        Assert.Equal("", _editor.Text);
    }

    [Fact]
    public void Enter_finishes_the_line_and_history_brings_it_back()
    {
        Type("one");
        Assert.Equal(KeyOutcome.Entered, Press(ConsoleKey.Enter));
        Assert.Equal(("one", ""), (_editor.Finished, _editor.Text));
        Type("two");
        Press(ConsoleKey.Enter);
        Type("draft");
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("one", _editor.Text);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("draft", _editor.Text);
    }

    [Fact]
    public void Hiding_erases_the_row_and_showing_draws_it_again_as_it_was()
    {
        Type("half a li");
        _editor.Hide();
        Assert.EndsWith("\r\e[2K", _output.ToString(), StringComparison.Ordinal);
        _output.Write("10:00 bob: Hello\n");
        _editor.Show();
        Assert.Equal(("> half a li", 11), Screen());
    }

    [Fact]
    public void A_hidden_line_takes_keys_without_drawing()
    {
        _editor.Hide();
        var before = _output.ToString().Length;
        Type("x");
        Assert.Equal(before, _output.ToString().Length);
        Assert.Equal("x", _editor.Text);
    }

    [Fact]
    public void A_long_line_stays_in_one_row_around_the_cursor()
    {
        _width = 12;
        Type("abcdefghijklmnop");
        Assert.Equal(("> ijklmnop", 10), Screen());
        Press(ConsoleKey.Home);
        Assert.Equal(("> abcdefghi", 2), Screen());
    }

    [Fact]
    public void A_character_of_two_keys_and_two_columns_is_one_character()
    {
        Type("a\U0001F600b");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.Backspace);
        Assert.Equal("ab", _editor.Text);
        Type("日");
        Assert.Equal(("> a日b", 5), Screen());
    }

    [Fact]
    public void Tab_completes_a_command()
    {
        Type("/ca");
        Press(ConsoleKey.Tab);
        Assert.Equal("/call ", _editor.Text);
    }

    [Theory]
    [InlineData(ConsoleKey.C)]
    [InlineData(ConsoleKey.D)]
    public void Control_c_and_d_end_on_an_empty_line_alone(ConsoleKey key)
    {
        Type("x");
        Assert.Equal(KeyOutcome.Edited, Press(key, control: true));
        if (key == ConsoleKey.D) Press(ConsoleKey.Backspace);
        Assert.Equal("", _editor.Text);
        Assert.Equal(KeyOutcome.Ended, Press(key, control: true));
    }

    [Fact]
    public void What_others_write_cannot_move_the_cursor()
    {
        Assert.Equal("a\u00b7[2Jb c\u00b7", Safe.Line("a\e[2Jb\nc\u202e"));
        Assert.Equal("a\n  b", Safe.Block("a\r\nb\n", "  "));
    }
}
