using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Confab.Client;

/// <summary>What happened and was not read yet: bounded in events and in octets of their content; what is older gives way.</summary>
internal sealed class EventQueue
{
    private readonly Channel<ImEvent> _events;
    private readonly long _mostOctets;
    private long _octets;

    public EventQueue(int mostEvents, long mostOctets)
    {
        _mostOctets = mostOctets;
        _events = Channel.CreateBounded<ImEvent>(new BoundedChannelOptions(mostEvents) { FullMode = BoundedChannelFullMode.DropOldest }, Lose);
    }

    /// <summary>Called in the client's mailbox alone.</summary>
    public void Add(ImEvent happened)
    {
        Interlocked.Add(ref _octets, OctetsOf(happened));
        if (!_events.Writer.TryWrite(happened)) Lose(happened);
        while (Interlocked.Read(ref _octets) > _mostOctets && _events.Reader.Count > 1 && TryRead(out var oldest)) Close(oldest);
    }

    public bool TryRead([NotNullWhen(true)] out ImEvent? happened)
    {
        if (!_events.Reader.TryRead(out happened)) return false;
        Interlocked.Add(ref _octets, -OctetsOf(happened));
        return true;
    }

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

    public async IAsyncEnumerable<ImEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _events.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryRead(out var happened)) yield return happened;
        }
    }

    public void Complete() => _events.Writer.TryComplete();

    private void Lose(ImEvent lost)
    {
        Interlocked.Add(ref _octets, -OctetsOf(lost));
        Close(lost);
    }

    /// <summary>Nobody will read the content that comes with it.</summary>
    private static void Close(ImEvent lost)
    {
        if (lost is ContentReceived { Content: var content }) content.Dispose();
    }

    private static int OctetsOf(ImEvent happened) => happened switch
    {
        MessageReceived { Content.Length: var length } => length,
        PageReceived { Content.Length: var length } => length,
        _ => 0,
    };
}
