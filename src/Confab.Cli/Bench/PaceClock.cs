using System.Runtime.InteropServices;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>
/// Calls a load whenever its next unit is due. The framework's timers are right to a few milliseconds, which is as long as what is measured; so on
/// a real clock a thread sleeps by the system's high-resolution one. In simulated time the clock's own timers are exact.
/// </summary>
sealed class PaceClock : IDisposable
{
    const int LongestSleep = 20_000_000; // ns: the end is noticed so soon
    static readonly TimeSpan s_least = TimeSpan.FromTicks(1);

    readonly TimeProvider _time;
    readonly Pace _pace;
    readonly Action<long> _begin;
    readonly ITimer? _timer;
    volatile bool _disposed;

    public PaceClock(TimeProvider time, Pace pace, Action<long> begin)
    {
        (_time, _pace, _begin) = (time, pace, begin);
        if (time == TimeProvider.System) new Thread(RunThread) { IsBackground = true, Name = "pace" }.Start();
        else _timer = time.CreateTimer(_ => OnTimer(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How late units were begun, in nanoseconds: what the generator itself adds.</summary>
    public LatencyHistogram Lag { get; } = new();

    public void Dispose()
    {
        _disposed = true;
        _timer?.Dispose();
    }

    void RunThread()
    {
        while (!_disposed)
        {
            Tick();
            var wait = ToNanoseconds(_pace.NextDue - _time.GetTimestamp());
            if (wait > 0) Sleep((int)Math.Min(wait, LongestSleep));
        }
    }

    void OnTimer()
    {
        if (_disposed) return;
        Tick();
        var wait = TimeSpan.FromTicks(ToNanoseconds(_pace.NextDue - _time.GetTimestamp()) / TimeSpan.NanosecondsPerTick);
        _timer?.Change(wait > TimeSpan.Zero ? wait : s_least, Timeout.InfiniteTimeSpan);
    }

    void Tick()
    {
        using var turn = Turn.Enter(); // those that are due together leave together
        while (!_disposed && _time.GetTimestamp() is var now && _pace.TryTake(now, out var intended))
        {
            Lag.Add(ToNanoseconds(now - intended));
            _begin(intended);
        }
    }

    long ToNanoseconds(long ticks) => (long)(ticks * (1e9 / _time.TimestampFrequency));

    static void Sleep(int nanoseconds)
    {
        if (!OperatingSystem.IsWindows())
        {
            var wait = new Timespec { Nanoseconds = nanoseconds };
            _ = NanoSleep(ref wait, IntPtr.Zero);
            return;
        }

        using var never = new ManualResetEventSlim();
        never.Wait(Math.Max(1, nanoseconds / 1_000_000));
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int NanoSleep(ref Timespec wanted, IntPtr left);

    [StructLayout(LayoutKind.Sequential)]
    struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
