using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

/// <summary>A handler that keeps what it hears; <paramref name="take"/> may consume less than it is shown.</summary>
internal sealed class Heard(Func<ReadOnlyMemory<byte>, int>? take = null) : IStreamHandler
{
    private readonly List<byte> _bytes = [];

    /// <summary>The length of each part that was shown.</summary>
    public List<int> Parts { get; } = [];

    public List<EndReason> Closed { get; } = [];

    public byte[] Bytes => [.. _bytes];

    public int Count => _bytes.Count;

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        Assert.Empty(Closed);
        Parts.Add(bytes.Length);
        var consumed = take?.Invoke(bytes.ToArray()) ?? bytes.Length;
        _bytes.AddRange(bytes[..consumed]);
        return consumed;
    }

    public void OnClosed(EndReason reason) => Closed.Add(reason);
}
