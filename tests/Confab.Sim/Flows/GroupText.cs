// 'group' lines: group documents in few words, written out as XML.
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace Confab.Sim.Flows;

/// <summary>Writes the document of a group that a play describes.</summary>
public static partial class GroupText
{
    /// <summary>The document; null for what is not understood.</summary>
    /// <param name="name">The user part of the group identity.</param>
    /// <param name="says"><c>of alice, bob | max 3 | invites | named Team | members may join, see | alice may initiate</c>; what is not said of rules is that members may initiate, join and see.</param>
    public static string? Write(string name, string says)
    {
        var cells = says.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (cells.Length == 0 || !cells[0].StartsWith("of ", StringComparison.Ordinal)) return null;
        var members = Split(cells[0][3..]);
        var (settings, rules) = (new StringBuilder(), new StringBuilder());
        foreach (var cell in cells.Skip(1))
        {
            if (May().Match(cell) is { Success: true } may)
            {
                if (Rule($"r{rules.Length}", may.Groups["who"].Value, may.Groups["when"].Value, Split(may.Groups["what"].Value)) is not { } rule) return null;
                rules.Append(rule);
            }
            else if (cell == "invites") settings.Append("    <invite-members>true</invite-members>\r\n");
            else if (cell.StartsWith("max ", StringComparison.Ordinal)) settings.Append($"    <max-participant-count>{cell[4..]}</max-participant-count>\r\n");
            else if (cell.StartsWith("named ", StringComparison.Ordinal)) settings.Append($"    <display-name>{SecurityElement.Escape(cell[6..])}</display-name>\r\n");
            else return null;
        }

        if (rules.Length == 0) rules.Append(Rule("r0", "members", "", ["initiate", "join", "see"]));
        var entries = string.Concat(members.Select(static m => $"      <entry uri=\"{AddressOf(m)}\"/>\r\n"));
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <group xmlns="urn:oma:xml:poc:list-service" xmlns:cr="urn:ietf:params:xml:ns:common-policy" xmlns:ocp="urn:oma:xml:xdm:common-policy" xmlns:oxe="urn:oma:xml:xdm:extensions">
              <list-service uri="sip:{name}@groups.example.com">
                <list>
            {entries}    </list>
            {settings}    <cr:ruleset>
            {rules}    </cr:ruleset>
              </list-service>
            </group>
            """;
    }

    private static string? Rule(string id, string who, string when, IReadOnlyList<string> what)
    {
        var condition = who switch
        {
            "members" => "<is-list-member/>",
            "everybody" => "",
            "others" => "<ocp:other-identity/>",
            "anonymous" => "<ocp:anonymous-request/>",
            _ => $"<cr:identity>{string.Concat(Split(who).Select(static one => $"<cr:one id=\"{AddressOf(one)}\"/>"))}</cr:identity>",
        };
        if (when.Length > 0)
        {
            var times = when.Split('/');
            if (times.Length != 2) return null;
            condition += $"<cr:validity><cr:from>{times[0]}</cr:from><cr:until>{times[1]}</cr:until></cr:validity>";
        }

        var actions = new StringBuilder();
        foreach (var action in what)
        {
            if (ElementOf(action) is not { } element) return null;
            actions.Append($"<{element}>true</{element}>");
        }

        return $"      <cr:rule id=\"{id}\"><cr:conditions>{condition}</cr:conditions><cr:actions>{actions}</cr:actions></cr:rule>\r\n";
    }

    private static string? ElementOf(string action) => action switch
    {
        "initiate" => "allow-initiate-conference",
        "join" => "join-handling",
        "hide" => "allow-anonymity",
        "see" => "allow-conference-state",
        "add" => "allow-invite-users-dynamically",
        "remove" => "oxe:allow-expelling",
        "whisper" => "oxe:allow-private-message",
        _ => null,
    };

    private static string AddressOf(string who) => who.Contains(':', StringComparison.Ordinal) ? who : $"sip:{who}@example.com";

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(?<who>.+?) may (?<what>[a-z, ]+?)( from (?<when>\S+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex May();
}
