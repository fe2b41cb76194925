using System.Globalization;

namespace Confab.Cli.Chat;

/// <summary>What stands before the line that is typed: how far large content is, who is typing. One row has room for the newest of each.</summary>
sealed class TerminalStatus
{
    const string Plain = "> ";
    const int Cells = 10;
    const int MostBars = 16; // as many as anybody could tell apart

    readonly List<(string Id, string What, long Done, long Total)> _bars = [];
    readonly List<string> _typing = [];

    /// <summary>So much of a content is there; gives the prompt.</summary>
    public string Progress(string id, string what, long done, long total)
    {
        var known = _bars.FindIndex(bar => bar.Id == id);
        if (known < 0 && _bars.Count == MostBars) return Prompt;
        if (known < 0) _bars.Add((id, what, done, total));
        else _bars[known] = (id, what, done, total);
        if (done >= total) _bars.RemoveAll(bar => bar.Id == id);
        return Prompt;
    }

    /// <summary>It is known what became of a content; gives the prompt.</summary>
    public string Done(string id)
    {
        _bars.RemoveAll(bar => bar.Id == id);
        return Prompt;
    }

    /// <summary>Somebody types, or does not any more; gives the prompt.</summary>
    public string Typing(string name, bool isActive)
    {
        _typing.Remove(name);
        if (isActive && _typing.Count < MostBars) _typing.Add(name);
        return Prompt;
    }

    string Prompt
    {
        get
        {
            var bar = _bars.Count > 0 ? Bar(_bars[^1]) + (_bars.Count > 1 ? $" +{_bars.Count - 1}" : "") : "";
            var typing = _typing.Count switch
            {
                0 => "",
                1 => $"{Cut(_typing[0])} is typing",
                _ => $"{Cut(_typing[^1])} and {_typing.Count - 1} more are typing",
            };
            var status = string.Join(", ", ((string[])[bar, typing]).Where(static part => part.Length > 0));
            return status.Length > 0 ? $"({status}) {Plain}" : Plain;
        }
    }

    static string Bar((string Id, string What, long Done, long Total) bar)
    {
        var full = (int)(Cells * bar.Done / Math.Max(1, bar.Total));
        return string.Create(CultureInfo.InvariantCulture, $"{Cut(bar.What)} {new string('#', full)}{new string('.', Cells - full)} {100 * bar.Done / Math.Max(1, bar.Total)} %");
    }

    static string Cut(string name) => name.Length <= 20 ? name : name[..19] + "\u2026";
}
