using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>A siege sees what a server does not let go.</summary>
public sealed class SiegeTests
{
    [Fact]
    public async Task What_outlives_all_timers_is_told()
    {
        await using var siege = await Siege.StartAsync(FlowParser.Parse("kept", """
            # RFC 4975 5.4  A leg that may stay away for a day
            server Session:StaleLegSeconds=86400
            cast alice bob (registered)
            given alice talks to bob
            """));
        siege.Play();
        var failure = Assert.Throws<FlowFailureException>(siege.Recover);
        Assert.Contains("held after:  1 owners, 2 Call-IDs, 1 IM sessions, 2 MSRP sessions, 2 users in sessions", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_nobody_harmed_recovers()
    {
        await using var siege = await Siege.StartAsync(Samples.Group);
        siege.Play();
        Assert.InRange(siege.MessagesSent, 10, 100);
        siege.Recover();
    }
}
