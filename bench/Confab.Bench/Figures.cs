using System.Globalization;

namespace Confab.Bench;

/// <summary>Figures of repeated runs: the median, and the least and the most in brackets.</summary>
internal static class Figures
{
    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    public static string Of(IReadOnlyList<double> values, string format) =>
        string.Create(CultureInfo.InvariantCulture, $"{Text(Median(values), format)} [{Text(values.Min(), format)}..{Text(values.Max(), format)}]");

    public static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
