using Confab.Cli.Chat.Verbs;

namespace Confab.Cli.Chat;

/// <summary>All commands of the chat: each is a file in Verbs and a line here.</summary>
static class VerbList
{
    public static IReadOnlyList<Verb> All { get; } =
        [Call.Verb, Group.Verb, Join.Verb, Accept.Verb, Decline.Verb, Add.Verb, Remove.Verb, Extend.Verb, Modify.Verb, Leave.Verb, Rejoin.Verb, Page.Verb, Large.Verb,
         Who.Verb, Anonymous.Verb, Sessions.Verb, Use.Verb, Help.Verb, Quit.Verb];

    public static Verb? Find(string name) => All.FirstOrDefault(verb => verb.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What to say of a command that does not exist: the ones that look like it.</summary>
    public static string Unknown(string name)
    {
        var near = All.Where(verb => IsNear(verb.Name, name)).Select(static verb => verb.Name).ToArray();
        return near.Length > 0
            ? $"There is no command {name}. Did you mean {string.Join(" or ", near)}?"
            : $"There is no command {name}. There are: {string.Join(' ', All.Select(static verb => verb.Name))}";
    }

    static bool IsNear(string known, string typed) =>
        typed.Length > 1 && (known.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || Distance(known, typed.ToLowerInvariant()) <= Math.Max(1, known.Length / 3));

    /// <summary>Insertions, deletions and replacements that make one of the other (Levenshtein).</summary>
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
