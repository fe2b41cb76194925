using System.Text;

namespace Confab.Bench.Report;

/// <summary>Makes the tables of bench/RESULTS.md and docs/performance.md and the charts of docs/charts from the journal; what people wrote there stays.</summary>
internal static class ReportRun
{
    private const string Begin = "<!-- figures: written by bench/run report -->";
    private const string End = "<!-- end of figures -->";

    public static void Run()
    {
        var journal = Journal.Read();
        if (journal.Count == 0) throw new BenchFailedException("bench/results.jsonl has no figures yet; bench/run all makes them");
        var table = Table(journal);
        Replace("bench/RESULTS.md", table);
        Replace("docs/performance.md", table);
        var charts = Path.Combine(Places.Root, "docs/charts");
        Directory.CreateDirectory(charts);
        foreach (var (name, svg) in Charts.All(journal)) File.WriteAllText(Path.Combine(charts, name + ".svg"), svg);
        Console.WriteLine("Written: bench/RESULTS.md, docs/performance.md, docs/charts/*.svg");
    }

    /// <summary>A figure as the tables show it.</summary>
    public static string Say(Journal figure, string format) =>
        $"{Figures.Text(figure.Median, format)} [{Figures.Text(figure.Min, format)} .. {Figures.Text(figure.Max, format)}]";

    private static string Table(Dictionary<string, Journal> journal)
    {
        var text = new StringBuilder();
        text.AppendLine("| what | `bench/run` | measured: median [least .. most] | budget | | at |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        var used = new List<Journal>();
        foreach (var budget in Budget.All)
        {
            if (!journal.TryGetValue(budget.Figure, out var figure)) continue;
            used.Add(figure);
            var verdict = figure.Median > budget.Most ? "**missed**" : figure.Max > budget.Most ? "met; not in every round" : "met";
            text.AppendLine($"| {budget.What} | `{budget.Command}` | {Say(figure, budget.Format)} {figure.Unit} | <= {Figures.Text(budget.Most, "0.###")} {figure.Unit} | {verdict} | {figure.Commit} |");
        }

        text.AppendLine();
        text.AppendLine("The costs behind them:");
        text.AppendLine();
        text.AppendLine("| figure | measured: median [least .. most] | rounds | date | commit | load |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var figure in journal.Values.OrderBy(static f => f.Name, StringComparer.Ordinal).Where(f => !used.Contains(f)))
            text.AppendLine($"| {figure.Name} | {Say(figure, "0.###")} {figure.Unit} | {figure.Rounds} | {figure.Date} | {figure.Commit} | {Figures.Text(figure.Load, "0.0")} |");
        text.AppendLine();
        foreach (var where in journal.Values.Select(static f => $"{f.Machine}; {f.Versions}.").Distinct(StringComparer.Ordinal)) text.AppendLine(where);
        return text.ToString();
    }

    private static void Replace(string path, string figures)
    {
        var file = Path.Combine(Places.Root, path);
        if (!File.Exists(file)) return;
        var text = File.ReadAllText(file);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new BenchFailedException($"{path} has lost its line '{Begin}', or the one that ends the figures");
        File.WriteAllText(file, $"{text[..(from + Begin.Length)]}\n{figures}{text[to..]}");
    }
}
