using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Confab.Bench.Report;

/// <summary>What every run leaves behind: a line of JSON a figure in bench/results.jsonl, from which the report is made.</summary>
/// <param name="Name">What was measured: <c>fanout 100 ratio</c>. The last line of a name counts.</param>
/// <param name="Unit">Of the three that follow.</param>
/// <param name="Median">Of the rounds.</param>
/// <param name="Min">The least round.</param>
/// <param name="Max">The largest round.</param>
/// <param name="Rounds">How many there were.</param>
/// <param name="Date">When, in UTC.</param>
/// <param name="Commit">Of what was measured; with a plus where files were changed since.</param>
/// <param name="Machine">Cores, memory and kernel.</param>
/// <param name="Load">Load average of a minute, when the run ended: what else the machine did is in it.</param>
/// <param name="Versions">Of what was measured beside it.</param>
internal sealed record Journal(
    string Name, string Unit, double Median, double Min, double Max, int Rounds, string Date, string Commit, string Machine, double Load, string Versions)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Lazy<string> s_commit = new(static () =>
        Output("git", "-C", Places.Root, "rev-parse", "--short", "HEAD") + (Output("git", "-C", Places.Root, "status", "--porcelain", "--", "src").Length > 0 ? "+" : ""));

    private static readonly Lazy<string> s_versions = new(static () =>
        $".NET {Environment.Version}; {string.Join("; ", Output("dpkg-query", "-W", "-f", "${Package} ${Version}\n", "kamailio", "ngircd", "prosody", "ejabberd").Split('\n', StringSplitOptions.RemoveEmptyEntries))}");

    private static string File => Path.Combine(Places.Root, "bench/results.jsonl");

    /// <summary>Notes a figure of several rounds.</summary>
    public static void Note(string name, string unit, IReadOnlyList<double> rounds)
    {
        if (rounds.Count == 0 || rounds.Any(double.IsNaN)) return;
        var line = new Journal(
            name,
            unit,
            Short(Figures.Median(rounds)),
            Short(rounds.Min()),
            Short(rounds.Max()),
            rounds.Count,
            DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture),
            s_commit.Value,
            DescribeMachine(),
            double.Parse(System.IO.File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture),
            s_versions.Value);
        System.IO.File.AppendAllText(File, JsonSerializer.Serialize(line, s_json) + "\n");
    }

    /// <summary>The last line of each name.</summary>
    public static Dictionary<string, Journal> Read()
    {
        var last = new Dictionary<string, Journal>(StringComparer.Ordinal);
        if (!System.IO.File.Exists(File)) return last;
        foreach (var line in System.IO.File.ReadLines(File).Where(static l => l.Length > 0))
        {
            if (JsonSerializer.Deserialize<Journal>(line, s_json) is { } figure) last[figure.Name] = figure;
        }

        return last;
    }

    private static double Short(double value) => double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string DescribeMachine()
    {
        var kb = double.Parse(System.IO.File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        var model = System.IO.File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores of {model}, {kb / 1048576:0} GB, Linux {Environment.OSVersion.Version.ToString(2)}");
    }

    private static string Output(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return text.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // it is not installed
        }
    }
}
