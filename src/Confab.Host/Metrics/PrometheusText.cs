using System.Globalization;
using System.Text;

namespace Confab.Host.Metrics;

/// <summary>Prometheus' text exposition format 0.0.4.</summary>
static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The family's name: dots become underscores; the unit, and <c>_total</c> for a counter, stand at the end.</summary>
    public static string Name(string instrument, string? unit, FamilyKind kind)
    {
        var name = string.Concat(instrument.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (!name.EndsWith(suffix, StringComparison.Ordinal))
            name += suffix;
        return kind == FamilyKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    public static string Write(IEnumerable<Family> families)
    {
        var text = new StringBuilder();
        // Two meters may have instruments of one name: one heading for both.
        foreach (var same in families.Where(f => f.Series.Count > 0).GroupBy(f => f.Name, StringComparer.Ordinal))
        {
            var first = same.First();
            text.Append("# HELP ").Append(same.Key).Append(' ').Append(Escape(first.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(same.Key).Append(' ').Append(Type(first.Kind)).Append('\n');
            foreach (var series in same.SelectMany(f => f.Series))
                Write(text, same.Key, first.Kind, series);
        }

        return text.ToString();
    }

    static string Type(FamilyKind kind) => kind switch
    {
        FamilyKind.Counter => "counter",
        FamilyKind.Histogram => "histogram",
        _ => "gauge",
    };

    static void Write(StringBuilder text, string name, FamilyKind kind, Series series)
    {
        if (kind != FamilyKind.Histogram)
        {
            Line(text, name, series, bound: null, series.Value);
            return;
        }

        var count = 0L;
        for (var i = 0; i <= series.Bounds.Count; i++)
        {
            count += series.CountAt(i);
            Line(text, name + "_bucket", series, i == series.Bounds.Count ? "+Inf" : Number(series.Bounds[i]), count);
        }

        Line(text, name + "_sum", series, bound: null, series.Value);
        Line(text, name + "_count", series, bound: null, count);
    }

    static void Line(StringBuilder text, string name, Series series, string? bound, double value)
    {
        var labels = series.Tags.Select(t => $"{Label(t.Key)}=\"{Escape(Convert.ToString(t.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\"");
        if (bound is not null)
            labels = labels.Append($"le=\"{bound}\"");
        var all = string.Join(',', labels);
        text.Append(name).Append(all.Length == 0 ? "" : "{" + all + "}").Append(' ').Append(Number(value)).Append('\n');
    }

    static string Label(string key)
    {
        var label = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return char.IsAsciiDigit(label[0]) ? "_" + label : label;
    }

    static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
