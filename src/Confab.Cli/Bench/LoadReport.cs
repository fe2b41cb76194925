namespace Confab.Cli.Bench;

/// <summary>The figures of one load. Times in microseconds, memory in kilobytes. These names are those of the JSON, in camel case.</summary>
sealed record LoadReport
{
    public required string Mode { get; init; }

    public required string Server { get; init; }

    public required string Transport { get; init; }

    public int Members { get; init; }

    public int Senders { get; init; }

    /// <summary>Bytes of a text; null where none is sent.</summary>
    public int? Size { get; init; }

    /// <summary>Units a second that were asked for; 0: as many as went.</summary>
    public double Rate { get; init; }

    /// <summary>Sessions or registrations held; 0: a load was driven.</summary>
    public int Held { get; init; }

    /// <summary>How long was measured.</summary>
    public double Seconds { get; set; }

    /// <summary>What is counted: deliveries, transactions, refreshes, sessions.</summary>
    public required string Unit { get; init; }

    /// <summary>Units that were done in that time.</summary>
    public long Count { get; set; }

    public double PerSecond { get; set; }

    /// <summary>From when a unit was meant to begin to its end; null when none was measured.</summary>
    public LatencyFigures? Latency { get; set; }

    /// <summary>Messages sent in the whole run, warm-up included; fan-out alone, as the three that follow.</summary>
    public long Sent { get; set; }

    public long Lost { get; set; }

    public long Duplicated { get; set; }

    public long OutOfOrder { get; set; }

    /// <summary>Bytes that came for a delivery, with all that came besides.</summary>
    public double? BytesEach { get; set; }

    /// <summary>Units that failed in the whole run, by what went wrong.</summary>
    public IReadOnlyDictionary<string, long> Failures { get; set; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Units that were due and could not begin, since too many before them had not ended.</summary>
    public long Missed { get; set; }

    /// <summary>Answers with ids that were never sent, and what is neither SIP nor MSRP.</summary>
    public long Strange { get; set; }

    /// <summary>With a rate: how late units began, at the 99th percentile, by the generator's own fault.</summary>
    public double? BeganLateP99 { get; set; }

    /// <summary>CPU time of this program for each unit.</summary>
    public double? OwnCpuEach { get; set; }

    /// <summary>Share of one core that the busiest thread of this program took.</summary>
    public double OwnBusiest { get; set; }

    /// <summary>With --pid: CPU time of the server for each unit.</summary>
    public double? ServerCpuEach { get; set; }

    /// <summary>With --pid: cores that the server kept busy.</summary>
    public double? ServerCores { get; set; }

    /// <summary>With --pid: memory of the server before the load, and at its end.</summary>
    public double? ServerKbBefore { get; set; }

    public double? ServerKbAfter { get; set; }

    /// <summary>What the reader of the figures must know.</summary>
    public List<string> Warnings { get; init; } = [];

    /// <summary>Whether anything was lost, came twice or in another order, failed, or could not begin.</summary>
    public bool HasFailed => Lost != 0 || Duplicated > 0 || OutOfOrder > 0 || Failures.Count > 0 || Missed > 0 || Strange > 0 || (Held == 0 && Count == 0);
}

/// <summary>Percentiles in microseconds.</summary>
sealed record LatencyFigures(double P50, double P90, double P99, double P999, double Max, double Mean, long Count)
{
    const double Micro = 1_000;

    public static LatencyFigures? Of(LatencyHistogram latency) => latency.Count == 0 ? null : new LatencyFigures(
        latency.Percentile(0.5) / Micro,
        latency.Percentile(0.9) / Micro,
        latency.Percentile(0.99) / Micro,
        latency.Percentile(0.999) / Micro,
        latency.Max / Micro,
        latency.Mean / Micro,
        latency.Count);
}
