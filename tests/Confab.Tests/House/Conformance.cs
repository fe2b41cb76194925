// The conformance page, put together from what the code, the flows and the tests say of themselves.
//
//   docs/rows.tsv ─────────────► what is asked
//   [Clause] in src ───────────► which file does it
//   "# covers:" in flows, row names in tests ─► what shows it
//   tests/flows/partial.txt ───► what is missing of it, and why
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Confab.Runtime;
using Confab.Sim.Flows;

namespace Confab.Tests.House;

/// <summary>One requirement: its name, the clause it comes from, SHALL or less, and what it asks in short.</summary>
sealed record ConformanceRow(string Id, string Clause, string Level, string Requirement);

/// <summary>What is known of all rows.</summary>
sealed partial class Conformance
{
    const string RowsPath = "docs/rows.tsv";
    const string PartialPath = "tests/flows/partial.txt";

    readonly List<(ClauseAttribute Clause, string File)> _clauses = [.. Clauses()];
    ILookup<string, string>? _tests;

    public IReadOnlyList<ConformanceRow> Rows { get; } =
        [.. Lines(RowsPath).Skip(1).Select(static l => l.Split('\t')).Select(static c => new ConformanceRow(c[0], c[1], c[2], c[3]))];

    /// <summary>Row to the files of src that say they do it.</summary>
    public ILookup<string, string> Claims =>
        _clauses.SelectMany(static c => c.Clause.Rows.SelectMany(Expand).Select(row => (Row: row, c.File))).Distinct().ToLookup(static c => c.Row, static c => c.File, StringComparer.Ordinal);

    /// <summary>Row to the flows that cover it.</summary>
    public ILookup<string, string> Flows { get; } = Repository.Files("tests/flows", "*.flow").Order(StringComparer.Ordinal)
        .SelectMany(static f => FlowParser.Parse(f, Repository.Read(f)).Covers.SelectMany(Expand).Select(row => (Row: row, File: f)))
        .ToLookup(static c => c.Row, static c => c.File, StringComparer.Ordinal);

    /// <summary>Row to the test files that name it, in a comment or as the name of a test.</summary>
    public ILookup<string, string> Tests => _tests ??= Repository.Files("tests", "*.cs").Order(StringComparer.Ordinal)
        .Where(static f => !f.StartsWith("tests/Confab.Tests/House/", StringComparison.Ordinal))
        .SelectMany(f => RowsIn(Repository.Read(f)).Distinct(StringComparer.Ordinal).Select(row => (Row: row, File: f)))
        .ToLookup(static c => c.Row, static c => c.File, StringComparer.Ordinal);

    /// <summary>Row to what is missing of it.</summary>
    public IReadOnlyDictionary<string, string> Partial { get; } = Lines(PartialPath).Where(static l => !l.StartsWith('#'))
        .ToDictionary(static l => l.Split(' ', 2)[0], static l => l.Split(' ', 2)[1].Trim(), StringComparer.Ordinal);

    public bool IsShown(string row) => Flows[row].Any() || Tests[row].Any();

    /// <summary><c>IMS-BYE-1..3</c> is three rows.</summary>
    public static IEnumerable<string> Expand(string rows)
    {
        if (Range().Match(rows) is not { Success: true } match) return [rows];
        var (first, last) = (int.Parse(match.Groups["first"].Value), int.Parse(match.Groups["last"].Value));
        return Enumerable.Range(first, last - first + 1).Select(n => $"{match.Groups["stem"].Value}{n}");
    }

    public string StateOf(string row)
    {
        if (Partial.TryGetValue(row, out var reason)) return $"partial: {reason}";
        if (Rows.Any(r => r.Id == row && r.Level == "none")) return "nothing is asked";
        return (Claims.Contains(row), IsShown(row)) switch
        {
            (true, true) => "done",
            (true, false) => "partial: nothing shows it",
            (false, true) => "partial: no code names it",
            _ => "not yet",
        };
    }

