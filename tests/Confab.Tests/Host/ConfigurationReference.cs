using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Confab.Host.Configuration;
using Confab.Runtime;
using Confab.Server;

namespace Confab.Tests.Host;

/// <summary>Writes <c>docs/configuration.md</c> from the option classes: their keys, defaults and comments, and the rules of the keys.</summary>
static partial class ConfigurationReference
{
    static readonly Dictionary<string, string> Comments = new[] { typeof(ServerOptions), typeof(Limits) }
        .Select(t => XDocument.Load(Path.ChangeExtension(t.Assembly.Location, ".xml")))
        .SelectMany(d => d.Descendants("member"))
        .Where(m => m.Element("summary") is not null)
        .ToDictionary(m => m.Attribute("name")!.Value, m => Plain(m.Element("summary")!), StringComparer.Ordinal);

    public static string Write()
    {
        var text = new StringBuilder("""
            # Configuration

            Generated from the option classes; `DOCS=update make test` writes it anew.

            Keys come from a JSON file (`confab serve --config FILE`; comments and trailing commas are allowed), from environment variables
            (`CONFAB__Sip__Listen__0=udp://127.0.0.1:5060`) and from the command line (`--set Sip:Listen:0=udp://127.0.0.1:5060`). Later ones win. A
            source that names any element of a list replaces the whole list; an empty value (`--set Http:Listen=`) empties it. Keys are taken in any case.

            An unknown key, a wrong type or a value out of range is an error: all of them are told at once, each with its key, its value, what is
            allowed and where it came from, and the program exits with 2.

            A server that was given neither a file nor `Users`, and whose listeners are all on loopback, has the demo users alice, bob, carol and dave
            of its `Domain`, with the password `demo`.

            """);
        var root = ConfigurationKey.Root.Children!.Values.ToList();
        var sections = root.Where(k => k.Children is not null || k.Item?.Children is not null);
        Table(text, "General", "", root.Except(sections), new ServerOptions());
        foreach (var section in sections)
        {
            if (section.Children is not null)
                Table(text, section.Name, Comment(section.Type), section.Children.Values, section.Property!.GetValue(new ServerOptions()));
            else
                Table(text, section.Name, Comment(section.Property!), section.Item!.Children!.Values, target: null);
        }

        return text.ToString();
    }

    static void Table(StringBuilder text, string title, string comment, IEnumerable<ConfigurationKey> keys, object? target)
    {
        text.Append("\n## ").Append(title).Append('\n');
        if (comment.Length > 0)
            text.Append('\n').Append(comment).Append('\n');
        text.Append("\n| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in keys)
        {
            var allowed = key.Item is null ? Rules.For(key).Allowed : "a list, each " + Rules.For(key.Item).Allowed;
            text.Append("| `").Append(key.Path).Append("` | ").Append(target is null ? "must be set" : Default(key.Property!.GetValue(target)))
                .Append(" | ").Append(Cell(allowed)).Append(" | ").Append(Cell(Comment(key.Property!))).Append(" |\n");
        }
    }

    static string Default(object? value) => value switch
    {
        null => "not set",
        bool b => b ? "`true`" : "`false`",
        IEnumerable<string> list => list.Any() ? string.Join(", ", list.Select(v => $"`{v}`")) : "empty",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    static string Comment(PropertyInfo property) => Comments.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    static string Comment(Type type) => Comments.GetValueOrDefault("T:" + type.FullName, "");

    static string Plain(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(n => n is XElement e
            ? $"`{(e.Name == "c" ? e.Value : e.Attribute("cref")?.Value.Split('.')[^1] ?? e.Value)}`"
            : n.ToString()));
        return Blanks().Replace(System.Net.WebUtility.HtmlDecode(text), " ").Trim();
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
