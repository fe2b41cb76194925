using System.Net;
using System.Text;
using Confab.Runtime;

namespace Confab.Cli.Demo;

/// <summary>
/// Draws what the wire tap of the server sees as a ladder: a lane a user, the server last. Who is at the other end of a connection is learned
/// from the messages: From and To name the user of a SIP flow, the path in his SDP that of an MSRP connection.
/// </summary>
sealed class Ladder(TextWriter output, IReadOnlyList<string> users, Func<TimeSpan> elapsed)
{
    const int LaneWidth = 10;
    const int LongestLabel = 78;

    readonly Lock _gate = new();
    readonly Dictionary<EndPoint, string> _flows = [];
    readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    public void Title(string scene)
    {
        lock (_gate)
        {
            output.WriteLine();
            output.WriteLine($"-- {scene}");
            output.Write("          ");
            foreach (var user in users) output.Write(user.PadRight(LaneWidth));
            output.WriteLine("im");
        }
    }

    public void Draw(WireRecord record)
    {
        var message = Encoding.UTF8.GetString(record.Bytes.Span);
        lock (_gate)
        {
            var user = record.Protocol == "sip" ? UserOfSip(record, message) : UserOfMsrp(message);
            var lane = user is null ? -1 : IndexOf(user);
            if (lane < 0) return;
            var label = record.Protocol == "sip" ? SipLabel(message) : MsrpLabel(message);
            output.WriteLine($"{elapsed().TotalSeconds,8:F3}  {Rungs(lane, record.Outgoing)}  {Shortened(label)}");
        }
    }

    string Rungs(int lane, bool fromServer)
    {
        var line = new StringBuilder();
        for (var i = 0; i < users.Count; i++)
        {
            if (i < lane) line.Append('│').Append(' ', LaneWidth - 1);
            else if (i == lane) line.Append(fromServer ? '◄' : '├').Append('─', LaneWidth - 1);
            else line.Append('─', LaneWidth);
        }

        return line.Append(fromServer ? '┤' : '►').ToString();
    }

    string? UserOfSip(WireRecord record, string message)
    {
        // A request names its sender in From, a response its answerer in To; which of the two the user is depends on who sent it.
        var isResponse = message.StartsWith("SIP/2.0", StringComparison.Ordinal);
        if (!_flows.TryGetValue(record.Remote, out var user))
        {
            user = UserIn(Field(message, record.Outgoing == isResponse ? "From:" : "To:"));
            if (IndexOf(user) < 0) return null;
            _flows[record.Remote] = user;
        }

        if (!record.Outgoing && Field(message, "a=path:") is { Length: > 0 } path) _paths[path] = user;
        return user;
    }

    string? UserOfMsrp(string message)
    {
        return _paths.GetValueOrDefault(Field(message, "From-Path:")) ?? _paths.GetValueOrDefault(Field(message, "To-Path:"));
    }

    static string SipLabel(string message)
    {
        var line = message[..message.IndexOf('\r', StringComparison.Ordinal)];
        var method = Field(message, "CSeq:").Split(' ')[^1];
        return line.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? $"{line[8..]} ({method})" : line.Replace(" SIP/2.0", "", StringComparison.Ordinal);
    }

    static string MsrpLabel(string message)
    {
        var line = message[..message.IndexOf('\r', StringComparison.Ordinal)];
        var label = "MSRP " + line[(line.IndexOf(' ', 5) + 1)..];
        var end = message.LastIndexOf("\r\n-------", StringComparison.Ordinal);
        var text = end > 0 && message.Contains("message/cpim", StringComparison.Ordinal) ? message[(message.LastIndexOf("\r\n\r\n", end, StringComparison.Ordinal) + 4)..end] : "";
        return text.Length > 0 ? $"{label} \"{text}\"" : label;
    }

    int IndexOf(string user)
    {
        for (var i = 0; i < users.Count; i++)
        {
            if (users[i] == user) return i;
        }

        return -1;
    }

    static string Shortened(string label) => label.Length <= LongestLabel ? label : string.Concat(label.AsSpan(0, LongestLabel - 1), "…");

    /// <summary>The value of the first line that begins so, empty where there is none.</summary>
    static string Field(string message, string beginning)
    {
        var at = message.IndexOf("\n" + beginning, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return "";
        var start = at + 1 + beginning.Length;
        return message[start..message.IndexOf('\r', start)].Trim();
    }

    static string UserIn(string field)
    {
        var start = field.IndexOf("sip:", StringComparison.OrdinalIgnoreCase) + 4;
        var end = field.IndexOf('@', StringComparison.Ordinal);
        return start >= 4 && end > start ? field[start..end] : "";
    }
}
