using Confab.Runtime;

namespace Confab.Tests.Runtime;

/// <summary>A handler on real sockets: keeps what it hears, and lets a test wait for it.</summary>
internal sealed class Ears(Func<ReadOnlyMemory<byte>, int>? take = null) : IStreamHandler
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<byte> _bytes = [];
    private readonly List<EndReason> _closed = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Done)> _waiting = [];

    public byte[] Bytes
    {
        get
        {
            lock (_gate) return [.. _bytes];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _bytes.Count;
        }
    }

    public IReadOnlyList<EndReason> Closed
    {
        get
        {
            lock (_gate) return [.. _closed];
        }
    }

    /// <summary>The most bytes that were shown at once.</summary>
    public int Longest { get; private set; }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        Longest = Math.Max(Longest, bytes.Length);
        var consumed = take is null ? bytes.Length : take(bytes.ToArray());
        lock (_gate) _bytes.AddRange(bytes[..consumed]);
        Tell();
        return consumed;
    }

    public void OnClosed(EndReason reason)
    {
        lock (_gate) _closed.Add(reason);
        Tell();
    }

    /// <summary>Waits until so many bytes were consumed.</summary>
    public Task Hears(int count) => Until(() => _bytes.Count >= count);

    /// <summary>Waits for the end; its reason.</summary>
    public async Task<EndReason> Ends()
    {
        await Until(() => _closed.Count > 0);
        return Closed[0];
    }

    private Task Until(Func<bool> holds)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (holds()) return Task.CompletedTask;
            _waiting.Add((holds, done));
        }

        return done.Task.WaitAsync(s_patience);
    }

    private void Tell()
    {
        lock (_gate)
        {
            foreach (var (holds, done) in _waiting)
            {
                if (holds()) done.TrySetResult();
            }
        }
    }
}
