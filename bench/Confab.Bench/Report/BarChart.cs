namespace Confab.Bench.Report;

/// <summary>One bar: a median, its whiskers, its text and colour.</summary>
internal sealed record Bar(string Label, double Median, double Min, double Max, string Said, string Style = "a");

/// <summary>Horizontal bars with whiskers from the least to the largest round, on a straight or a logarithmic axis, and a line for a budget.</summary>
internal static class BarChart
{
    private const int Width = 960;
    private const int Left = 440;
    private const int Right = 150;
    private const int Top = 64;
    private const int Row = 30;
    private const int Thick = 16;

    public static string Draw(string title, string axis, IReadOnlyList<Bar> bars, double? budget = null, bool isLog = false, double? most = null)
    {
        var height = Top + (bars.Count * Row) + 56;
        var svg = new Svg(Width, height, title);
        var end = Math.Max(bars.Max(static b => b.Max), budget ?? 0);
        var scale = new Scale(isLog ? bars.Min(static b => b.Min) : 0, most is { } cut ? Math.Min(cut, end * 1.05) : end * 1.05, Left, Width - Right, isLog);
        var bottom = Top + (bars.Count * Row);
        svg.Text(16, 28, title, "title");
        foreach (var (value, text) in scale.Ticks())
        {
            svg.Line(scale.At(value), Top - 8, scale.At(value), bottom, "grid");
            svg.Text(scale.At(value), bottom + 18, text, "soft", "middle");
        }

        svg.Text((Left + Width - Right) / 2.0, bottom + 42, axis, "soft", "middle");
        for (var i = 0; i < bars.Count; i++)
        {
            var (bar, y) = (bars[i], Top + (i * Row));
            svg.Text(Left - 12, y + 13, bar.Label, "", "end");
            svg.Bar(Left, y, scale.At(bar.Median) - Left, Thick, bar.Style);
            var (from, to) = (scale.At(bar.Min), scale.At(bar.Max));
            svg.Line(from, y + (Thick / 2), to, y + (Thick / 2), "whisker");
            svg.Line(from, y + 4, from, y + Thick - 4, "whisker");
            if (bar.Max <= scale.Most) svg.Line(to, y + 4, to, y + Thick - 4, "whisker");
            svg.Text(Width - Right + 10, y + 13, bar.Said, budget is { } most2 && bar.Median > most2 ? "warn" : "");
        }

        if (budget is { } line)
        {
            svg.Line(scale.At(line), Top - 12, scale.At(line), bottom, "budget");
            svg.Text(scale.At(line), Top - 16, "budget", "warn", "middle");
        }

        return svg.ToString();
    }
}
