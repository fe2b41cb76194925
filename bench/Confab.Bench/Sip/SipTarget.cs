using System.Globalization;

namespace Confab.Bench.Sip;

/// <summary>A server under a load of its own, run by run: the CPU time that a unit of work took it.</summary>
/// <param name="label">What it is called in the report.</param>
/// <param name="program">What is measured.</param>
/// <param name="port">Its UDP port.</param>
/// <param name="load">The program that makes the load: sipblast or pageblast.</param>
/// <param name="owner">What ends with it, where that is more than the program.</param>
/// <param name="arguments">Further arguments of the load.</param>
internal sealed class SipTarget(string label, RunningProgram program, int port, string load, IDisposable? owner = null, params string[] arguments) : IDisposable
{
    private RunningProgram? _load;

    public string Label => label;

    public RunningProgram Program => program;

    /// <summary>CPU us a unit, a run each.</summary>
    public List<double> Cost { get; } = [];

    /// <summary>Units a second, a run each.</summary>
    public List<double> Rate { get; } = [];

    public int Status { get; private set; }

    public int Lost { get; private set; }

    public void Join()
    {
        _load = new RunningProgram(Places.Program(load), ["-p", Text(port), "-P", string.Join(',', program.Pids), .. arguments]);
        _load.ReadLine();
    }

    public void Run(int units)
    {
        _load!.WriteLine(Text(units));
        var figures = Array.ConvertAll(_load.ReadLine().Split(' '), static f => double.Parse(f, CultureInfo.InvariantCulture));
        Cost.Add(figures[2] / figures[0] * 1e6);
        Rate.Add(figures[0] / figures[1]);
        Lost += (int)figures[3];
        Status = (int)figures[4];
    }

    public void Dispose()
    {
        _load?.Dispose();
        (owner ?? program).Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
