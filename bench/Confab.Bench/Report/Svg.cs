using System.Globalization;
using System.Net;
using System.Text;

namespace Confab.Bench.Report;

/// <summary>An SVG as text. Colours are those of a style that follows the reader's light or dark surroundings.</summary>
internal sealed class Svg(int width, int height, string title)
{
    private const string Style = """
        <style>
        svg { background: #ffffff; font-family: system-ui, 'DejaVu Sans', sans-serif; font-size: 13px; }
        text { fill: #24292f; } .soft { fill: #57606a; } .title { font-size: 16px; font-weight: 600; }
        .grid { stroke: #d0d7de; stroke-width: 1; } .axis { stroke: #57606a; stroke-width: 1; }
        .a { fill: #0969da; } .b { fill: #8c959f; } .c { fill: #bc4c00; } .d { fill: #1a7f37; }
        .la { stroke: #0969da; } .lb { stroke: #8c959f; } .lc { stroke: #bc4c00; } .ld { stroke: #1a7f37; }
        .line { fill: none; stroke-width: 2.5; } .whisker { stroke: #24292f; stroke-width: 1.5; } .budget { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 6 4; } .warn { fill: #cf222e; }
        .back { fill: #ffffff; }
        @media (prefers-color-scheme: dark) {
        svg { background: #0d1117; } .back { fill: #0d1117; } text { fill: #e6edf3; } .soft { fill: #9198a1; } .grid { stroke: #30363d; } .axis { stroke: #9198a1; } .whisker { stroke: #e6edf3; }
        .a { fill: #4493f8; } .b { fill: #6e7681; } .c { fill: #db6d28; } .d { fill: #3fb950; } .la { stroke: #4493f8; } .lb { stroke: #9198a1; } .lc { stroke: #db6d28; } .ld { stroke: #3fb950; }
        .budget { stroke: #f85149; } .warn { fill: #f85149; }
        }
        </style>
        """;

    private readonly StringBuilder _body = new();

    public void Text(double x, double y, string text, string style = "", string anchor = "start", double turned = 0) => _body.AppendLine(
        CultureInfo.InvariantCulture,
        $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" class=\"{style}\" text-anchor=\"{anchor}\"{(turned == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate({turned:0} {x:0.#} {y:0.#})\""))}>{WebUtility.HtmlEncode(text)}</text>");

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _body.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" class=\"{style}\"/>");

    public void Bar(double x, double y, double w, double h, string style) =>
        _body.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(w, 1):0.#}\" height=\"{h:0.#}\" rx=\"2\" class=\"{style}\"/>");

    public void Dot(double x, double y, string style) => _body.AppendLine(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" class=\"{style}\"/>");

    public void Path(IEnumerable<(double X, double Y)> points, string style) =>
        _body.AppendLine(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{p.Y:0.#}")))}\" class=\"line {style}\"/>");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">\n{Style}\n<rect class=\"back\" width=\"{width}\" height=\"{height}\"/>\n{_body}</svg>\n");
}
