// The bodies that a cast member makes by itself: offer, answer, list(...), joined by + to a multipart one; or those the flow names.
using System.Text.RegularExpressions;

namespace Confab.Sim.Flows;

/// <summary>Composes what stands behind <c>body:</c>.</summary>
internal static partial class CastBodies
{
    private const string Boundary = "flow-boundary";

    /// <summary>The body of an expression, and its Content-Type.</summary>
    public static (string ContentType, string Text) Compose(string expression, FlowScript script, FlowVariables variables, Func<string, string> sdp)
    {
        var parts = expression.Split(" + ", StringSplitOptions.TrimEntries).Select(p => Part(p, script, variables, sdp)).ToList();
        if (parts.Count == 1) return (parts[0].ContentType, parts[0].Text);
        var text = string.Concat(parts.Select(p =>
            $"--{Boundary}\r\nContent-Type: {p.ContentType}\r\n{(p.Disposition is null ? "" : $"Content-Disposition: {p.Disposition}\r\n")}\r\n{p.Text}\r\n"));
        return ($"multipart/mixed;boundary=\"{Boundary}\"", $"{text}--{Boundary}--\r\n");
    }

    /// <summary>A session description for MSRP; each change is <c>name value</c> for an attribute, <c>m line</c>, a bare attribute, or <c>!name</c>.</summary>
    public static string Sdp(string user, string host, int version, int port, string path, string setup, IEnumerable<string> changes)
    {
        var lines = new List<string>
        {
            "v=0", $"o={user} 3945600001 {version} IN IP4 {host}", "s=-", $"c=IN IP4 {host}", "t=0 0", $"m=message {port} TCP/MSRP *",
            "a=accept-types:message/cpim", "a=accept-wrapped-types:text/plain application/im-iscomposing+xml", $"a=path:{path}", $"a=setup:{setup}",
        };
        foreach (var change in changes)
        {
            var words = change.Split(' ', 2);
            var name = words[0].TrimStart('!');
            var prefix = name == "m" ? "m=" : $"a={name}";
            var at = lines.FindIndex(l => l.StartsWith(prefix, StringComparison.Ordinal));
            var line = name == "m" ? $"m={words[^1]}" : words.Length == 1 ? $"a={name}" : $"a={name}:{words[1]}";
            if (change.StartsWith('!')) lines.RemoveAll(l => l.StartsWith(prefix, StringComparison.Ordinal));
            else if (at < 0) lines.Add(line);
            else lines[at] = line;
        }

        return string.Concat(lines.Select(static l => l + "\r\n"));
    }

    private static FlowBody Part(string expression, FlowScript script, FlowVariables variables, Func<string, string> sdp)
    {
        var match = Call().Match(expression);
        var name = match.Groups["name"].Value;
        if (script.Bodies.TryGetValue(name, out var body)) return body with { Text = variables.Fill(body.Text) };
        return name switch
        {
            "offer" or "answer" => new FlowBody("application/sdp", null, sdp(expression)),
            "list" => new FlowBody("application/resource-lists+xml", "recipient-list", List(script, Arguments(variables.Fill(expression)))),
            _ => throw new FlowFailureException($"there is no body '{expression}'; the built-in ones are offer, answer and list(...)"),
        };
    }

    /// <summary>What stands in the parentheses of <c>name(a, b)</c>.</summary>
    public static IReadOnlyList<string> Arguments(string expression) =>
        Call().Match(expression).Groups["arguments"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string List(FlowScript script, IReadOnlyList<string> names)
    {
        var entries = names.Select(n => $"    <entry uri=\"{(script.Cast.Any(c => c.Name == n) ? $"sip:{n}@example.com" : n)}\" cp:copyControl=\"to\"/>\r\n");
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"\r\n    xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\">\r\n"
            + $"  <list>\r\n{string.Concat(entries)}  </list>\r\n</resource-lists>";
    }

    [GeneratedRegex(@"^(?<name>[\w\-]+)(\((?<arguments>.*)\))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();
}
