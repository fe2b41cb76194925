namespace Confab.Cli.Chat;

/// <summary>How far a text that was typed has come.</summary>
enum Mark
{
    None,

    /// <summary>The server took it.</summary>
    Sent,

    /// <summary>All who are there have it.</summary>
    Delivered,

    /// <summary>All who are there were shown it.</summary>
    Displayed,

    /// <summary>It did not arrive.</summary>
    Failed,
}

/// <summary>What is known of the texts that were typed last, by their Message-IDs; notifications may be there before the row is.</summary>
sealed class Marks
{
    const int MostTexts = 64; // more rows than can be reached to be marked

    readonly OrderedDictionary<string, Fate> _fates = new(StringComparer.Ordinal);

    /// <summary>The text stands in this row, and was taken or not; gives its mark.</summary>
    public Mark Sent(string id, int row, bool isSent)
    {
        if (!isSent) return Mark.Failed;
        var fate = Of(id);
        fate.Row = row;
        return fate.Mark = fate.Mark == Mark.None ? Mark.Sent : fate.Mark;
    }

    /// <summary>One more of these has it, or was shown it; gives the row and its mark where that is another now.</summary>
    public (int Row, Mark Mark)? Told(string id, string from, bool isDisplayed, int others)
    {
        var fate = Of(id);
        fate.Delivered.Add(from);
        if (isDisplayed) fate.Displayed.Add(from);
        return Set(fate, fate.Displayed.Count >= others ? Mark.Displayed : fate.Delivered.Count >= others ? Mark.Delivered : Mark.None);
    }

    /// <summary>It did not arrive.</summary>
    public (int Row, Mark Mark)? Failed(string id) => Set(Of(id), Mark.Failed);

    static (int Row, Mark Mark)? Set(Fate fate, Mark mark)
    {
        if (mark <= fate.Mark) return null;
        fate.Mark = mark;
        return fate.Row is { } row ? (row, mark) : null;
    }

    Fate Of(string id)
    {
        if (_fates.TryGetValue(id, out var known)) return known;
        if (_fates.Count == MostTexts) _fates.RemoveAt(0);
        var fate = new Fate();
        _fates.Add(id, fate);
        return fate;
    }

    sealed class Fate
    {
        public int? Row { get; set; }

        public Mark Mark { get; set; }

        public HashSet<string> Delivered { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Displayed { get; } = new(StringComparer.Ordinal);
    }
}
