namespace Confab.Client.Media;

/// <summary>What a program reads of a large message. Closing it before its end refuses the rest.</summary>
internal sealed class ContentStream(Stream inner, Action gone) : Stream
{
    private long _size = -1;
    private long _readSoFar;
    private int _isGone;

    /// <summary>Octets that the program has read.</summary>
    public long ReadSoFar => Volatile.Read(ref _readSoFar);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _size >= 0 ? _size : throw new NotSupportedException("The sender does not say how long the content is.");

    public override long Position
    {
        get => ReadSoFar;
        set => throw new NotSupportedException();
    }

    public void Announce(long size) => _size = size;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _readSoFar, read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Interlocked.Add(ref _readSoFar, read);
        return read;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isGone, 1) == 0)
        {
            inner.Dispose();
            gone();
        }

        base.Dispose(disposing);
    }
}