    public string Write()
    {
        var states = Rows.ToDictionary(static r => r.Id, r => StateOf(r.Id), StringComparer.Ordinal);
        var page = new StringBuilder("# Conformance\n\nGenerated from the `[Clause]` attributes of `src/`, the `# covers:` lines of `tests/flows/` and the rows that tests name; ")
            .Append("`CONFORMANCE=update make test` writes it anew.\nThe rows are listed in [rows.tsv](rows.tsv), the reasons for partial ones in ")
            .Append("[partial.txt](../tests/flows/partial.txt).\n\n")
            .Append($"{states.Count} rows: {states.Values.Count(static s => s == "done")} done, {states.Values.Count(static s => s.StartsWith("partial", StringComparison.Ordinal))} partial, ")
            .Append($"{states.Values.Count(static s => s == "not yet")} not yet.\n");
        foreach (var clause in Rows.GroupBy(static r => r.Clause, StringComparer.Ordinal))
        {
            page.Append($"\n## {(clause.Key.StartsWith("RFC ", StringComparison.Ordinal) ? "" : "OMA-IM ")}{clause.Key}\n\n")
                .Append("| Row | Level | Requirement | Code | Flows and tests | State |\n|---|---|---|---|---|---|\n");
            foreach (var row in clause)
            {
                page.Append($"| {row.Id} | {row.Level} | {row.Requirement} | {Links(Claims[row.Id])} | {Links(Flows[row.Id].Concat(Tests[row.Id]))} | {states[row.Id]} |\n");
            }
        }

        page.Append("\n## Clauses by specification\n\n| Specification | Clause | Code |\n|---|---|---|\n");
        foreach (var clause in _clauses.GroupBy(static c => (c.Clause.Specification, c.Clause.Clause)).OrderBy(static g => g.Key.Specification, StringComparer.Ordinal).ThenBy(static g => Sortable(g.Key.Clause), StringComparer.Ordinal))
            page.Append($"| {clause.Key.Specification} | {clause.Key.Clause} | {Links(clause.Select(static c => c.File))} |\n");
        return page.ToString();
    }

    IEnumerable<string> RowsIn(string source) =>
        Name().Matches(source).SelectMany(static m => Expand(m.Value)).Concat(new ConformanceTestNames([.. Rows.Select(static r => r.Id)]).RowsOf(source));

    static string Links(IEnumerable<string> files) =>
        string.Join(", ", files.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static f => $"[{Path.GetFileNameWithoutExtension(f)}](../{f})"));

    /// <summary>Numbers of equal width, so that 9 comes before 13.</summary>
    static string Sortable(string clause) => Digits().Replace(clause, static m => m.Value.PadLeft(5, '0'));

    static IEnumerable<(ClauseAttribute Clause, string File)> Clauses()
    {
        var sources = Repository.Sources().Order(StringComparer.Ordinal).Select(static f => (File: f, Text: Repository.Read(f))).Where(static s => s.Text.Contains("[Clause(", StringComparison.Ordinal)).ToList();
        var assemblies = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)
            .Where(static name => name.StartsWith("confab", StringComparison.OrdinalIgnoreCase) && name is not ("Confab.Tests" or "Confab.Sim"));
        foreach (var name in assemblies)
        {
            foreach (var type in Assembly.Load(name).GetTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
            {
                const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
                var declared = new Regex($@"\b(class|struct|interface|record|enum)\s+{Regex.Escape(type.Name.Split('`')[0])}\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
                foreach (var clause in type.GetCustomAttributes<ClauseAttribute>().Concat(type.GetMembers(all).Where(static m => m is not Type).SelectMany(static m => m.GetCustomAttributes<ClauseAttribute>())))
                {
                    var head = $"[Clause(\"{clause.Specification}\", \"{clause.Clause}\"";
                    yield return (clause, sources.First(s => s.Text.Contains(head, StringComparison.Ordinal) && declared.IsMatch(s.Text)).File);
                }
            }
        }
    }

    static string[] Lines(string path) => Repository.Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(?<stem>.*-[A-Z]*)(?<first>\d+)\.\.[A-Z]*(?<last>\d+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Range();

    [GeneratedRegex(@"\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\b(IMC|IMS|IMP|MSW|XDM|COM)-[A-Z0-9]+(-[A-Z0-9]+[a-z0-9]*)*(\.\.[A-Z]*\d+)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
