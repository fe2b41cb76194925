// Walks over the lines of a body. CRLF is what the formats say; a bare LF is accepted (conflicts 4).
namespace Confab.Content;

ref struct LineReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Where the line last read begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where the next line begins: just after the line end last read.</summary>
    public int Next { get; private set; }

    /// <summary>Whether the line last read had a line end; only the last line may lack one.</summary>
    public bool Terminated { get; private set; }

    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        Start = Next;
        var rest = _bytes[Next..];
        if (rest.IsEmpty)
        {
            line = default;
            return false;
        }
        int end = rest.IndexOf((byte)'\n');
        Terminated = end >= 0;
        line = Terminated ? rest[..end] : rest;
        Next = Terminated ? Next + end + 1 : _bytes.Length;
        if (line.EndsWith("\r"u8)) line = line[..^1];
        return true;
    }
}
