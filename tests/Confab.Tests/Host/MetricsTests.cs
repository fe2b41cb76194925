using System.Diagnostics.Metrics;
using Confab.Host.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Confab.Tests.Host;

/// <summary>What the meters measure comes out in Prometheus' text format.</summary>
public sealed class MetricsTests : IDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly MetricsListener _listener;
    readonly Meter _meter;

    public MetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener = new(meters);
        _listener.Start();
        _meter = meters.Create("Confab.Tests");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_for_each_set_of_tags()
    {
        var counter = _meter.CreateCounter<long>("confab.sip.transactions", description: "Transactions\nended.");
        counter.Add(2, new KeyValuePair<string, object?>("method", "INVITE"));
        counter.Add(3, new KeyValuePair<string, object?>("method", "INVITE"));
        counter.Add(1, new KeyValuePair<string, object?>("method", "a\"b\\"));
        Assert.Equal("""
            # HELP confab_sip_transactions_total Transactions\nended.
            # TYPE confab_sip_transactions_total counter
            confab_sip_transactions_total{method="INVITE"} 5
            confab_sip_transactions_total{method="a\"b\\"} 1

            """, Text("confab_sip_transactions"));
    }

    [Fact]
    public void Levels_go_up_and_down()
    {
        var active = _meter.CreateUpDownCounter<int>("confab.sessions.active");
        active.Add(3);
        active.Add(-1);
        _meter.CreateObservableGauge("confab.data", () => 1.5, "By");
        _meter.CreateGauge<int>("confab.level").Record(7);
        Assert.Contains("# TYPE confab_sessions_active gauge\nconfab_sessions_active 2\n", Text(), StringComparison.Ordinal);
        Assert.Contains("# TYPE confab_data_bytes gauge\nconfab_data_bytes 1.5\n", Text(), StringComparison.Ordinal);
        Assert.Contains("\nconfab_level 7\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_counts_at_or_below_each_bound()
    {
        var durations = _meter.CreateHistogram("confab.turn.duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.25, 1] });
        foreach (var seconds in new[] { 0.25, 0.5, 8 })
            durations.Record(seconds);
        Assert.Equal("""
            # HELP confab_turn_duration_seconds confab.turn.duration
            # TYPE confab_turn_duration_seconds histogram
            confab_turn_duration_seconds_bucket{le="0.25"} 1
            confab_turn_duration_seconds_bucket{le="1"} 2
            confab_turn_duration_seconds_bucket{le="+Inf"} 3
            confab_turn_duration_seconds_sum 8.75
            confab_turn_duration_seconds_count 3

            """, Text("confab_turn_duration"));
    }

    [Fact]
    public void A_tag_with_too_many_values_does_not_become_growth()
    {
        var counter = _meter.CreateCounter<long>("confab.many");
        for (var i = 0; i < 1000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("peer", i));
        var lines = Text().Split('\n').Where(l => l.StartsWith("confab_many_total{", StringComparison.Ordinal)).ToList();
        Assert.Equal(Family.MaxSeries, lines.Count);
        Assert.Equal($"confab_many_total{{overflow=\"true\"}} {1000 - Family.MaxSeries + 1}", lines[^1]);
    }

    [Fact]
    public void Meters_of_others_are_left_alone()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateCounter<long>("confab.not.ours").Add(1);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        services.GetRequiredService<IMeterFactory>().Create("Confab.Other").CreateCounter<long>("confab.not.this.one").Add(1);
        using var withoutFactory = new Meter("Confab.Server"); // another server in this process: its lines beside ours would be read as ours
        withoutFactory.CreateUpDownCounter<long>("confab.not.this.either").Add(1);
        Assert.DoesNotContain("confab_not", Text(), StringComparison.Ordinal);
    }

    // The runtime's own metrics are not of interest here.
    string Text(string name = "confab") => PrometheusText.Write(_listener.Read().Where(f => f.Name.StartsWith(name, StringComparison.Ordinal)));
}
