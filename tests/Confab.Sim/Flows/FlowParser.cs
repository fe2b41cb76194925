// Reads a .flow file. docs/flows.md has the grammar.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Confab.Server.Xdm.Usages;

namespace Confab.Sim.Flows;

/// <summary>Text to <see cref="FlowScript"/>.</summary>
public sealed partial class FlowParser
{
    /// <summary>The name of the IM Server in the lines.</summary>
    public const string Server = "im";

    private readonly string _path;
    private readonly List<CastEntry> _cast = [];
    private readonly List<KeyValuePair<string, string>> _settings = [];
    private readonly Dictionary<string, FlowBody> _bodies = new(StringComparer.Ordinal);
    private readonly List<FlowStep> _steps = [];
    private readonly List<string> _covers = [];
    private string? _title;
    private List<MessageStep>? _unordered;
    private int _line;

    private FlowParser(string path) => _path = path;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FlowFailureException">A line says nothing that is understood.</exception>
    public static FlowScript Parse(string path, string text)
    {
        var parser = new FlowParser(path);
        foreach (var (number, line, raw) in Lines(path, text)) parser.Take(number, line, raw);
        return parser.Finish();
    }

    private FlowScript Finish()
    {
        if (_unordered is not null) throw Fail("'unordered {' is not closed");
        var match = Title().Match(_title ?? "");
        if (!match.Success) throw new FlowFailureException($"{_path}:1: the first line is to be '# <specification> <clause>  <title>', two spaces before the title");
        return new FlowScript
        {
            Path = _path,
            Specification = match.Groups["spec"].Value,
            Clause = match.Groups["clause"].Value,
            Title = match.Groups["title"].Value,
            Covers = _covers,
            Cast = _cast,
            Settings = _settings,
            Bodies = _bodies,
            Steps = _steps,
        };
    }

