using Confab.Cli.Bench;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>Loads beside the real server in a simulated world, where 2 ms pass each way: the figures are known before.</summary>
public sealed class LoadTests
{
    static void AssertWell(LoadReport report)
    {
        Assert.False(report.HasFailed, ReportText.Write(report));
        Assert.NotNull(report.Latency);
        Assert.True(report.Count > 0);
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.Udp)]
    public void Transactions_take_a_way_there_and_back(Transport transport)
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("signalling") with { Transport = transport });
        AssertWell(report);
        Assert.InRange(report.Latency!.P50, 4_000, 4_100);
        Assert.InRange(report.PerSecond, 450, 550); // two at a time, 4 ms each
    }

    [Fact]
    public void Refreshes_answer_a_challenge_once_and_then_foresee_it()
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("register") with { IsTrusted = false, Local = null }, from: "192.0.2.7");
        AssertWell(report);
        Assert.InRange(report.Latency!.P50, 4_000, 4_200); // a challenge would take another 4 ms
    }

    [Fact]
    public void A_group_gets_every_message_once_and_in_order()
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("fanout", members: 6));
        AssertWell(report);
        Assert.Equal((0, 0, 0), (report.Lost, report.Duplicated, report.OutOfOrder));
        Assert.InRange(report.Latency!.P50, 4_000, 4_200);
        Assert.InRange(report.PerSecond, 4_500, 5_100); // 2 senders x 2 under way x 5 others, 4 ms each
        scene.AssertNobodyIsIn();
    }

    [Theory]
    [InlineData(38)]
    [InlineData(2_000)]
    [InlineData(100_000)]
    public void Messages_of_any_size_are_counted_once_whole(int size)
    {
        using var scene = new LoadScene();
        AssertWell(scene.Run(LoadScene.Options("fanout") with { Size = size, Window = 1, Senders = 1 }));
    }

    [Fact]
    public void At_a_rate_as_much_begins_as_is_due_and_latencies_count_from_then()
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("fanout", members: 6) with { Rate = 50 });
        AssertWell(report);
        Assert.InRange(report.Count, 245, 255);
        Assert.InRange(report.Latency!.Max, 4_000, 6_000);
    }

    [Fact]
    public void A_server_that_stalls_cannot_hide_it_from_a_load_at_a_rate()
    {
        using var scene = new LoadScene();
        scene.Rig.Sim.Time.CreateTimer(_ => scene.Rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(200), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var report = scene.Run(LoadScene.Options("signalling", members: 10) with { Rate = 100 });
        Assert.True(report.Missed > 0, "ten users cannot have more than ten under way");
        Assert.True(report.Latency!.P90 >= 200_000, $"p90 is {report.Latency.P90} us");
    }

    [Fact]
    public void Sessions_are_set_up_and_torn_down_and_nothing_stays()
    {
        using var scene = new LoadScene();
        scene.Rig.Rest();
        var report = scene.Run(LoadScene.Options("sessions", members: 4));
        AssertWell(report);
        Assert.InRange(report.Latency!.P50, 12_000, 40_000);
        scene.AssertNobodyIsIn();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Sessions_are_held_and_then_left(int sharedConnections)
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("sessions", members: 4) with { Hold = 20, MsrpConnections = sharedConnections });
        Assert.False(report.HasFailed, ReportText.Write(report));
        Assert.Equal(20, report.Held);
        scene.AssertNobodyIsIn();
    }

    [Fact]
    public void Registrations_are_held()
    {
        using var scene = new LoadScene();
        var report = scene.Run(LoadScene.Options("register", members: 10) with { Hold = 10 });
        Assert.False(report.HasFailed, ReportText.Write(report));
        Assert.Equal(0, report.Count);
    }

    [Fact]
    public void Another_load_has_other_users()
    {
        using var scene = new LoadScene();
        AssertWell(scene.Run(LoadScene.Options("register") with { First = 8, IsTrusted = false }, from: "192.0.2.7"));
        var failed = Assert.Throws<LoadFailedException>(() => scene.Run(LoadScene.Options("register") with { First = 10, IsTrusted = false }, from: "192.0.2.8"));
        Assert.Contains("sip:u12@example.com", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_password_is_named_with_what_to_do()
    {
        using var scene = new LoadScene();
        var failed = Assert.Throws<LoadFailedException>(() => scene.Run(LoadScene.Options("register") with { Password = "no", IsTrusted = false }, from: "192.0.2.7"));
        Assert.Contains("another password", failed.Message, StringComparison.Ordinal);
        Assert.Contains("confab bench config", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_factory_or_group_that_is_not_there_is_named()
    {
        using var scene = new LoadScene();
        var factory = Assert.Throws<LoadFailedException>(() => scene.Run(LoadScene.Options("fanout") with { Factory = "sip:nothing@example.com" }));
        Assert.Contains("sip:nothing@example.com", factory.Message, StringComparison.Ordinal);
        var group = Assert.Throws<LoadFailedException>(() => scene.Run(LoadScene.Options("fanout") with { Group = "sip:none@example.com" }));
        Assert.Contains("sip:none@example.com", group.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_named()
    {
        using var scene = new LoadScene();
        var failed = Assert.Throws<LoadFailedException>(() => scene.Run(LoadScene.Options("signalling") with { Remote = new System.Net.IPEndPoint(System.Net.IPAddress.Parse("10.0.9.1"), 5060), Server = "10.0.9.1:5060" }));
        Assert.Contains("10.0.9.1:5060", failed.Message, StringComparison.Ordinal);
        Assert.Contains("--server", failed.Message, StringComparison.Ordinal);
    }
}
