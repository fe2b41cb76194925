namespace Confab.Msrp;

/// <summary>Which bytes of a message have come, in whatever order (RFC 4975 7.3.1); holes are bounded.</summary>
internal sealed class ByteRanges
{
    private const int MostParts = 64;

    private readonly List<(long Start, long End)> _parts = []; // in order, apart from each other

    /// <summary>Whether all bytes up to this one are there; zero for an empty message.</summary>
    public bool IsComplete(long last) => last == 0 || (_parts.Count == 1 && _parts[0].Start == 1 && _parts[0].End >= last);

    /// <summary>Adds bytes; false when the message has more holes than are kept.</summary>
    public bool Add(long start, long end)
    {
        if (end < start) return true;
        var i = _parts.Count;
        while (i > 0 && _parts[i - 1].Start > start) i--; // most come behind all others
        if (i > 0 && _parts[i - 1].End >= start - 1)
        {
            i--;
            start = _parts[i].Start;
            end = Math.Max(end, _parts[i].End);
            _parts.RemoveAt(i);
        }

        while (i < _parts.Count && _parts[i].Start <= end + 1)
        {
            end = Math.Max(end, _parts[i].End);
            _parts.RemoveAt(i);
        }

        if (_parts.Count == MostParts) return false;
        _parts.Insert(i, (start, end));
        return true;
    }
}
