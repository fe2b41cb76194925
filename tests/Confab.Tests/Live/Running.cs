using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Confab.Tests.Live;

/// <summary>A process whose lines are waited for, never slept for. What it printed is told when a wait is in vain.</summary>
internal sealed class Running : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _what;
    private readonly Task _reading;
    private readonly Lock _guard = new();
    private readonly List<string> _unread = [];
    private readonly StringBuilder _all = new();
    private TaskCompletionSource _news = New();
    private bool _hasEnded;

    public Running(string program, IEnumerable<string> arguments, string folder)
    {
        var list = arguments.ToList();
        _what = Path.GetFileName(program) + " " + string.Join(' ', list);
        var start = new ProcessStartInfo(program, list)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, isOutput: true), ReadAsync(_process.StandardError, isOutput: false));
        _ = EndAsync();
    }

    public int Id => _process.Id;

    /// <summary>All that it printed so far, standard error in between.</summary>
    public string Printed
    {
        get
        {
            lock (_guard) return _all.ToString();
        }
    }

    /// <summary>The program confab itself, as it was built for these tests.</summary>
    public static Running Confab(string folder, params IEnumerable<string> arguments) =>
        new("dotnet", arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "confab.dll")), folder);

    /// <summary>The first line of standard output that is wanted and that nobody asked for yet.</summary>
    public async Task<string> Line(Func<string, bool> isWanted, string wanted)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Task news;
            lock (_guard)
            {
                var at = _unread.FindIndex(line => isWanted(line));
                if (at >= 0)
                {
                    var line = _unread[at];
                    _unread.RemoveAt(at);
                    return line;
                }

                if (_hasEnded) throw InVain(wanted, "ended");
                news = _news.Task;
            }

            var left = Patience - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) throw InVain(wanted, "ran on");
            try
            {
                await news.WaitAsync(left);
            }
            catch (TimeoutException)
            {
                throw InVain(wanted, "ran on");
            }
        }
    }

    public async Task Type(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void EndInput() => _process.StandardInput.Close();

    public async Task Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits for its end, all lines read; gives the exit code.</summary>
    public async Task<int> Exit(TimeSpan? within = null)
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _reading).WaitAsync(within ?? Patience);
        }
        catch (TimeoutException)
        {
            throw InVain("its end", "ran on");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(StreamReader lines, bool isOutput)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (_guard)
            {
                _all.AppendLine(line);
                if (isOutput) _unread.Add(line);
            }

            Tell();
        }
    }

    private async Task EndAsync()
    {
        await _reading;
        lock (_guard) _hasEnded = true;
        Tell();
    }

    private void Tell()
    {
        TaskCompletionSource news;
        lock (_guard)
        {
            news = _news;
            _news = New();
        }

        news.TrySetResult();
    }

    private Xunit.Sdk.XunitException InVain(string wanted, string end) => new($"{_what}{Environment.NewLine}{end} without {wanted}; it printed:{Environment.NewLine}{Printed}");
}
