namespace Confab.Bench.Report;

/// <summary>One line: how a cost grows.</summary>
internal sealed record Growth(string Label, string Style, IReadOnlyList<(double X, Journal Figure)> Points);

/// <summary>Lines over a logarithmic axis, each point with its whiskers; the vertical axis begins at nought.</summary>
internal static class GrowthChart
{
    private const int Width = 960;
    private const int Height = 420;
    private const int Left = 76;
    private const int Right = 230;
    private const int Top = 56;
    private const int Bottom = 64;

    public static string Draw(string title, string across, string up, IReadOnlyList<Growth> lines)
    {
        var svg = new Svg(Width, Height, title);
        var all = lines.SelectMany(static l => l.Points).ToList();
        var x = new Scale(all.Min(static p => p.X) * 1.05, all.Max(static p => p.X), Left, Width - Right, isLog: true);
        var y = new Scale(0, Math.Max(all.Max(static p => p.Figure.Median) * 1.3, Math.Min(all.Max(static p => p.Figure.Max) * 1.05, all.Max(static p => p.Figure.Median) * 2)), Height - Bottom, Top, isLog: false);
        svg.Text(16, 28, title, "title");
        foreach (var (value, text) in y.Ticks())
        {
            svg.Line(Left, y.At(value), Width - Right, y.At(value), "grid");
            svg.Text(Left - 8, y.At(value) + 4, text, "soft", "end");
        }

        foreach (var value in all.Select(static p => p.X).Distinct())
        {
            svg.Line(x.At(value), Height - Bottom, x.At(value), Height - Bottom + 5, "axis");
            svg.Text(x.At(value), Height - Bottom + 20, Scale.Short(value), "soft", "middle");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2.0, Height - 18, across, "soft", "middle");
        svg.Text(20, (Top + Height - Bottom) / 2.0, up, "soft", "middle", -90);
        var last = double.MinValue;
        foreach (var line in lines.OrderBy(l => y.At(l.Points[^1].Figure.Median)))
        {
            svg.Path(line.Points.Select(p => (x.At(p.X), y.At(p.Figure.Median))), "l" + line.Style);
            foreach (var (at, figure) in line.Points)
            {
                svg.Line(x.At(at), y.At(figure.Min), x.At(at), y.At(figure.Max), "whisker");
                svg.Dot(x.At(at), y.At(figure.Median), line.Style);
            }

            last = Math.Max(y.At(line.Points[^1].Figure.Median) + 4, last + 18);
            svg.Text(x.At(line.Points[^1].X) + 12, last, line.Label);
        }

        return svg.ToString();
    }
}
