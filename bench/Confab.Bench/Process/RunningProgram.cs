using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Confab.Bench;

/// <summary>A program that is measured, or that makes the load. It ends with this object.</summary>
internal sealed class RunningProgram : IDisposable
{
    private static readonly ConcurrentDictionary<RunningProgram, byte> s_running = new();

    private readonly Process _process;
    private readonly string _name;

    public RunningProgram(string program, params IEnumerable<string> arguments)
        : this(program, arguments, new Dictionary<string, string>())
    {
    }

    public RunningProgram(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        _name = Path.GetFileName(program);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Remove("CONFAB_ROOT");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        s_running[this] = 0;
    }

    /// <summary>Ends all that run; what reads from them then fails.</summary>
    public static void EndAll()
    {
        foreach (var program in s_running.Keys) program.End();
    }

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>It and its children.</summary>
    public IEnumerable<int> Pids =>
        [Pid, .. File.ReadAllText($"/proc/{Pid}/task/{Pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>Resident memory in KB, as the kernel counts it.</summary>
    public double ResidentKb => Status("VmRSS:");

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new BenchFailedException($"{_name} ended before its time");

    /// <summary>Null once it has ended.</summary>
    public string? ReadLineOrEnd() => _process.StandardOutput.ReadLine();

    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits until it has done what it is for.</summary>
    public void AwaitEnd() => _process.WaitForExit();

    public void Dispose()
    {
        if (!s_running.TryRemove(this, out _)) return;
        End();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void End()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has just been disposed.
        }
    }

    private double Status(string key)
    {
        var line = File.ReadLines($"/proc/{Pid}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
