using Confab.Cli.Bench;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>What a load prints, and when it has failed.</summary>
public sealed class ReportTextTests
{
    static LoadReport Fanout() => new()
    {
        Mode = "fanout",
        Server = "127.0.0.1:5060",
        Transport = "tcp",
        Members = 10,
        Senders = 4,
        Size = 100,
        Rate = 100,
        Seconds = 10,
        Unit = "deliveries",
        Count = 9_000,
        PerSecond = 900,
        BytesEach = 542,
        Sent = 1_200,
        Latency = new LatencyFigures(150, 900, 1_500, 2_000_000, 3_500_000, 400, 9_000),
        OwnCpuEach = 0.81,
        OwnBusiest = 0.12,
        ServerCpuEach = 0.97,
        ServerCores = 0.5,
        ServerKbBefore = 90 * 1024,
        ServerKbAfter = 136 * 1024,
        BeganLateP99 = 80,
    };

    [Fact]
    public void A_report_says_what_was_asked_what_came_and_what_it_cost() => Assert.Equal(
        """
        fanout  127.0.0.1:5060 over tcp  10 members, 4 send 100 B, 100/s asked, 10.0 s
          deliveries   9000, 900 a second, 542 B each
          latency      p50 150 us  p90 900 us  p99 1.50 ms  p99.9 2.00 s  max 3.50 s  mean 400 us
          messages     1200 sent, 0 deliveries lost, 0 twice, 0 out of order
          server       0.97 us CPU each, 0.50 cores busy, 136 MB resident
          generator    0.81 us CPU each, its busiest thread 12 % of a core, began late by 80 us at p99

        """.ReplaceLineEndings(),
        ReportText.Write(Fanout()));

    [Fact]
    public void Nothing_amiss_is_a_success() => Assert.False(Fanout().HasFailed);

    [Theory]
    [InlineData("3 deliveries lost", 3, 0, 0, 0, 0)]
    [InlineData("3 twice", 0, 3, 0, 0, 0)]
    [InlineData("3 out of order", 0, 0, 3, 0, 0)]
    [InlineData("3 were due", 0, 0, 0, 3, 0)]
    [InlineData("3 that answer nothing", 0, 0, 0, 0, 3)]
    public void Whatever_is_amiss_is_said_and_is_a_failure(string said, long lost, long twice, long late, long missed, long strange)
    {
        var report = Fanout() with { Lost = lost, Duplicated = twice, OutOfOrder = late, Missed = missed, Strange = strange };
        Assert.True(report.HasFailed);
        Assert.Contains(said, ReportText.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_are_listed_the_most_frequent_first()
    {
        var report = Fanout() with { Failures = new Dictionary<string, long>(StringComparer.Ordinal) { ["no answer"] = 1, ["503 Service Unavailable"] = 9 } };
        var text = ReportText.Write(report);
        Assert.True(text.IndexOf("9 x 503", StringComparison.Ordinal) < text.IndexOf("1 x no answer", StringComparison.Ordinal));
        Assert.True(report.HasFailed);
    }

    [Fact]
    public void A_load_that_did_nothing_has_failed() => Assert.True((Fanout() with { Count = 0 }).HasFailed);
}
