using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>RFC 3261 17.1, RFC 6026 7.2: what we send, against a scripted peer.</summary>
public sealed class ClientTransactionTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _alice;
    private readonly RawPeer _bob;

    public ClientTransactionTests()
    {
        _alice = new Party(_sim, "alice", "10.0.0.1", 1);
        _bob = new RawPeer(_sim, "10.0.0.2");
    }

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Fact]
    public void Timer_A_repeats_the_INVITE_at_doubling_intervals_until_Timer_B_gives_it_up()
    {
        Send(SipMethod.Invite, "udp");
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Ring.Seconds(0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5), _bob.TimesOf(SipMethod.Invite));
        Assert.Equal(["TimedOut", "idle"], _alice.Told);
    }

    [Fact]
    public void Timer_E_repeats_another_request_at_intervals_that_double_up_to_T2()
    {
        Send(SipMethod.Message, "udp");
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Ring.Seconds(0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5), _bob.TimesOf(SipMethod.Message));
        Assert.Equal(["TimedOut", "idle"], _alice.Told);
    }

    [Fact]
    public void Timer_E_rings_every_T2_once_a_provisional_response_came()
    {
        Send(SipMethod.Message, "udp");
        _bob.Answer(_bob.Last, 100);
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Ring.Seconds(0, 0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5), _bob.TimesOf(SipMethod.Message));
    }

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Message)]
    public void Timers_A_and_E_ring_half_a_second_after_the_request_and_not_before(SipMethod method)
    {
        Send(method, "udp");
        Ring.IsAt(_sim, 0.5, () => _bob.Heard.Count == 2);
    }

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Message)]
    public void Nothing_is_repeated_over_TCP(SipMethod method)
    {
        Send(method, "tcp");
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(_bob.Heard);
    }

    [Theory]
    [InlineData(SipMethod.Invite, "udp")]
    [InlineData(SipMethod.Invite, "tcp")]
    [InlineData(SipMethod.Message, "udp")]
    [InlineData(SipMethod.Message, "tcp")]
    public void Timers_B_and_F_give_up_after_32_seconds_and_not_before(SipMethod method, string transport)
    {
        Send(method, transport);
        Ring.IsAt(_sim, 32, () => _alice.Told.Contains("TimedOut"));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void Timer_F_rings_in_Proceeding_too()
    {
        Send(SipMethod.Message, "udp");
        _bob.Answer(_bob.Last, 100);
        Ring.IsAt(_sim, 32, () => _alice.Told.Contains("TimedOut"));
    }

    [Fact]
    public void A_provisional_response_stops_Timers_A_and_B()
    {
        Send(SipMethod.Invite, "udp");
        _bob.Answer(_bob.Last, 180);
        _sim.Advance(TimeSpan.FromMinutes(10));
        Assert.Single(_bob.Heard);
        Assert.Equal(["180"], _alice.Told);
        Assert.Equal(1, _alice.Transactions.Count);
    }

    [Theory]
    [InlineData(486)]
    [InlineData(603)]
    public void Timer_D_absorbs_repeated_answers_for_32_seconds_over_UDP(int status)
    {
        Send(SipMethod.Invite, "udp");
        _bob.Answer(_bob.Last, status);
        Assert.Equal([$"{status}"], _alice.Told);
        Ring.IsAt(_sim, 32, () => _alice.Transactions.Count == 0);
        Assert.True(_alice.IsAtRest);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void Nothing_is_kept_for_Timer_K_since_an_answer_that_nobody_waits_for_is_dropped_anyway(int status)
    {
        Send(SipMethod.Message, "udp");
        _bob.Answer(_bob.Last, status);
        Assert.True(_alice.IsAtRest);
        _bob.Answer(_bob.Last, status);
        Assert.Equal([$"{status}", "idle"], _alice.Told);
    }

    [Theory]
    [InlineData(SipMethod.Invite, 486)]
    [InlineData(SipMethod.Message, 200)]
    public void Timer_D_is_zero_over_TCP(SipMethod method, int status)
    {
        Send(method, "tcp");
        _bob.Answer(_bob.Last, status);
        Assert.Equal([$"{status}", "idle"], _alice.Told);
        Assert.True(_alice.IsAtRest);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public void Timer_M_hands_repeated_2xx_up_for_32_seconds_over_any_transport(string transport)
    {
        Send(SipMethod.Invite, transport);
        var invite = _bob.Last;
        _bob.Answer(invite, 200);
        _sim.Advance(TimeSpan.FromSeconds(1));
        _bob.Answer(invite, 200);
        Assert.Equal(["200", "200"], _alice.Told);
        Ring.IsAt(_sim, 32, () => _alice.Transactions.Count == 0);
        _bob.Answer(invite, 200);
        Assert.Equal(["200", "200", "idle"], _alice.Told);
    }

    [Fact]
    public void A_refused_INVITE_is_acknowledged_in_its_transaction_each_time_the_refusal_comes_IMC_GEN_10()
    {
        Send(SipMethod.Invite, "udp");
        var invite = _bob.Last;
        _bob.Answer(invite, 486, "b7");
        _sim.Advance(TimeSpan.FromSeconds(31));
        _bob.Answer(invite, 486, "b7");
        var acks = _bob.All(SipMethod.Ack);
        Assert.Equal(2, acks.Length);
        Assert.All(acks, ack =>
        {
            Assert.Equal(invite.Request.TopVia.Branch, ack.Request.TopVia.Branch);
            Assert.Equal(invite.Request.RequestUriText, ack.Request.RequestUriText);
            Assert.Equal(invite.Request.CSeq.Number, ack.Request.CSeq.Number);
            Assert.Equal("b7", ack.Request.ToTag.ToString());
        });
        Assert.Equal(["486"], _alice.Told);
        Assert.Single(_bob.All(SipMethod.Invite));
    }

    [Fact]
    public void A_repeated_final_answer_to_another_request_is_absorbed()
    {
        Send(SipMethod.Message, "udp");
        for (var i = 0; i < 3; i++) _bob.Answer(_bob.Heard[0], 200);
        _bob.Answer(_bob.Heard[0], 100);
        Assert.Equal(["200", "idle"], _alice.Told);
    }

    [Theory]
    [InlineData(SipMethod.Invite, false)]
    [InlineData(SipMethod.Invite, true)]
    [InlineData(SipMethod.Message, false)]
    [InlineData(SipMethod.Message, true)]
    public void A_connection_that_is_lost_ends_what_waits_on_it_at_once_and_leaves_other_connections_alone(SipMethod method, bool isProceeding)
    {
        var carol = new RawPeer(_sim, "10.0.0.3");
        Send(method, "tcp");
        _alice.Send(method, _alice.Reach("sip:carol@10.0.0.3;transport=tcp"));
        if (isProceeding) _bob.Answer(_bob.Last, 183);
        ((SimStream)_bob.Accepted[0]).Break();
        _sim.Run();
        Assert.Equal("Unreachable", _alice.Told[^1]);
        Assert.Equal(TimeSpan.Zero, _sim.Time.Elapsed);
        Assert.Equal(1, _alice.Transactions.Count);
        carol.Answer(carol.Last, 480);
        Assert.Equal(["480", "idle"], _alice.Told[^2..]);
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void A_connection_lost_after_the_answer_tells_nothing_more()
    {
        Send(SipMethod.Invite, "tcp");
        _bob.Answer(_bob.Last, 200);
        ((SimStream)_bob.Accepted[0]).Break();
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(["200", "idle"], _alice.Told);
    }

    [Fact]
    public void Over_a_closed_connection_the_user_is_told_after_the_call_that_sends_and_not_inside_it()
    {
        var flow = _alice.Reach("sip:bob@10.0.0.2;transport=tcp");
        flow.Close(EndReason.None);
        _alice.Do(() =>
        {
            _alice.Transactions.Send(_alice.Compose(SipMethod.Message, flow), flow, _alice);
            Assert.Empty(_alice.Told);
        });
        Assert.Equal(["Unreachable", "idle"], _alice.Told);
    }

    [Fact]
    public void A_response_of_another_branch_or_method_belongs_to_nobody()
    {
        Send(SipMethod.Message, "udp");
        var text = $"SIP/2.0 200 OK\nVia: {_bob.Last.Request.TopVia.Text}\nFrom: <sip:a@b>;tag=a1\nTo: <sip:b@c>;tag=b1\nCall-ID: call-1\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n";
        _bob.Send(_bob.Last.Flow, text.Replace("branch=z9", "branch=y9", StringComparison.Ordinal));
        _bob.Send(_bob.Last.Flow, text.Replace("1 MESSAGE", "1 INFO", StringComparison.Ordinal));
        Assert.Empty(_alice.Told);
        _bob.Send(_bob.Last.Flow, text);
        Assert.Equal(["200", "idle"], _alice.Told);
    }

    private void Send(SipMethod method, string transport) => _alice.Send(method, _alice.Reach($"sip:bob@10.0.0.2;transport={transport}"));
}
