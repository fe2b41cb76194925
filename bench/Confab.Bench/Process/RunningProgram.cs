using System.Diagnostics;
using System.Globalization;

namespace Confab.Bench;

/// <summary>A program that is measured, or that makes the load. It ends with this object.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    public RunningProgram(string program, params IEnumerable<string> arguments)
    {
        _name = Path.GetFileName(program);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Remove("CONFAB_ROOT");
        _process = Process.Start(start)!;
    }

    public int Pid => _process.Id;

    /// <summary>Resident memory in KB, as the kernel counts it.</summary>
    public double ResidentKb => Status("VmRSS:");

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new BenchFailedException($"{_name} ended before its time");

    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double Status(string key)
    {
        var line = File.ReadLines($"/proc/{Pid}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
