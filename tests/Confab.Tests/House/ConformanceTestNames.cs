// The rows that the name of a test states: IMC_GEN_1_to_8_an_invite_says_who_we_are is IMC-GEN-1 to IMC-GEN-8.
using System.Text.RegularExpressions;

namespace Confab.Tests.House;

/// <summary>Reads rows out of test names; <c>and</c> and <c>to</c> join them, and a group may follow another.</summary>
sealed partial class ConformanceTestNames(IReadOnlyCollection<string> rows)
{
    readonly HashSet<string> _rows = [.. rows];
    readonly HashSet<string> _groups = [.. rows.Select(static r => string.Join('-', r.Split('-')[..2]))];

    public IEnumerable<string> RowsOf(string source) => TestName().Matches(source).SelectMany(m => Read(m.Groups["name"].Value.Split('_'))).Distinct(StringComparer.Ordinal);

    IEnumerable<string> Read(string[] words)
    {
        var (area, group, last) = (words[0], "", "");
        for (var i = 1; i < words.Length; i++)
        {
            var word = words[i];
            if (word is "and") continue;
            if (word is "to" && last.Length > 0 && i + 1 < words.Length)
            {
                foreach (var row in Conformance.Expand($"{last}..{words[i + 1]}").Where(_rows.Contains)) yield return row;
                i++;
            }
            else if (_rows.Contains($"{area}-{group}-{word}")) yield return last = $"{area}-{group}-{word}";
            else if (_rows.Contains($"{area}-{word}")) yield return last = $"{area}-{word}"; // as XDM-1, which has no group
            else if (_groups.Contains($"{area}-{word}")) group = word;
            else yield break;
        }
    }

    [GeneratedRegex(@"\b(Task|void) (?<name>(IMC|IMS|IMP|MSW|XDM|COM)_\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();
}
