// ${name} and * in what is expected: a name that has no value yet takes what stands there, one that has a value compares.
using System.Text;
using System.Text.RegularExpressions;

namespace Confab.Sim.Flows;

/// <summary>The values of one play.</summary>
/// <param name="computed">What a name means by itself, as <c>alice.identity</c>; null for other names.</param>
internal sealed partial class FlowVariables(Func<string, string?> computed)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Puts the values in; every name must have one.</summary>
    public string Fill(string text) =>
        Name().Replace(text, match => ValueOf(match.Groups["name"].Value) ?? throw new FlowFailureException($"{match.Value} has no value yet"));

    /// <summary>Compares a whole value, and captures the names that had none when it fits.</summary>
    public bool Matches(string pattern, string actual)
    {
        var captured = new List<string>();
        var match = Regex.Match(actual, $@"\A{Translate(pattern, captured)}\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, s_patience);
        if (!match.Success) return false;
        foreach (var name in captured) _values[name] = match.Groups[name].Value;
        return true;
    }

    private string Translate(string pattern, List<string> captured)
    {
        var regex = new StringBuilder();
        var at = 0;
        foreach (Match special in Special().Matches(pattern))
        {
            regex.Append(Regex.Escape(pattern[at..special.Index]));
            at = special.Index + special.Length;
            var name = special.Groups["name"].Value;
            if (name.Length == 0) regex.Append(".*");
            else if (ValueOf(name) is { } value) regex.Append(Regex.Escape(value));
            else if (captured.Contains(name, StringComparer.Ordinal)) regex.Append($@"\k<{name}>");
            else
            {
                captured.Add(name);
                regex.Append($"(?<{name}>.+?)");
            }
        }

        return regex.Append(Regex.Escape(pattern[at..])).ToString();
    }

    private string? ValueOf(string name) => _values.TryGetValue(name, out var value) ? value : computed(name);

    [GeneratedRegex(@"\$\{(?<name>[\w.]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\*|\$\{(?<name>[\w.]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Special();
}
