// Whether what came is what the play lists. The first difference is told in words.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Confab.Sim.Flows;

/// <summary>Compares arrivals with lines.</summary>
internal sealed partial class Expectation(FlowStage stage, FlowVariables variables)
{
    /// <summary>The first difference; null when it fits.</summary>
    public string? Difference(MessageStep step, Arrival arrival) =>
        arrival.IsClose ? "the connection was closed" : step.IsMsrp ? OfMsrp(step, arrival) : OfSip(step, arrival.Sip!, arrival);

    private string? OfSip(MessageStep step, PlainSip message, Arrival arrival)
    {
        var words = step.Head.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var isStatus = int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status);
        if (isStatus != message.IsResponse) return message.IsResponse ? "it is a response" : "it is a request";
        if (isStatus && status != message.Status) return $"the status is {message.Status}";
        if (isStatus && words.Length > 1 && words[1] != message.Method) return $"it answers a {message.Method}";
        if (!isStatus && words[0] != message.Method) return $"the method is {message.Method}";
        if (!isStatus && words.Length > 1 && !variables.Matches(words[1], message.Uri)) return $"the Request-URI is {message.Uri}";
        if (step.Has("again") && !stage.Arrivals.Any(a => a != arrival && a.IsListed && a.Member == arrival.Member && a.Bytes.AsSpan().SequenceEqual(arrival.Bytes)))
            return "no earlier message is the same to the octet";
        return step.Cells.Select(c => OfCell(c, message)).FirstOrDefault(static d => d is not null) ?? Ungainly(message);
    }

    private string? OfCell(FlowCell cell, PlainSip message)
    {
        if (cell.Name is "sdp" or "line")
        {
            var found = message.Body.Split("\r\n").Any(l => variables.Matches(cell.Value, l));
            return found == (cell.Kind != CellKind.Absent) ? null : $"{(found ? "a" : "no")} line of the body is '{cell.Value}'";
        }

        if (cell.Name == "body")
        {
            if (cell.Kind == CellKind.Absent && cell.Value.Length > 0) return variables.Matches(cell.Value, message.Body) ? $"the body is '{cell.Value}'" : null;
            if (cell.Kind == CellKind.Absent) return message.Body.Length == 0 ? null : "there is a body";
            var wanted = stage.Script.Bodies.TryGetValue(cell.Value, out var named) ? named.Text : cell.Value;
            return variables.Matches(wanted, message.Body) ? null : $"the body is not '{wanted}'";
        }

        var values = message.All(cell.Name).ToList();
        if (cell.Kind == CellKind.Absent)
        {
            // '!Allow: *UPDATE*' is absent with that value; '!Allow' altogether.
            var wrong = cell.Value.Length == 0 ? values.FirstOrDefault() : values.FirstOrDefault(v => variables.Matches(cell.Value, v));
            return wrong is null ? null : $"{cell.Name} is there: {wrong}";
        }

        if (values.Count == 0) return $"{cell.Name} is missing";
        return cell.Value.Length == 0 || values.Exists(v => variables.Matches(cell.Value, v)) ? null : $"{cell.Name} is '{string.Join("' and '", values)}'";
    }

    /// <summary>What holds for every message of the server, so that no line needs to say it: COM-VER, IMS-GEN-1, RFC 3261 8.1.1, 20.</summary>
    private static string? Ungainly(PlainSip message)
    {
        var release = message.IsResponse ? message["Server"] : message["User-Agent"];
        var misplaced = message.IsResponse ? message["User-Agent"] : message["Server"];
        if (misplaced is not null) return $"the release stands in the wrong header: {misplaced}";
        if (message.Status != 100 && message.Method is not ("ACK" or "CANCEL") && release?.StartsWith("IM-serv/OMA1.0", StringComparison.Ordinal) != true)
            return $"the release of the server is missing: {release}";
        if (message.IsResponse && message.Status != 100 && PlainSip.TagOf(message["To"]) is null) return "To has no tag";
        if (!message.IsResponse && message["Max-Forwards"] is null) return "Max-Forwards is missing";
        if (message["Content-Length"] != Encoding.UTF8.GetByteCount(message.Body).ToString(CultureInfo.InvariantCulture)) return $"Content-Length is '{message["Content-Length"]}'";
        if (message.Body.Length > 0 && message["Content-Type"] is null) return "Content-Type is missing";
        return BodySchema.Of(message["Content-Type"])?.Difference(message.Body);
    }

    private string? OfMsrp(MessageStep step, Arrival arrival)
    {
        var frame = arrival.Msrp!;
        var kind = step.Head == "BIND" ? "SEND" : step.Head.Split(' ')[0];
        if (frame.Kind.Split(' ')[0] != kind) return $"it is {frame.Kind}";
        if (step.Head == "BIND") return frame.Body is null ? null : "it has content";
        foreach (var cell in step.Cells.Where(static c => char.IsAsciiLetterUpper(c.Name[0])))
        {
            var value = frame[cell.Name];
            if (cell.Kind == CellKind.Absent && value is not null) return $"{cell.Name} is there: {value}";
            if (cell.Kind != CellKind.Absent && (value is null || !variables.Matches(cell.Value, value))) return $"{cell.Name} is '{value}'";
        }

        if (step.Cell("flag") is { } flag && frame.Flag != flag[0]) return $"the flag is '{frame.Flag}'";
        return kind == "SEND" && Quoted().Match(step.Head) is { Success: true } text ? OfContent(step, arrival, text.Groups["text"].Value) : null;
    }

    private string? OfContent(MessageStep step, Arrival arrival, string text)
    {
        var frame = arrival.Msrp!;
        var whole = Assemble(arrival, out var last);
        if (step.Has("aborted")) return last.Flag == '#' ? null : $"the message ends with '{last.Flag}'";
        if (last.Flag == '#') return "the message was aborted";
        if (frame["Content-Type"] is { } type && !variables.Matches(step.Cell("type") ?? "message/cpim", type)) return $"the type is {type}";
        if (step.Has("unchanged") && (frame["Message-ID"] is not { } id || !stage.SentBodies.TryGetValue(id, out var sent) || !sent.AsSpan().SequenceEqual(whole)))
            return "the content is not what was sent, octet by octet";
        var content = Encoding.UTF8.GetString(whole);
        if (step.Cell("type") is { } own && own != "message/cpim") return variables.Matches(text, content) ? null : $"the content is '{content}'";
        var parts = content.ReplaceLineEndings("\n").Split("\n\n", 3);
        if (parts.Length < 3) return $"the content is no CPIM message: {content}";
        if (step.Cell("size") is null && !variables.Matches(text, parts[2])) return $"the text is '{parts[2]}'";
        var dialog = stage.Member(step.Member).DialogOf(step.FlagValue("in"));
        foreach (var name in new[] { "from", "to" })
        {
            var header = parts[0].Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
            if (step.Cell(name) is { } wanted && (header is null || !variables.Matches(stage.Member(step.Member).AddressOf(wanted, dialog, variables), PlainSip.UriOf(header[(name.Length + 1)..]))))
                return $"CPIM has '{header}'";
        }

        return null;
    }

    /// <summary>The content of a message whose chunks may have come one by one; the later ones count as listed with the first.</summary>
    private byte[] Assemble(Arrival first, out PlainMsrp ending)
    {
        var chunks = stage.Arrivals.SkipWhile(a => a != first)
            .Where(a => a.Member == first.Member && a.Msrp is { Kind: "SEND" } m && m["Message-ID"] == first.Msrp!["Message-ID"]).ToList();
        var last = chunks.FindIndex(static c => c.Msrp!.Flag != '+');
        if (last >= 0) chunks = chunks[..(last + 1)];
        foreach (var chunk in chunks.Skip(1)) chunk.IsListed = true;
        ending = chunks[^1].Msrp!;
        return [.. chunks.SelectMany(static c => c.Msrp!.Body ?? [])];
    }

    [GeneratedRegex("\"(?<text>.*)\"", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Quoted();
}
