// 'given' lines: what many plays begin with, written out.
using System.Text.RegularExpressions;

namespace Confab.Sim.Flows;

/// <summary>Expands a <c>given</c> into the lines it stands for.</summary>
internal static partial class Shorthand
{
    /// <summary>The lines, or null for what is not known.</summary>
    public static IEnumerable<string>? Expand(string given)
    {
        if (Talks().Match(given) is { Success: true } talk) return OneToOne(talk.Groups["a"].Value, talk.Groups["b"].Value);
        if (Hosts().Match(given) is { Success: true } host)
            return AdHoc(host.Groups["a"].Value, host.Groups["b"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (Enter().Match(given) is { Success: true } enter)
            return enter.Groups["who"].Value.Split(',', StringSplitOptions.TrimEntries).SelectMany(who => Enters(who, enter.Groups["group"].Value));
        return null;
    }

    private static IEnumerable<string> OneToOne(string a, string b)
    {
        yield return $"{a} -> im INVITE sip:{b}@example.com";
        foreach (var line in Accepts(b)) yield return line;
        yield return $"im -> {a} 200 INVITE";
        yield return $"{a} -> im ACK";
        yield return $"{a} ~> im BIND";
        yield return $"{b} ~> im BIND";
    }

    private static IEnumerable<string> AdHoc(string a, string[] others)
    {
        yield return $"{a} -> im INVITE sip:conference-factory@example.com | Require: recipient-list-invite | body: offer + list({string.Join(", ", others)})";
        yield return $"im -> {a} 200 INVITE";
        yield return $"{a} -> im ACK";
        yield return $"{a} ~> im BIND";
        foreach (var other in others)
        {
            foreach (var line in Accepts(other)) yield return line;
            yield return $"{other} ~> im BIND";
        }
    }

    private static IEnumerable<string> Enters(string who, string group) =>
        [$"{who} -> im INVITE sip:{group}@groups.example.com", $"im -> {who} 200 INVITE", $"{who} -> im ACK", $"{who} ~> im BIND"];

    private static IEnumerable<string> Accepts(string who) => [$"im -> {who} INVITE", $"{who} -> im 200", $"im -> {who} ACK"];

    [GeneratedRegex(@"^(?<a>\w+) talks to (?<b>\w+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Talks();

    [GeneratedRegex(@"^(?<who>\w+(, ?\w+)*) enters? (?<group>\w+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Enter();

    [GeneratedRegex(@"^(?<a>\w+) hosts (?<b>[\w, ]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hosts();
}
