using System.Globalization;

namespace Confab.Bench.Report;

/// <summary>Values along an axis.</summary>
internal sealed class Scale
{
    private readonly double _least;
    private readonly double _from;
    private readonly double _to;
    private readonly bool _isLog;

    public Scale(double least, double most, double from, double to, bool isLog)
    {
        _isLog = isLog;
        _least = isLog ? Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1e-9)) - 0.01)) : 0;
        Most = isLog ? Math.Pow(10, Math.Ceiling(Math.Log10(most) - 0.001)) : most;
        (_from, _to) = (from, to);
    }

    public double Most { get; }

    public double At(double value)
    {
        var share = _isLog ? Math.Log10(Math.Max(value, _least) / _least) / Math.Log10(Most / _least) : (value - _least) / (Most - _least);
        return _from + (Math.Clamp(share, 0, 1) * (_to - _from));
    }

    public IEnumerable<(double Value, string Text)> Ticks()
    {
        if (_isLog)
        {
            for (var value = _least; value <= Most * 1.001; value *= 10) yield return (value, Short(value));
            yield break;
        }

        var step = Math.Pow(10, Math.Floor(Math.Log10(Most)));
        foreach (var share in (double[])[1, 0.5, 0.2])
        {
            if (Most / (step * share) < 4) continue;
            step *= share;
            break;
        }

        for (var i = 0; i * step <= Most; i++) yield return (i * step, Short(i * step));
    }

    public static string Short(double value) => Math.Abs(value) >= 1000
        ? (value / 1000).ToString("#,0.##", CultureInfo.InvariantCulture) + "k"
        : Math.Round(value, 6).ToString("0.####", CultureInfo.InvariantCulture);
}
