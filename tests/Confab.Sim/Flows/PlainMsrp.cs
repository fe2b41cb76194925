// An MSRP frame as plain text, read and written with code of the cast's own.
using System.Text;

namespace Confab.Sim.Flows;

/// <summary>A request or response: RFC 4975 7, 9.</summary>
internal sealed class PlainMsrp
{
    public required string TransactionId { get; init; }

    /// <summary><c>SEND</c>, <c>REPORT</c>, or <c>200 OK</c>.</summary>
    public required string Kind { get; init; }

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Null where there is no content at all, which differs from an empty one.</summary>
    public byte[]? Body { get; set; }

    public char Flag { get; set; } = '$';

    public bool IsResponse => char.IsAsciiDigit(Kind[0]);

    public string? this[string name] => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public void Set(string name, string value)
    {
        var at = Headers.FindIndex(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at < 0) Headers.Add(new(name, value));
        else Headers[at] = new(name, value);
    }

    public void Remove(string name) => Headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Bytes of the first frame in the buffer; 0 when it is not all there.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        var line = bytes.IndexOf("\r\n"u8);
        if (line < 0) return 0;
        var id = Encoding.UTF8.GetString(bytes[..line]).Split(' ')[1];
        var marker = Encoding.UTF8.GetBytes($"\r\n-------{id}"); // an end-line is a line of its own: a path may hold the same
        var at = bytes.IndexOf(marker);
        return at < 0 || at + marker.Length + 3 > bytes.Length ? 0 : at + marker.Length + 3;
    }

    public static PlainMsrp Parse(ReadOnlySpan<byte> bytes)
    {
        var lineEnd = bytes.IndexOf("\r\n"u8);
        var start = Encoding.UTF8.GetString(bytes[..lineEnd]).Split(' ', 3);
        var end = bytes.LastIndexOf(Encoding.UTF8.GetBytes($"-------{start[1]}"));
        var frame = new PlainMsrp { TransactionId = start[1], Kind = start[2], Flag = (char)bytes[^3] };
        var rest = bytes[(lineEnd + 2)..end];
        var empty = rest.StartsWith("\r\n"u8) ? 0 : rest.IndexOf("\r\n\r\n"u8);
        var head = Encoding.UTF8.GetString(empty < 0 ? rest : rest[..empty]);
        foreach (var line in head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            frame.Headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }

        if (empty >= 0) frame.Body = rest[(empty + 4)..^2].ToArray();
        return frame;
    }

    public byte[] ToBytes()
    {
        var head = new StringBuilder($"MSRP {TransactionId} {Kind}\r\n");
        foreach (var (name, value) in Headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (Body is not null) head.Append("\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. Body ?? [], .. Encoding.UTF8.GetBytes($"{(Body is null ? "" : "\r\n")}-------{TransactionId}{Flag}\r\n")];
    }

    public override string ToString() => Encoding.UTF8.GetString(ToBytes());
}
