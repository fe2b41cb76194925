using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>RFC 3261 17.2, RFC 6026 7.1: what we answer, against a scripted peer.</summary>
public sealed class ServerTransactionTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _bob;
    private readonly RawPeer _alice;
    private Flow _flow = null!;

    public ServerTransactionTests()
    {
        _bob = new Party(_sim, "bob", "10.0.0.1", 1) { IsRaw = true };
        _alice = new RawPeer(_sim, "10.0.0.2");
    }

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Fact]
    public void A_repeated_INVITE_is_absorbed_until_there_is_an_answer_and_then_gets_the_last_one()
    {
        Send("INVITE");
        Send("INVITE");
        Assert.Empty(_alice.Heard);
        _bob.Answer(_bob.Requests[0], 180);
        Send("INVITE");
        _bob.Answer(_bob.Requests[0], 183);
        Send("INVITE");
        Assert.Equal([180, 180, 183, 183], _alice.Heard.Select(static h => h.Response.Status));
        Assert.Single(_bob.Requests);
    }

    [Theory]
    [InlineData("INVITE", 180)]
    [InlineData("INVITE", 200)]
    [InlineData("MESSAGE", 200)]
    public void A_request_that_comes_by_a_second_way_is_answered_482(string method, int status)
    {
        var flow = _alice.To("10.0.0.1");
        _alice.Send(flow, RawPeer.Request(method));
        _bob.Answer(_bob.Requests[0], status);
        _alice.Send(flow, RawPeer.Request(method, branch: "z9hG4bK2"));
        _alice.Send(flow, RawPeer.Request(method, branch: "z9hG4bK2"));
        Assert.Single(_bob.Requests);
        Assert.Equal(2, _alice.All(482).Length);
        _alice.Send(flow, RawPeer.Request(method, branch: "z9hG4bK3", cseq: 2));
        _alice.Send(flow, RawPeer.Request(method, branch: "z9hG4bK4", callId: "call-2"));
        Assert.Equal(3, _bob.Requests.Count);
    }

    [Theory]
    [InlineData("INVITE", 401)]
    [InlineData("MESSAGE", 407)]
    public void Another_try_after_a_challenge_may_have_the_CSeq_of_the_first(string method, int status)
    {
        var flow = _alice.To("10.0.0.1");
        _alice.Send(flow, RawPeer.Request(method));
        _bob.Answer(_bob.Requests[0], status);
        _alice.Send(flow, RawPeer.Request(method, branch: "z9hG4bK2"));
        Assert.Equal(2, _bob.Requests.Count);
        Assert.Empty(_alice.All(482));
    }

    [Fact]
    public void A_request_inside_a_dialog_is_never_taken_for_a_second_copy()
    {
        var flow = _alice.To("10.0.0.1");
        _alice.Send(flow, RawPeer.Request("MESSAGE", toTag: "b1"));
        _alice.Send(flow, RawPeer.Request("MESSAGE", branch: "z9hG4bK2", toTag: "b1"));
        Assert.Equal(2, _bob.Requests.Count);
    }

    [Fact]
    public void Timer_G_repeats_a_refusal_until_the_ACK_comes_and_the_user_does_not_hear_of_that()
    {
        Send("INVITE");
        _bob.Answer(_bob.Requests[0], 486);
        Ring.IsAt(_sim, 0.5, () => _alice.Heard.Count == 2);
        _sim.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(Ring.Seconds(0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5), _alice.TimesOf(486));
        Send("INVITE");
        Assert.Equal(9, _alice.Heard.Count);
        Send("ACK");
        Send("ACK");
        Send("INVITE");
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(9, _alice.Heard.Count);
        Assert.Equal(["idle"], _bob.Told);
    }

    [Theory]
    [InlineData("UDP", 11)] // at 0, .5, 1.5, 3.5, then every 4 s
    [InlineData("TCP", 1)]
    public void Timer_H_gives_up_after_32_seconds_without_ACK_and_Timer_G_is_for_UDP_alone(string protocol, int refusals)
    {
        Send("INVITE", protocol);
        _bob.Answer(_bob.Requests[0], 486);
        Ring.IsAt(_sim, 32, () => _bob.Transactions.Count == 0);
        Assert.Equal(refusals, _alice.Heard.Count);
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void Timer_I_absorbs_ACKs_for_5_seconds_over_UDP()
    {
        Send("INVITE");
        _bob.Answer(_bob.Requests[0], 486);
        Send("ACK");
        Ring.IsAt(_sim, 5, () => _bob.Transactions.Count == 0);
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void Timer_I_is_zero_over_TCP()
    {
        Send("INVITE", "TCP");
        _bob.Answer(_bob.Requests[0], 486);
        Send("ACK", "TCP");
        Assert.True(_bob.IsAtRest);
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void Timer_L_absorbs_repeated_INVITEs_for_32_seconds_after_a_2xx_over_any_transport(string protocol)
    {
        Send("INVITE", protocol);
        _bob.Answer(_bob.Requests[0], 200);
        _sim.Advance(TimeSpan.FromSeconds(31));
        Send("INVITE", protocol);
        Assert.Single(_alice.Heard);
        Assert.Single(_bob.Requests);
        Ring.IsAt(_sim, 32, () => _bob.Transactions.Count == 0);
    }

    [Fact]
    public void After_a_2xx_the_user_may_repeat_it_and_nothing_else()
    {
        Send("INVITE");
        _bob.Answer(_bob.Requests[0], 200);
        _bob.Answer(_bob.Requests[0], 200);
        _bob.Answer(_bob.Requests[0], 180);
        _bob.Answer(_bob.Requests[0], 486);
        Assert.Equal([200, 200], _alice.Heard.Select(static h => h.Response.Status));
    }

    [Theory]
    [InlineData("z9hG4bK2")]
    [InlineData("z9hG4bK1")] // RFC 6026 7.1: a peer that gives it the INVITE's branch
    public void The_ACK_of_a_2xx_goes_to_the_user(string branch)
    {
        Send("INVITE");
        _bob.Answer(_bob.Requests[0], 200);
        _alice.Send(_flow, RawPeer.Request("ACK", branch));
        Assert.Equal(["ack"], _bob.Told);
    }

    [Fact]
    public void Timer_J_repeats_the_answer_to_a_repeated_request_for_32_seconds_over_UDP()
    {
        Send("MESSAGE");
        Send("MESSAGE");
        Assert.Empty(_alice.Heard);
        _bob.Answer(_bob.Requests[0], 100);
        Send("MESSAGE");
        _bob.Answer(_bob.Requests[0], 200);
        _bob.Answer(_bob.Requests[0], 500);
        _sim.Advance(TimeSpan.FromSeconds(31));
        Send("MESSAGE");
        Assert.Equal([100, 100, 200, 200], _alice.Heard.Select(static h => h.Response.Status));
        Assert.True(_bob.IsAtRest); // the answer is all that is kept
        Ring.IsAt(_sim, 32, () => _bob.Transport.AnsweredCount == 0);
        Send("MESSAGE");
        Assert.Equal(2, _bob.Requests.Count);
    }

    [Fact]
    public void Over_UDP_no_request_is_taken_whose_answer_could_not_be_remembered()
    {
        var carol = new Party(_sim, "carol", "10.0.0.9", 1, new Limits { AnsweredBytes = 1 }) { IsRaw = true }; // room for one piece of memory
        var flow = _alice.To("10.0.0.9");
        for (var i = 0; carol.Requests.Count == i; i++)
        {
            _alice.Send(flow, RawPeer.Request("MESSAGE", branch: $"z9hG4bK{i}", callId: $"call-{i}"));
            if (carol.Requests.Count > i) carol.Answer(carol.Requests[i], 200);
        }

        var answered = carol.Requests.Count;
        Assert.InRange(answered, 200, 2_000);
        Assert.True(Assert.Single(_alice.All(503)).Response.Has(HeaderName.RetryAfter));
        _alice.Send(flow, RawPeer.Request("MESSAGE", branch: "z9hG4bK0", callId: "call-0"));
        Assert.Equal(answered + 1, _alice.All(200).Length);
        _sim.Advance(TimeSpan.FromSeconds(32));
        _alice.Send(flow, RawPeer.Request("MESSAGE", branch: "z9hG4bKlate", callId: "late"));
        Assert.Equal(answered + 1, carol.Requests.Count);
    }

    [Fact]
    public void Timer_J_is_zero_over_TCP_and_OnIdle_comes_after_the_call_that_answers()
    {
        Send("MESSAGE", "TCP");
        _bob.Do(() =>
        {
            _bob.Requests[0].Respond(200, Confab.Sip.Transport.Reply.Compose(_bob.Requests[0].Request, _bob.Requests[0].Flow, 200, "b1"));
            Assert.Empty(_bob.Told);
        });
        Assert.Equal(["idle"], _bob.Told);
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void Nobody_is_told_of_idleness_while_the_same_turn_starts_something_new()
    {
        Send("MESSAGE", "TCP");
        var there = _bob.Reach("sip:alice@10.0.0.2");
        _bob.Do(() =>
        {
            _bob.Requests[0].Respond(200, Confab.Sip.Transport.Reply.Compose(_bob.Requests[0].Request, _bob.Requests[0].Flow, 200, "b1"));
            _bob.Transactions.Send(_bob.Compose(SipMethod.Message, there), there, _bob);
        });
        Assert.Empty(_bob.Told);
    }

    [Fact]
    public void The_same_branch_from_another_sender_or_with_another_method_is_another_request()
    {
        Send("MESSAGE");
        _alice.Send(_flow, RawPeer.Request("MESSAGE", cseq: 2, sentBy: "10.0.0.9"));
        _alice.Send(_flow, RawPeer.Request("MESSAGE", cseq: 3, sentBy: "10.0.0.2:5070"));
        _alice.Send(_flow, RawPeer.Request("INFO"));
        Assert.Equal(4, _bob.Requests.Count);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("z9hG4bK")] // the cookie alone is no branch (RFC 4475 3.1.2.19)
    public void A_peer_of_RFC_2543_is_matched_by_the_fields_that_it_repeats(string branch)
    {
        _flow = _alice.To("10.0.0.1");
        _alice.Send(_flow, RawPeer.Request("INVITE", branch));
        _alice.Send(_flow, RawPeer.Request("INVITE", branch));
        _bob.Answer(_bob.Requests[0], 486);
        _alice.Send(_flow, RawPeer.Request("ACK", branch, toTag: "b1"));
        _sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(_alice.Heard);
        _alice.Send(_flow, RawPeer.Request("INVITE", branch, cseq: 2));
        Assert.Equal(2, _bob.Requests.Count);
    }

    [Fact]
    public void A_CANCEL_finds_the_INVITE_of_its_branch_and_no_other()
    {
        Send("INVITE");
        _alice.Send(_flow, RawPeer.Request("CANCEL"));
        _alice.Send(_flow, RawPeer.Request("CANCEL", "z9hG4bK2"));
        Assert.Same(_bob.Requests[0], _bob.Transactions.FindCancelled(_bob.Requests[1].Request));
        Assert.Null(_bob.Transactions.FindCancelled(_bob.Requests[2].Request));
    }

    [Fact]
    public void An_owner_with_too_many_transactions_refuses_more_with_503()
    {
        var small = new Party(_sim, "small", "10.0.0.4", 4, new Limits { TransactionsPerOwner = 2 }) { IsRaw = true };
        _flow = _alice.To("10.0.0.4");
        for (var i = 0; i < 3; i++) _alice.Send(_flow, RawPeer.Request("MESSAGE", $"z9hG4bK{i}", cseq: i));
        Assert.Equal(2, small.Requests.Count);
        Assert.Equal(503, Assert.Single(_alice.Heard).Response.Status);
        Assert.True(_alice.Last.Response.Has(HeaderName.RetryAfter));
        small.Answer(small.Requests[0], 200);
        _sim.Advance(TimeSpan.FromSeconds(32));
        _alice.Send(_flow, RawPeer.Request("MESSAGE", "z9hG4bK2", cseq: 2));
        Assert.Equal(3, small.Requests.Count);
    }

    [Fact]
    public void A_response_whose_connection_is_gone_takes_a_new_one_to_the_sent_by_port()
    {
        var first = _alice.Connect("10.0.0.1");
        _alice.Send(first, RawPeer.Request("INVITE", protocol: "TCP"));
        ((SimStream)first).Break();
        _sim.Run();
        _bob.Answer(_bob.Requests[0], 200);
        Assert.Equal(200, Assert.Single(_alice.Heard).Response.Status);
        Assert.Single(_alice.Accepted);
    }

    private void Send(string method, string protocol = "UDP")
    {
        _flow = protocol == "UDP" ? _alice.To("10.0.0.1") : _flow ?? _alice.Connect("10.0.0.1");
        _alice.Send(_flow, RawPeer.Request(method, protocol: protocol));
    }
}
