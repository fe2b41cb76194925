namespace Confab.Sim;

/// <summary>Bytes in their order: appended behind, dropped in front.</summary>
internal sealed class ByteQueue
{
    private byte[] _bytes = [];
    private int _start;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_start + Length + bytes.Length > _bytes.Length)
        {
            var grown = new byte[Math.Max(256, (Length + bytes.Length) * 2)];
            Span.CopyTo(grown);
            _bytes = grown;
            _start = 0;
        }

        bytes.CopyTo(_bytes.AsSpan(_start + Length));
        Length += bytes.Length;
    }

    public void Drop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Length -= count;
        _start = Length == 0 ? 0 : _start + count;
    }

    public void Clear() => Drop(Length);
}
