using System.Globalization;
using System.Text.Json;

namespace Confab.Bench.Loads;

/// <summary>A server that <c>confab bench</c> loads, and what each round cost it.</summary>
internal sealed class LoadTarget(string label, int port, RunningProgram program, IDisposable? owner = null) : IDisposable
{
    private const double MostFailed = 0.01;

    public string Label => label;

    public RunningProgram Program => program;

    /// <summary>CPU us a unit, a round each.</summary>
    public List<double> Cost { get; } = [];

    public List<double> PerSecond { get; } = [];

    /// <summary>Share of a core that the generator's busiest thread took, at most.</summary>
    public double GeneratorBusy { get; private set; }

    /// <summary>One round: a generator of its own, which warms the server up a little too.</summary>
    public void Run(params IEnumerable<string> arguments)
    {
        var report = Measure(arguments);
        Cost.Add(report.GetProperty("serverCpuEach").GetDouble());
        PerSecond.Add(report.GetProperty("perSecond").GetDouble());
        GeneratorBusy = Math.Max(GeneratorBusy, report.GetProperty("ownBusiest").GetDouble());
    }

    /// <summary>What was run until now was to warm up.</summary>
    public void Forget()
    {
        Cost.Clear();
        PerSecond.Clear();
    }

    /// <summary>A load, and its report.</summary>
    public JsonElement Measure(params IEnumerable<string> arguments)
    {
        using var generator = new RunningProgram("dotnet", [Places.Server, "bench", .. arguments, .. Where, "--pid", program.Pid.ToString(CultureInfo.InvariantCulture), "--json"]);
        var line = generator.ReadLineOrEnd() ?? throw new BenchFailedException($"confab bench {string.Join(' ', arguments)} failed beside {label}");
        generator.AwaitEnd();
        var report = JsonDocument.Parse(line).RootElement;
        var failed = report.GetProperty("failures").EnumerateObject().Sum(static f => f.Value.GetInt64());
        if (failed > MostFailed * Math.Max(1, report.GetProperty("count").GetInt64()))
            throw new BenchFailedException($"{label}: {failed} of {report.GetProperty("count")} failed: {report.GetProperty("failures")}");
        return report;
    }

    /// <summary>A load that is held until what is given is disposed; returns once it stands.</summary>
    public RunningProgram Hold(params IEnumerable<string> arguments)
    {
        var holder = new RunningProgram("dotnet", [Places.Server, "bench", .. arguments, .. Where, "--duration", "3600"]);
        for (var line = holder.ReadLineOrEnd(); line?.EndsWith("are held", StringComparison.Ordinal) != true; line = holder.ReadLineOrEnd())
        {
            if (line is null) throw new BenchFailedException($"{label} does not hold: confab bench {string.Join(' ', arguments)}");
        }

        return holder;
    }

    public void Dispose() => (owner ?? program).Dispose();

    private string[] Where => ["--server", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--transport", "tcp"];
}
