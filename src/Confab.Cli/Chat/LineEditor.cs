using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Confab.Cli.Chat;

/// <summary>What a key did to the line.</summary>
enum KeyOutcome
{
    Edited,

    /// <summary>The line is finished; <see cref="LineEditor.Finished"/> has it.</summary>
    Entered,

    /// <summary>The user wants to end: Ctrl-D, or Ctrl-C on an empty line.</summary>
    Ended,
}

/// <summary>
/// The line that is being typed, at the bottom of the terminal, with a history. It takes one row, of a longer text what is around the cursor:
/// so it can always be erased and drawn again around what others say meanwhile.
/// </summary>
sealed class LineEditor(TextWriter output, Func<int> width, Func<string, IReadOnlyList<string>> complete)
{
    const string EraseRow = "\r\e[2K";
    const int MostHistory = 500;

    readonly List<string> _history = [];
    string _text = "";
    string _draft = ""; // what was typed before going back in history
    int _at; // a char index, never inside of a character
    int _place;
    bool _isShown;
    char _half; // a character beyond the first plane comes as two keys

    public string Prompt { get; set; } = "> ";

    public string Finished { get; private set; } = "";

    public string Text => _text;

    public void Show()
    {
        _isShown = true;
        Draw();
    }

    /// <summary>Takes the line away for good or for a while; the cursor is at the start of an empty row.</summary>
    public void Hide()
    {
        if (!_isShown) return;
        output.Write(EraseRow);
        _isShown = false;
    }

    public KeyOutcome Take(ConsoleKeyInfo key)
    {
        var outcome = key.Modifiers.HasFlag(ConsoleModifiers.Control) && key.Key is >= ConsoleKey.A and <= ConsoleKey.Z ? Control(key.Key) : Plain(key);
        if (_isShown && outcome == KeyOutcome.Edited) Draw();
        return outcome;
    }

    KeyOutcome Plain(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return Enter();
            case ConsoleKey.Backspace:
                Remove(Before(_at), _at);
                break;
            case ConsoleKey.Delete:
                Remove(_at, After(_at));
                break;
            case ConsoleKey.LeftArrow:
                _at = Before(_at);
                break;
            case ConsoleKey.RightArrow:
                _at = After(_at);
                break;
            case ConsoleKey.Home:
                _at = 0;
                break;
            case ConsoleKey.End:
                _at = _text.Length;
                break;
            case ConsoleKey.UpArrow:
                Recall(_place - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(_place + 1);
                break;
            case ConsoleKey.Tab:
                Complete();
                break;
            default:
                Type(key.KeyChar);
                break;
        }

        return KeyOutcome.Edited;
    }

    KeyOutcome Control(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C when _text.Length == 0:
            case ConsoleKey.D when _text.Length == 0:
                return KeyOutcome.Ended;
            case ConsoleKey.C:
                Replace("");
                break;
            case ConsoleKey.D:
                Remove(_at, After(_at));
                break;
            case ConsoleKey.J or ConsoleKey.M:
                return Enter();
            case ConsoleKey.H:
                Remove(Before(_at), _at);
                break;
            case ConsoleKey.I:
                Complete();
                break;
            case ConsoleKey.A:
                _at = 0;
                break;
            case ConsoleKey.E:
                _at = _text.Length;
                break;
            case ConsoleKey.B:
                _at = Before(_at);
                break;
            case ConsoleKey.F:
                _at = After(_at);
                break;
            case ConsoleKey.K:
                Remove(_at, _text.Length);
                break;
            case ConsoleKey.U:
                Remove(0, _at);
                break;
            case ConsoleKey.W:
                Remove(WordBefore(_at), _at);
                break;
            case ConsoleKey.P:
                Recall(_place - 1);
                break;
            case ConsoleKey.N:
                Recall(_place + 1);
                break;
            case ConsoleKey.L:
                output.Write("\e[H\e[2J");
                break;
        }

        return KeyOutcome.Edited;
    }

    KeyOutcome Enter()
    {
        Finished = _text;
        if (_text.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != _text)) _history.Add(_text);
        if (_history.Count > MostHistory) _history.RemoveAt(0);
        _place = _history.Count;
        Replace("");
        return KeyOutcome.Entered;
    }

    void Recall(int place)
    {
        if (place < 0 || place > _history.Count) return;
        if (_place == _history.Count) _draft = _text;
        _place = place;
        Replace(place == _history.Count ? _draft : _history[place]);
    }

    /// <summary>Completes the word before the cursor as far as all that it could become agree.</summary>
    void Complete()
    {
        var start = WordBefore(_at);
        var word = _text[start.._at];
        var choices = complete(_text[.._at]);
        if (choices.Count == 0) return;
        var common = choices[0];
        foreach (var choice in choices)
        {
            while (!choice.StartsWith(common, StringComparison.OrdinalIgnoreCase)) common = common[..^1];
        }

        if (common.Length < word.Length) return;
        Remove(start, _at);
        Insert(choices.Count == 1 ? common + " " : common);
    }

    void Type(char typed)
    {
        if (char.IsHighSurrogate(typed)) _half = typed;
        else if (char.IsLowSurrogate(typed) && _half != 0) Insert(new string([_half, typed]));
        else if (!char.IsControl(typed) && !char.IsSurrogate(typed)) Insert(typed.ToString());
    }

    void Insert(string text)
    {
        _text = _text.Insert(_at, text);
        _at += text.Length;
    }

    void Remove(int from, int to)
    {
        _text = _text.Remove(from, to - from);
        _at = from;
    }

    void Replace(string text)
    {
        _text = text;
        _at = text.Length;
    }

    int Before(int at) => at == 0 ? 0 : StringInfo.ParseCombiningCharacters(_text).Last(start => start < at);

    int After(int at) => at >= _text.Length ? _text.Length : at + StringInfo.GetNextTextElementLength(_text, at);

    int WordBefore(int at)
    {
        while (at > 0 && _text[at - 1] == ' ') at--;
        while (at > 0 && _text[at - 1] != ' ') at--;
        return at;
    }

    void Draw()
    {
        var room = Math.Max(8, width() - 1 - Cells(Prompt));
        var (from, to) = Window(room);
        var drawn = new StringBuilder(EraseRow).Append(Prompt).Append(_text, from, to - from);
        var column = Cells(Prompt) + Cells(_text[from.._at]);
        drawn.Append('\r');
        if (column > 0) drawn.Append(CultureInfo.InvariantCulture, $"\e[{column}C");
        output.Write(drawn);
        output.Flush();
    }

    /// <summary>What fits, with the cursor in it.</summary>
    (int From, int To) Window(int room)
    {
        var from = 0;
        while (Cells(_text[from.._at]) >= room) from = After(from);
        var to = _at;
        while (to < _text.Length && Cells(_text[from..After(to)]) <= room) to = After(to);
        return (from, to);
    }

    static int Cells(string text) => new Segment(text).CellCount();
}
