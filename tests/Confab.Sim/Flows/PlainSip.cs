// A SIP message as plain text. The cast reads and writes with code of its own, so that a fault of the product's parser or writer shows.
using System.Globalization;
using System.Text;

namespace Confab.Sim.Flows;

/// <summary>Start line, header fields in their order, body.</summary>
internal sealed class PlainSip
{
    public required string StartLine { get; init; }

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public string Body { get; set; } = "";

    public bool IsResponse => StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal);

    public int Status => IsResponse ? int.Parse(StartLine.AsSpan(8, 3), CultureInfo.InvariantCulture) : 0;

    /// <summary>Of a response: that of the request it answers.</summary>
    public string Method => IsResponse ? CSeq.Method : StartLine[..StartLine.IndexOf(' ', StringComparison.Ordinal)];

    public string Uri => StartLine.Split(' ')[1];

    public (int Number, string Method) CSeq
    {
        get
        {
            var parts = (this["CSeq"] ?? "0 NONE").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (int.TryParse(parts[0], CultureInfo.InvariantCulture, out var number) ? number : 0, parts[^1]);
        }
    }

    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    public void Add(string name, string value) => Headers.Add(new(name, value));

    public void Set(string name, string value)
    {
        var at = Headers.FindIndex(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        Remove(name);
        Headers.Insert(at < 0 ? Headers.Count : at, new(name, value));
    }

    public void Remove(string name) => Headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Bytes of the first message in the buffer; 0 when it is not all there. Line ends before it count.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (start < bytes.Length && bytes[start] is (byte)'\r' or (byte)'\n') start++;
        var head = bytes[start..].IndexOf("\r\n\r\n"u8);
        if (head < 0) return start == bytes.Length ? start : 0;
        var length = Parse(bytes.Slice(start, head + 4))["Content-Length"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var whole = start + head + 4 + length;
        return whole <= bytes.Length ? whole : 0;
    }

    public static PlainSip Parse(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\r', '\n');
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = text[..(end < 0 ? text.Length : end)].Split("\r\n");
        var message = new PlainSip { StartLine = lines[0], Body = end < 0 ? "" : text[(end + 4)..] };
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            message.Add(line[..Math.Max(colon, 0)].Trim(), line[(colon + 1)..].Trim());
        }

        return message;
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    public override string ToString()
    {
        var text = new StringBuilder(StartLine).Append("\r\n");
        foreach (var (name, value) in Headers) text.Append(name).Append(": ").Append(value).Append("\r\n");
        return text.Append("\r\n").Append(Body).ToString();
    }

    /// <summary>The URI of an address: between the angle brackets, or before the first parameter.</summary>
    public static string UriOf(string address)
    {
        var open = address.IndexOf('<', StringComparison.Ordinal);
        if (open >= 0) return address[(open + 1)..address.IndexOf('>', StringComparison.Ordinal)];
        return address.Split(';')[0].Trim();
    }

    /// <summary>The tag of From or To; null when there is none.</summary>
    public static string? TagOf(string? address) =>
        address?[(address.IndexOf('>', StringComparison.Ordinal) + 1)..].Split(';').FirstOrDefault(p => p.TrimStart().StartsWith("tag=", StringComparison.Ordinal))?.Trim()[4..];
}
