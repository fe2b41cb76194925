// Content that a program sends from a stream (RFC 4975 7.1.1): read outside of the mailbox, at most so far ahead of what the connection takes.
//
//   the program's stream ── FillAsync (scheduler) ──► pipe, 256 KiB ──► Take (mailbox) ──► chunks
using System.IO.Pipelines;
using Confab.Runtime;

namespace Confab.Client.Media;

internal sealed class ContentSource(World world, byte[] head) : IDisposable
{
    private const int Ahead = 256 * 1024; // octets; as much as the outbox sends ahead of the answers
    private const int Piece = 32 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: world.Scheduler, writerScheduler: world.Scheduler, pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, useSynchronizationContext: false));

    private readonly CancellationTokenSource _stop = new();
    private ReadOnlyMemory<byte> _head = head;
    private bool _isClosed;

    /// <summary>Why the stream gave less than was promised; null while it does not.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How much of the program's stream is sent.</summary>
    public static long Length(Stream content, long? length)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanRead) throw new ArgumentException("The stream cannot be read, or has been closed.", nameof(content));
        if (length is null && !content.CanSeek) throw new ArgumentException("The stream does not know its length; give one.", nameof(length));
        var octets = length ?? content.Length - content.Position;
        ArgumentOutOfRangeException.ThrowIfNegative(octets, nameof(length));
        return octets;
    }

    /// <summary>Begins to read; <paramref name="changed"/> is called, on any thread, whenever there is more to take, or no more will come.</summary>
    public void Start(Stream content, long length, Action changed) => world.Scheduler.Schedule(_ => _ = FillAsync(content, length, changed), null);

    /// <summary>What there is now, as <see cref="Confab.Msrp.OutgoingMessage"/> asks for it.</summary>
    public int Take(Span<byte> target)
    {
        if (_isClosed) return -1;
        if (!_pipe.Reader.TryRead(out var read)) return 0;
        if (!_head.IsEmpty)
        {
            _pipe.Reader.AdvanceTo(read.Buffer.Start); // the headers go out with the first of the content, or alone where there is none
            var taken = Math.Min(target.Length, _head.Length);
            _head.Span[..taken].CopyTo(target);
            _head = _head[taken..];
            return taken;
        }

        if (read.Buffer.IsEmpty)
        {
            _pipe.Reader.AdvanceTo(read.Buffer.End);
            return read.IsCompleted ? -1 : 0;
        }

        var part = read.Buffer.FirstSpan;
        var length = Math.Min(part.Length, target.Length);
        part[..length].CopyTo(target);
        _pipe.Reader.AdvanceTo(read.Buffer.GetPosition(length));
        return length;
    }

    /// <summary>Nothing more is taken: reading ends, however long the stream would have made us wait.</summary>
    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        _pipe.Reader.Complete();
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task FillAsync(Stream content, long length, Action changed)
    {
        var writer = _pipe.Writer;
        try
        {
            var stop = _stop.Token;
            while (length > 0)
            {
                var memory = writer.GetMemory(Piece);
                var read = await content.ReadAsync(memory[..(int)Math.Min(memory.Length, length)], stop).ConfigureAwait(false);
                if (read == 0)
                {
                    Failure = new EndOfStreamException($"The content ended {length} octets before the length that was given.");
                    break;
                }

                writer.Advance(read);
                length -= read;
                var flushing = writer.FlushAsync(stop);
                changed();
                if ((await flushing.ConfigureAwait(false)).IsCompleted) break; // nothing more is taken
            }
        }
        catch (Exception e)
        {
            Failure = e; // the program's stream, which may throw what it likes: told to who gave it
        }

        await writer.CompleteAsync().ConfigureAwait(false);
        changed();
    }
}
