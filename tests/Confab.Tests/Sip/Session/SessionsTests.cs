using Confab.Sim;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Two ends of <see cref="SipSession"/> against each other.</summary>
public sealed class SessionsTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public void Two_agents_ring_answer_acknowledge_and_leave(string transport)
    {
        using var sim = new SimWorld();
        var (alice, bob) = Agents(sim);
        bob.Offered = static session => session.Ring();
        alice.Invite($"sip:bob@10.0.0.2;transport={transport}");
        Assert.Equal(["ringing 180"], alice.Told);
        bob.Do(() => bob.Session.Accept("text/plain", [1]));
        Assert.Equal(["ringing 180", "answered"], alice.Told);
        Assert.Equal(["confirmed"], bob.Told);
        Assert.Equal((SessionState.Established, SessionState.Established), (alice.Session.State, bob.Session.State));
        bob.Do(() => bob.Session.Bye());
        Assert.Contains("bye done", bob.Told);
        Assert.Contains("ended Left", alice.Told);
        sim.Advance(TimeSpan.FromSeconds(40));
        Assert.True(alice.IsAtRest && bob.IsAtRest);
        sim.ThrowOnErrors();
    }

    [Fact]
    public void The_dialog_has_the_same_identity_at_both_ends()
    {
        using var sim = new SimWorld();
        var (alice, bob) = Established(sim);
        var (a, b) = (alice.Session.Dialog!, bob.Session.Dialog!);
        Assert.Equal((a.CallId, a.LocalTag, a.RemoteTag), (b.CallId, b.RemoteTag, b.LocalTag));
        Assert.Equal((a.LocalUri, a.RemoteUri), (b.RemoteUri, b.LocalUri));
        Assert.Equal("sip:bob@10.0.0.2:5060", a.RemoteTarget.ToString());
        Assert.Equal("sip:alice@10.0.0.1:5060", b.RemoteTarget.ToString());
    }

    [Fact]
    public void Both_may_leave_at_once()
    {
        using var sim = new SimWorld();
        var (alice, bob) = Established(sim);
        sim.Network.Latency = TimeSpan.FromMilliseconds(50);
        alice.Do(() => alice.Session.Bye());
        bob.Do(() => bob.Session.Bye());
        sim.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(1, alice.Told.Count(static t => t == "bye done"));
        Assert.Equal(1, bob.Told.Count(static t => t == "bye done"));
        Assert.DoesNotContain(alice.Told.Concat(bob.Told), static t => t.StartsWith("ended", StringComparison.Ordinal));
        Assert.True(alice.IsAtRest && bob.IsAtRest);
    }

    [Fact]
    public void A_declined_invitation_ends_at_both_ends()
    {
        using var sim = new SimWorld();
        var (alice, bob) = Agents(sim);
        bob.Offered = static session => session.Refuse(603);
        alice.Invite("sip:bob@10.0.0.2");
        Assert.Equal(["refused 603"], alice.Told);
        sim.Advance(TimeSpan.FromSeconds(40));
        Assert.True(alice.IsAtRest && bob.IsAtRest);
    }

    [Fact]
    public void A_cancelled_invitation_ends_at_both_ends()
    {
        using var sim = new SimWorld();
        var (alice, bob) = Agents(sim);
        bob.Offered = static session => session.Ring();
        alice.Invite("sip:bob@10.0.0.2");
        alice.Do(() => alice.Session.Cancel());
        Assert.Equal(["ringing 180", "refused 487"], alice.Told);
        Assert.Equal(["cancelled"], bob.Told);
        sim.Advance(TimeSpan.FromSeconds(40));
        Assert.True(alice.IsAtRest && bob.IsAtRest);
    }

    /// <summary>Whatever is lost, doubled or overtaken: both ends come to rest, are told of one outcome each, and an answered one was ended.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    public void Over_a_bad_network_both_ends_come_to_rest_and_hear_one_outcome(double loss)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            using var sim = new SimWorld(seed, shuffles: true);
            sim.Network.Latency = TimeSpan.FromMilliseconds(40);
            sim.Network.DatagramLoss = loss;
            sim.Network.DatagramDuplication = 0.2;
            sim.Network.DatagramReordering = 0.2;
            var (alice, bob) = Agents(sim);
            bob.Offered = static session =>
            {
                session.Ring();
                session.Accept("text/plain", [1]);
            };
            alice.Invite("sip:bob@10.0.0.2");
            sim.Advance(TimeSpan.FromSeconds(10));
            if (seed % 3 == 0) alice.Do(() => alice.Session.Cancel());
            if (seed % 3 == 1) bob.Do(() => { if (bob.Sessions.Count > 0) bob.Session.Bye(); });
            sim.Advance(TimeSpan.FromSeconds(60));
            alice.Do(() => { if (alice.Session.State == SessionState.Calling) alice.Session.Cancel(); });
            alice.Do(() => alice.Session.Bye());
            sim.Advance(TimeSpan.FromMinutes(3));

            sim.ThrowOnErrors();
            var story = $"seed {seed}: alice {string.Join(", ", alice.Told)}; bob {string.Join(", ", bob.Told)}";
            Assert.True(alice.IsAtRest && bob.IsAtRest, story);
            Assert.True(alice.Session.State == SessionState.Ended && bob.Sessions.TrueForAll(static s => s.State == SessionState.Ended), story);
            Assert.True(Outcomes(alice) == 1, story);
            Assert.True(Outcomes(bob) == bob.Sessions.Count, story);
        }
    }

    internal static (Party Alice, Party Bob) Agents(SimWorld sim) => (new Party(sim, "alice", "10.0.0.1", 1), new Party(sim, "bob", "10.0.0.2", 2));

    internal static (Party Alice, Party Bob) Established(SimWorld sim)
    {
        var (alice, bob) = Agents(sim);
        bob.Offered = static session => session.Accept("text/plain", [1]);
        alice.Invite("sip:bob@10.0.0.2");
        Assert.Equal(SessionState.Established, bob.Session.State);
        return (alice, bob);
    }

    private static int Outcomes(Party party) => party.Told.Count(static t => t.Split(' ')[0] is "refused" or "ended" or "bye" or "cancelled");
}
