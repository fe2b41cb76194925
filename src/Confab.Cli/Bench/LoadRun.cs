using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>The course of a load: made ready, warmed up, measured, drained, ended; and the report of it.</summary>
static class LoadRun
{
    /// <summary>What progress is told once users are registered, groups joined and sessions held.</summary>
    public const string Ready = "ready";

    const double Saturated = 0.9; // of a core
    const double LateMicroseconds = 2_000;
    static readonly TimeSpan s_looks = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan s_settle = TimeSpan.FromSeconds(15); // servers give idle buffers back meanwhile

    /// <summary>Makes the load of that kind.</summary>
    public static Load Create(World world, LoadOptions options) => options.Mode switch
    {
        "fanout" => new FanoutLoad(world, options),
        "sessions" => new SessionsLoad(world, options),
        _ => new SignallingLoad(world, options),
    };

    /// <summary>Does it all.</summary>
    /// <param name="world">Where.</param>
    /// <param name="options">What.</param>
    /// <param name="progress">Told what is being done, how far it is (0 to 1), and how many units are done.</param>
    /// <param name="cancellationToken">Ends the measuring early; the report is of what was measured.</param>
    /// <exception cref="LoadFailedException">The load could not begin.</exception>
    public static async Task<LoadReport> RunAsync(World world, LoadOptions options, Action<string, double, long>? progress = null, CancellationToken cancellationToken = default)
    {
        using var load = Create(world, options);
        var report = New(options, load);
        if (options.Pids.Count > 0) report.ServerKbBefore = ProcessUse.ResidentKb(options.Pids);
        progress?.Invoke("making ready", 0, 0);
        await load.PrepareAsync(cancellationToken).ConfigureAwait(false);
        progress?.Invoke(Ready, 0, options.Hold);
        if (options.Hold > 0) await HoldAsync(world, options, report, progress, cancellationToken).ConfigureAwait(false);
        else await DriveAsync(world, load, report, progress, cancellationToken).ConfigureAwait(false);
        progress?.Invoke("leaving", 1, load.Units);
        await load.EndAsync().ConfigureAwait(false);
        load.Complete(report);
        report.Failures = load.Outcomes.Failures;
        report.Missed = load.Missed;
        report.Strange = load.Strange;
        return report;
    }

    static LoadReport New(LoadOptions options, Load load) => new()
    {
        Mode = options.Mode,
        Server = options.Server,
        Transport = options.Transport.ToString().ToLowerInvariant(),
        Members = options.Members,
        Senders = options.Mode == "fanout" ? options.Senders : 0,
        Size = options.Mode == "fanout" || options.Method == "MESSAGE" ? options.Size : null,
        Rate = options.Rate,
        Held = options.Hold,
        Unit = load.Unit,
    };

    static async Task HoldAsync(World world, LoadOptions options, LoadReport report, Action<string, double, long>? progress, CancellationToken cancellationToken)
    {
        if (options.Pids.Count > 0) await PassAsync(world, s_settle, share => progress?.Invoke("settling", share, options.Hold), cancellationToken).ConfigureAwait(false);
        if (options.Pids.Count > 0) report.ServerKbAfter = ProcessUse.ResidentKb(options.Pids);
        await PassAsync(world, options.Duration, share => progress?.Invoke("holding", share, options.Hold), cancellationToken).ConfigureAwait(false);
        report.Seconds = options.Duration.TotalSeconds;
    }

    static async Task DriveAsync(World world, Load load, LoadReport report, Action<string, double, long>? progress, CancellationToken cancellationToken)
    {
        var options = load.Options;
        load.Start();
        using var clock = options.Rate > 0
            ? new PaceClock(world.Time, new Pace(world.Time.GetTimestamp(), options.Rate, world.Time.TimestampFrequency), load.BeginDue)
            : null;
        await PassAsync(world, options.WarmUp, share => progress?.Invoke("warming up", share, load.Units), cancellationToken).ConfigureAwait(false);

        var from = load.MeasuredFrom = world.Time.GetTimestamp();
        var before = Used(load);
        await PassAsync(world, options.Duration, share => progress?.Invoke("measuring", share, load.Units), cancellationToken).ConfigureAwait(false);
        load.MeasuredTo = world.Time.GetTimestamp();
        var after = Used(load);

        clock?.Dispose();
        load.Stop();
        var stopped = world.Time.GetTimestamp();
        while (load.UnderWay > 0 && world.Time.GetElapsedTime(stopped) < options.Patience + TimeSpan.FromSeconds(2) && !cancellationToken.IsCancellationRequested)
            await Task.Delay(s_looks, world.Time, CancellationToken.None).ConfigureAwait(false);
        Judge(report, options, world.Time.GetElapsedTime(from, load.MeasuredTo).TotalSeconds, before, after);
        report.Latency = LatencyFigures.Of(load.Latency);
        if (clock is not null) report.BeganLateP99 = clock.Lag.Percentile(0.99) / 1_000.0;
        Warn(report);
    }

    static Use Used(Load load) => new(
        load.Units,
        Environment.CpuUsage.TotalTime.TotalSeconds,
        ProcessUse.OwnThreads(),
        ProcessUse.CpuSeconds(load.Options.Pids));

    static void Judge(LoadReport report, LoadOptions options, double seconds, Use before, Use after)
    {
        report.Seconds = seconds;
        report.Count = after.Units - before.Units;
        report.PerSecond = report.Count / seconds;
        report.OwnBusiest = after.Threads.Select(t => t.Value - before.Threads.GetValueOrDefault(t.Key)).DefaultIfEmpty(0).Max() / seconds;
        if (options.Pids.Count > 0)
        {
            report.ServerCores = (after.Server - before.Server) / seconds;
            report.ServerKbAfter = ProcessUse.ResidentKb(options.Pids);
        }

        if (report.Count == 0) return;
        report.OwnCpuEach = (after.Own - before.Own) / report.Count * 1e6;
        if (options.Pids.Count > 0) report.ServerCpuEach = (after.Server - before.Server) / report.Count * 1e6;
    }

    static void Warn(LoadReport report)
    {
        if (report.OwnBusiest >= Saturated)
            report.Warnings.Add("the generator was the bottleneck: one of its threads had no time left. The server can do more; latencies are partly the generator's. Use a rate, or several generators.");
        if (report.BeganLateP99 > LateMicroseconds)
            report.Warnings.Add($"the generator began late by {ReportText.Time(report.BeganLateP99.Value)} at p99, which is in the latencies: the machine has no core left for it.");
    }

    static async Task PassAsync(World world, TimeSpan time, Action<double> tell, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromMilliseconds(100);
        var begun = world.Time.GetTimestamp();
        while (world.Time.GetElapsedTime(begun) is var gone && gone < time && !cancellationToken.IsCancellationRequested)
        {
            tell(gone / time);
            var left = time - gone;
            await Task.Delay(left < step ? left : step, world.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    sealed record Use(long Units, double Own, Dictionary<string, double> Threads, double Server);
}
