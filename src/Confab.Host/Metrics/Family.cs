using System.Diagnostics.Metrics;

namespace Confab.Host.Metrics;

enum FamilyKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One instrument and its series, one for each set of tags seen. Tags are few by rule; one set too many goes into a series of its own.</summary>
sealed class Family
{
    /// <summary>Series kept for one instrument: a tag with more values than this is a mistake, and must not become growth.</summary>
    public const int MaxSeries = 128;

    static readonly KeyValuePair<string, object?>[] OverflowTags = [new("overflow", "true")];
    static readonly double[] SecondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    static readonly double[] SizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    readonly bool _isAbsolute;
    readonly double[] _buckets;
    Series[] _series = [];

    public Family(Instrument instrument)
    {
        var type = instrument.GetType();
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        Kind = kind == typeof(Histogram<>) ? FamilyKind.Histogram
            : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? FamilyKind.Counter
            : FamilyKind.Gauge;
        _isAbsolute = instrument.IsObservable || kind == typeof(Gauge<>);
        _buckets = Kind != FamilyKind.Histogram ? [] : Boundaries(instrument) ?? (instrument.Unit == "s" ? SecondsBuckets : SizeBuckets);
        Name = PrometheusText.Name(instrument.Name, instrument.Unit, Kind);
        Help = instrument.Description ?? instrument.Name;
    }

    public string Name { get; }

    public string Help { get; }

    public FamilyKind Kind { get; }

    public IReadOnlyList<Series> Series => Volatile.Read(ref _series);

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        if (Kind == FamilyKind.Histogram)
            series.Record(value);
        else if (_isAbsolute)
            series.Set(value);
        else
            series.Add(value);
    }

    Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        while (true)
        {
            var known = Volatile.Read(ref _series);
            foreach (var series in known)
            {
                if (series.Has(tags))
                    return series;
            }

            if (known.Length == MaxSeries)
                return known[^1];
            var added = new Series(known.Length == MaxSeries - 1 ? OverflowTags : tags.ToArray(), _buckets);
            if (Interlocked.CompareExchange(ref _series, [.. known, added], known) == known)
                return added;
        }
    }

    static double[]? Boundaries(Instrument instrument) => instrument switch
    {
        Histogram<double> h => h.Advice?.HistogramBucketBoundaries?.ToArray(),
        Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        _ => null,
    };
}