    /// <summary>Joins continuations to their line, and takes what stands between <c>&lt;&lt;</c> and <c>>></c> out.</summary>
    private static List<(int Number, string Line, string? Raw)> Lines(string path, string text)
    {
        var lines = new List<(int Number, string Line, string? Raw)>();
        var source = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < source.Length; i++)
        {
            var line = source[i];
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.TrimEnd().EndsWith("<<", StringComparison.Ordinal))
            {
                var (start, raw) = (i, new StringBuilder());
                while (++i < source.Length && source[i].Trim() != ">>") raw.Append(source[i]).Append("\r\n");
                if (i == source.Length) throw new FlowFailureException($"{path}:{start + 1}: '<<' has no '>>' on a line of its own");
                lines.Add((start + 1, line.TrimEnd()[..^2].Trim(), raw.ToString()));
            }
            else if (char.IsWhiteSpace(line[0]) && lines.Count > 0 && !lines[^1].Line.EndsWith('{') && line.TrimStart().StartsWith('|'))
            {
                lines[^1] = lines[^1] with { Line = $"{lines[^1].Line} {line.Trim()}" };
            }
            else lines.Add((i + 1, line.Trim(), null));
        }

        return lines;
    }

    private void Take(int number, string line, string? raw)
    {
        _line = number;
        var (word, rest) = FirstWord(line);
        if (line.StartsWith('#')) TakeComment(line[1..].Trim());
        else if (raw is not null && word == "body") TakeBody(rest, raw);
        else if (word == "cast") TakeCast(rest);
        else if (word == "server") TakeSettings(rest);
        else if (word == "group") TakeGroup(line, rest, raw);
        else if (word == "document") TakeDocument(line, rest, raw);
        else if (word == "given") TakeShorthand(rest);
        else if (word == "advance") Add(new AdvanceStep(_line, line, Duration(rest)));
        else if (word == "silence") Add(new SilenceStep(_line, line, Silent(rest)));
        else if (line is "im is killed") Add(new ServerStep(_line, line, ServerChange.Killed));
        else if (line is "im stops") Add(new ServerStep(_line, line, ServerChange.Stops));
        else if (line is "im starts") Add(new ServerStep(_line, line, ServerChange.Starts));
        else if (line is "unordered {") _unordered = [];
        else if (line is "}" && _unordered is { } block)
        {
            _unordered = null;
            Add(new UnorderedStep(block.Count > 0 ? block[0].Line : _line, "unordered { ... }", block));
        }
        else TakeMessage(line, raw);
    }

    private void TakeComment(string comment)
    {
        if (_title is null) _title = comment;
        else if (comment.StartsWith("covers:", StringComparison.Ordinal)) _covers.AddRange(Split(comment[7..]));
    }

    private void TakeBody(string rest, string raw)
    {
        var words = rest.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw Fail("'body' needs a name");
        _bodies[words[0]] = new FlowBody(words.Length > 1 ? words[1] : "application/sdp", words.Length > 2 ? words[2] : null, raw);
    }

    private void TakeCast(string rest)
    {
        foreach (Match match in CastGroup().Matches(rest))
        {
            var flags = match.Groups["flags"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
            var user = flags.IndexOf("as") is >= 0 and var at && at + 1 < flags.Count ? flags[at + 1] : null;
            if (user is not null) flags.RemoveRange(flags.IndexOf("as"), 2);
            foreach (var flag in flags)
            {
                if (flag is not ("registered" or "unregistered" or "stranger" or "udp" or "hidden")) throw Fail($"a cast member is registered, unregistered or stranger, may speak udp and be hidden; not '{flag}'");
            }

            foreach (var name in match.Groups["names"].Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                var isStranger = flags.Contains("stranger");
                _cast.Add(new CastEntry(name, !isStranger && !flags.Contains("unregistered"), flags.Contains("udp"), isStranger, user ?? name, flags.Contains("hidden")));
            }
        }
    }

    private void TakeSettings(string rest)
    {
        foreach (var setting in rest.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw Fail($"a setting is Key=Value, not '{setting}'");
            _settings.Add(new(setting[..equals], setting[(equals + 1)..]));
        }
    }

    private void TakeGroup(string line, string rest, string? raw)
    {
        var (name, says) = FirstWord(rest);
        var file = name + ".xml";
        if (raw is not null) Add(new DocumentStep(_line, line, GroupsUsage.Id, file, null, raw));
        else if (says == "is deleted") Add(new DocumentStep(_line, line, GroupsUsage.Id, file, null, null));
        else Add(new DocumentStep(_line, line, GroupsUsage.Id, file, null, GroupText.Write(name, says) ?? throw Fail($"a group is 'group team of alice, bob | max 3 | invites | alice may initiate, join'; not '{says}'")));
    }

    private void TakeDocument(string line, string rest, string? raw)
    {
        var match = DocumentLine().Match(rest);
        if (!match.Success || (raw is null) == (match.Groups["gone"].Length == 0)) throw Fail($"a document is 'document AUID/NAME [of bob] <<' with what it says, or '... is deleted'; not '{rest}'");
        var owner = match.Groups["owner"].Length > 0 ? match.Groups["owner"].Value : null;
        Add(new DocumentStep(_line, line, match.Groups["auid"].Value, match.Groups["name"].Value, owner, raw));
    }

    private void TakeShorthand(string rest)
    {
        foreach (var line in Shorthand.Expand(rest) ?? throw Fail($"'given' knows 'A talks to B', 'A hosts B, C' and 'A, B enter GROUP'; not '{rest}'")) TakeMessage(line, null);
    }

    private void TakeMessage(string line, string? raw)
    {
        if (Reading().Match(line) is { Success: true } reading)
        {
            Known(reading.Groups["who"].Value);
            Add(new ReadingStep(_line, line, reading.Groups["who"].Value, reading.Groups["what"].Value == "reads on"));
            return;
        }

        var isOptional = line.StartsWith("optional ", StringComparison.Ordinal);
        var match = Arrow().Match(isOptional ? line[9..].TrimStart() : line);
        if (!match.Success) throw Fail($"this line is not understood: {line}");
        var (from, to, arrow, rest) = (match.Groups["from"].Value, match.Groups["to"].Value, match.Groups["arrow"].Value, match.Groups["rest"].Value);
        Known(from);
        Known(to);
        if ((from == Server) == (to == Server)) throw Fail("one end of a line is 'im', the other a cast member");
        if (arrow[1] != '>')
        {
            if (arrow == "-+") throw Fail("SIP connections open by themselves");
            Add(new ConnectionStep(_line, line, from, to, arrow[0] == '~', arrow[1] == '+'));
            return;
        }

        var cells = rest.Split(" | ").SelectMany(c => c.StartsWith("| ", StringComparison.Ordinal) ? ["", c[2..]] : new[] { c }).Select(c => c.Trim()).ToList();
        var head = TakeFlags(cells[0], out var flags);
        Add(new MessageStep(_line, line, from, to, arrow[0] == '~', head, flags, [.. cells.Skip(1).Select(Cell)], isOptional, raw));
    }

    private FlowCell Cell(string text)
    {
        var kind = text.StartsWith('!') ? CellKind.Absent : text.StartsWith('+') ? CellKind.Adds : CellKind.Is;
        if (kind != CellKind.Is) text = text[1..];
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 && kind != CellKind.Absent) throw Fail($"'{text}' is to be Name: value, or !Name");
        return colon < 0 ? new FlowCell(kind, text.Trim(), "") : new FlowCell(kind, text[..colon].Trim(), text[(colon + 1)..].Trim());
    }

    private static string TakeFlags(string head, out IReadOnlyList<string> flags)
    {
        var found = new List<string>();
        while (Flag().Match(head) is { Success: true } match)
        {
            found.Add(match.Groups["flag"].Value.Trim());
            head = head[..match.Index].TrimEnd();
        }

        flags = found;
        return head;
    }

    private void Add(FlowStep step)
    {
        if (_unordered is null) _steps.Add(step);
        else if (step is MessageStep { IsExpected: true } expected) _unordered.Add(expected);
        else throw Fail("only what is expected stands in 'unordered'");
    }

    private List<string> Silent(string rest)
    {
        var match = SilentLine().Match(rest);
        if (!match.Success) throw Fail("write 'silence im -> alice, bob'");
        var names = Split(match.Groups["names"].Value);
        names.ForEach(Known);
        return names;
    }

    private void Known(string name)
    {
        if (name != Server && !_cast.Exists(c => c.Name == name)) throw Fail($"'{name}' is not in the cast");
    }

    private TimeSpan Duration(string text)
    {
        var match = DurationText().Match(text);
        if (!match.Success) throw Fail($"'{text}' is no time; write 32s, 500ms or 5min");
        var value = double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(value),
            "s" => TimeSpan.FromSeconds(value),
            _ => TimeSpan.FromMinutes(value),
        };
    }

    private FlowFailureException Fail(string message) => new($"{_path}:{_line}: {message}");

    private static (string Word, string Tail) FirstWord(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line, "") : (line[..space], line[space..].Trim());
    }

    private static List<string> Split(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex(@"^(?<spec>.+?) (?<clause>[\w.\-]+)  +(?<title>\S.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Title();

    [GeneratedRegex(@"(?<names>[^()]+)\((?<flags>[^()]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CastGroup();

    [GeneratedRegex(@"^(?<from>\w+)\s+(?<arrow>[-~][>x+])\s+(?<to>\w+)(\s+(?<rest>.*))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^(?<who>\w+) (?<what>stops reading|reads on)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reading();

    [GeneratedRegex(@"(^|\s)\((?<flag>[^()]*)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Flag();

    [GeneratedRegex(@"^im\s+->\s+(?<names>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SilentLine();

    [GeneratedRegex(@"^(?<auid>[^/\s]+)/(?<name>\S+)( of (?<owner>\w+))?(?<gone> is deleted)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DocumentLine();

    [GeneratedRegex(@"^(?<value>[\d.]+)\s*(?<unit>ms|s|min)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DurationText();
}
