using System.Globalization;
using System.Net;
using System.Text;
using Confab.Runtime;

namespace Confab.Tests.VirtualDay;

/// <summary>The last that happened: what people did, and the server's SIP messages by their first lines.</summary>
internal sealed class Diary
{
    private const int Lines = 400;

    private readonly TimeProvider _time;
    private readonly Queue<string> _lines = new();

    public Diary(TimeProvider time, WireTap tap)
    {
        _time = time;
        tap.Seen += record =>
        {
            if (record.Protocol != "sip") return;
            var text = Encoding.Latin1.GetString(record.Bytes.Span);
            var method = text.StartsWith("SIP/2.0", StringComparison.Ordinal) ? Header(text, "CSeq: ") : "";
            var who = ((IPEndPoint)record.Remote).Address;
            Note($"   {(record.Outgoing ? "->" : "<-")} {who} {text.Split("\r\n")[0]} {method} {Header(text, "Call-ID: ")} {Header(text, "Subscription-State: ")}");
        };
    }

    public void Note(string line)
    {
        if (_lines.Count == Lines) _lines.Dequeue();
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow():HH:mm:ss.fff} {line}"));
    }

    public override string ToString() => string.Join('\n', _lines);

    private static string Header(string message, string name)
    {
        var start = message.IndexOf(name, StringComparison.Ordinal);
        return start < 0 ? "" : message[start..].Split("\r\n")[0][name.Length..];
    }
}
