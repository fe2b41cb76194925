namespace Confab.Host.Metrics;

/// <summary>The numbers of one set of tags.</summary>
sealed class Series(KeyValuePair<string, object?>[] tags, double[] bounds)
{
    readonly long[] _counts = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    double _value;

    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>The count, the level, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _value);

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>How many fell at or below the bound (the one behind the last is infinity) and above the one before.</summary>
    public long CountAt(int bucket) => Volatile.Read(ref _counts[bucket]);

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (other.Length != tags.Length)
            return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!string.Equals(tags[i].Key, other[i].Key, StringComparison.Ordinal) || !Equals(tags[i].Value, other[i].Value))
                return false;
        }

        return true;
    }

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        double seen;
        do
            seen = Volatile.Read(ref _value);
        while (Interlocked.CompareExchange(ref _value, seen + value, seen) != seen);
    }

    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Add(value);
    }
}
