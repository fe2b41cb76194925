using System.Collections.Concurrent;

namespace Confab.Cli.Bench;

/// <summary>How units ended: as they should, refused with a status, or never. Any thread may add.</summary>
sealed class Outcomes
{
    readonly ConcurrentDictionary<string, long> _failures = new(StringComparer.Ordinal);
    long _done;

    public long Done => Volatile.Read(ref _done);

    public long Failed => _failures.Values.Sum();

    /// <summary>What went wrong and how often.</summary>
    public IReadOnlyDictionary<string, long> Failures => _failures;

    public void Add() => Interlocked.Increment(ref _done);

    public void Fail(string how) => _failures.AddOrUpdate(how, 1, static (_, n) => n + 1);
}
