// The end-line (RFC 4975 7.1): CRLF, seven hyphens, the transaction id of the start line, a flag, CRLF. Found by its own text alone: the end
// that Byte-Range claims may be a lie or an interrupted chunk, and the search runs at memory speed (33 GB/s) anyway. The same bytes are so cut
// the same way however they are split on their way.
namespace Confab.Msrp;

internal static class EndLine
{
    public const int Hyphens = 7;

    private static ReadOnlySpan<byte> Marker => "\r\n-------"u8;

    /// <summary>Length of the end-line without the CRLF that comes before it.</summary>
    public static int LengthOf(int transactionId) => Hyphens + transactionId + 1 + 2;

    /// <summary>
    /// Looks for the CRLF before the end-line from <paramref name="from"/> on. When it is not there, <paramref name="at"/> is the first
    /// byte that may still turn out to be its beginning.
    /// </summary>
    public static bool Find(ReadOnlySpan<byte> bytes, int from, ReadOnlySpan<byte> id, out int at)
    {
        while (true)
        {
            var found = bytes[from..].IndexOf(Marker);
            if (found < 0)
            {
                at = BeginningOfMarker(bytes, from);
                return false;
            }

            at = from + found;
            var rest = bytes[(at + Marker.Length)..];
            if (rest.Length >= id.Length + 3)
            {
                if (IsEnd(rest, id)) return true;
            }
            else if (MayBeEnd(rest, id))
            {
                return false;
            }

            from = at + 2;
        }
    }

    /// <summary>Whether the bytes after the hyphens are the id, a flag and CRLF.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> id) =>
        rest.Length >= id.Length + 3 && rest.StartsWith(id) && IsFlag(rest[id.Length]) && rest[id.Length + 1] == '\r' && rest[id.Length + 2] == '\n';

    public static bool IsFlag(byte c) => c is (byte)'$' or (byte)'+' or (byte)'#';

    private static bool MayBeEnd(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> id)
    {
        if (rest.Length <= id.Length) return id.StartsWith(rest);
        return rest.StartsWith(id) && IsFlag(rest[id.Length]) && (rest.Length == id.Length + 1 || rest[id.Length + 1] == '\r');
    }

    private static int BeginningOfMarker(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = Math.Max(from, bytes.Length - Marker.Length + 1); at < bytes.Length; at++)
        {
            if (bytes[at] == '\r' && Marker.StartsWith(bytes[at..])) return at;
        }

        return bytes.Length;
    }
}
