namespace Confab.Host.Configuration;

/// <summary>The known key that a misspelt one was most likely meant to be.</summary>
static class NearestKey
{
    static readonly string[] Known = [.. ConfigurationKey.Root.All().Select(k => k.Path).Where(p => p.Length > 0 && !p.EndsWith(":*", StringComparison.Ordinal))];

    /// <summary>A right name in a wrong section comes first, then what is in the section that is named, then what looks like it.</summary>
    public static string To(string path) =>
        Known.MinBy(known => (Last(known) == Last(path) ? 0 : IsInSectionOf(path, known) ? 1 : 2, Distance(path, known)))!;

    /// <summary>The edits from one to the other; a name that is nearly right in the wrong section is near as well.</summary>
    static int Distance(string given, string known) =>
        Math.Min(Edits(given.ToUpperInvariant(), known.ToUpperInvariant()), 1 + Edits(Last(given), Last(known)));

    static bool IsInSectionOf(string path, string known) =>
        known.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && path.StartsWith(known[..(colon + 1)], StringComparison.OrdinalIgnoreCase);

    static string Last(string path) => path[(path.LastIndexOf(':') + 1)..].ToUpperInvariant();

    /// <summary>Levenshtein's distance, one row of the table at a time.</summary>
    static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
