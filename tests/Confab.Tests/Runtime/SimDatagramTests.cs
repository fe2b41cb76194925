using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SimDatagramTests
{
    private static readonly IPEndPoint s_service = IPEndPoint.Parse("10.0.0.1:5060");

    [Fact]
    public void A_datagram_arrives_from_where_it_was_sent_and_can_be_answered()
    {
        using var sim = new SimWorld();
        var atServer = new Mailbag();
        var atClient = new Mailbag();
        sim.Host("10.0.0.1", 1).Network.Bind(s_service, atServer);
        using var port = sim.Host("10.0.0.2", 2).Network.Bind(new IPEndPoint(IPAddress.Any, 0), atClient);
        Assert.True(port.To(s_service).Send("ping"u8));
        Assert.Empty(atServer.Texts);
        sim.Run();
        Assert.Equal(["ping"], atServer.Texts);
        var flow = Assert.Single(atServer.Flows);
        Assert.Equal(IPEndPoint.Parse("10.0.0.2:49152"), flow.Remote);
        Assert.Equal(s_service, flow.Local);
        Assert.False(flow.IsReliable);
        flow.Send("pong"u8);
        sim.Run();
        Assert.Equal(["pong"], atClient.Texts);
        sim.ThrowOnErrors();
    }

    [Fact]
    public void A_datagram_to_nobody_or_to_a_closed_port_is_gone()
    {
        using var sim = new SimWorld();
        var heard = new Mailbag();
        var bound = sim.Host("10.0.0.1", 1).Network.Bind(s_service, heard);
        var port = sim.Host("10.0.0.2", 2).Network.Bind(new IPEndPoint(IPAddress.Any, 0), heard);
        port.To(IPEndPoint.Parse("10.9.9.9:1")).Send("x"u8);
        var flow = port.To(s_service);
        flow.Send("x"u8);
        bound.Dispose();
        sim.Run();
        Assert.Empty(heard.Texts);
        port.Dispose();
        Assert.False(flow.IsOpen);
        Assert.False(flow.Send("x"u8));
    }

    [Fact]
    public void Loss_repeats_exactly_with_its_seed()
    {
        var first = Send(11, static network => network.DatagramLoss = 0.3);
        Assert.InRange(first.Count, 600, 800);
        Assert.Equal(first, Send(11, static network => network.DatagramLoss = 0.3));
        Assert.NotEqual(first, Send(12, static network => network.DatagramLoss = 0.3));
    }

    [Fact]
    public void Duplication_sends_some_twice()
    {
        var heard = Send(11, static network => network.DatagramDuplication = 0.1);
        Assert.InRange(heard.Count, 1_050, 1_150);
        Assert.Equal(1_000, heard.Distinct().Count());
    }

    [Fact]
    public void Reordering_delays_some_and_loses_none()
    {
        var heard = Send(11, static network => network.DatagramReordering = 0.1);
        Assert.NotEqual(heard.Order(StringComparer.Ordinal), heard);
        Assert.Equal(1_000, heard.Distinct().Count());
        Assert.Equal(1_000, heard.Count);
    }

    [Fact]
    public void With_all_knobs_off_every_datagram_arrives_once_in_order()
    {
        var heard = Send(11, static _ => { });
        Assert.Equal(1_000, heard.Count);
        Assert.Equal(heard.Order(StringComparer.Ordinal), heard);
    }

    [Fact]
    public void A_test_can_lose_the_one_datagram_it_means()
    {
        var seen = 0;
        var heard = Send(11, network => network.LoseIf = _ => ++seen == 3);
        Assert.Equal(999, heard.Count);
        Assert.DoesNotContain("0002", heard);
    }

    [Fact]
    public void Latency_is_exact()
    {
        using var sim = new SimWorld();
        sim.Network.Latency = TimeSpan.FromMilliseconds(25);
        var heard = new Mailbag();
        sim.Host("10.0.0.1", 1).Network.Bind(s_service, heard);
        sim.Host("10.0.0.2", 2).Network.Bind(new IPEndPoint(IPAddress.Any, 0), heard).To(s_service).Send("x"u8);
        sim.Advance(TimeSpan.FromMilliseconds(25) - TimeSpan.FromTicks(1));
        Assert.Empty(heard.Texts);
        sim.Advance(TimeSpan.FromTicks(1));
        Assert.Single(heard.Texts);
    }

    [Fact]
    public void Names_resolve_to_what_the_test_gave_them_and_literals_to_themselves()
    {
        using var sim = new SimWorld();
        var network = sim.Host("10.0.0.1", 1).Network;
        sim.Network.Name("im.example.com", IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.3"));
        var answers = new List<string>();
        foreach (var name in new[] { "IM.example.com", "192.0.2.7", "nowhere.example.com" }) network.Resolve(name, found => answers.Add(string.Join(' ', found)));
        sim.Run();
        Assert.Equal(["", "10.0.0.1 10.0.0.3", "192.0.2.7"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_world_runs_until_a_condition_holds_or_its_time_is_over()
    {
        using var sim = new SimWorld();
        var heard = new Mailbag();
        sim.Network.Latency = TimeSpan.FromSeconds(2);
        sim.Host("10.0.0.1", 1).Network.Bind(s_service, heard);
        sim.Host("10.0.0.2", 2).Network.Bind(new IPEndPoint(IPAddress.Any, 0), heard).To(s_service).Send("x"u8);
        Assert.False(sim.RunUntil(() => heard.Texts.Count > 0, TimeSpan.FromSeconds(1)));
        Assert.True(sim.RunUntil(() => heard.Texts.Count > 0, TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(2), sim.Time.Elapsed);
    }

    private static List<string> Send(int seed, Action<SimNetwork> turn)
    {
        using var sim = new SimWorld(seed);
        turn(sim.Network);
        var heard = new Mailbag();
        sim.Host("10.0.0.1", 1).Network.Bind(s_service, heard);
        var flow = sim.Host("10.0.0.2", 2).Network.Bind(new IPEndPoint(IPAddress.Any, 0), heard).To(s_service);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(flow.Send(Encoding.ASCII.GetBytes($"{i:0000}")));
            sim.Advance(TimeSpan.FromMilliseconds(1));
        }

        sim.Advance(TimeSpan.FromSeconds(1));
        return heard.Texts;
    }

    private sealed class Mailbag : IDatagramHandler
    {
        public List<string> Texts { get; } = [];

        public HashSet<Flow> Flows { get; } = [];

        public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
        {
            Texts.Add(Encoding.ASCII.GetString(datagram));
            Flows.Add(flow);
        }
    }
}
