using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>A scripted peer's invitation to us: RFC 3261 9.2, 12.2.2, 13.3, 14.2, 15.1.2.</summary>
public sealed class CalleeTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _bob;
    private readonly RawPeer _alice;
    private readonly Flow _flow;
    private int _branch;

    public CalleeTests()
    {
        _bob = new Party(_sim, "bob", "10.0.0.1", 1);
        _alice = new RawPeer(_sim, "10.0.0.2");
        _flow = _alice.To("10.0.0.1");
    }

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Fact]
    public void The_2xx_is_repeated_until_its_ACK_comes()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        Ring.IsAt(_sim, 0.5, () => _alice.Heard.Count == 2);
        _sim.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(Ring.Seconds(0, 0.5, 1.5, 3.5, 7.5, 11.5), _alice.TimesOf(200));
        Ack();
        Ack();
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(6, _alice.Heard.Count);
        Assert.Equal(["confirmed", "idle"], _bob.Told);
    }

    [Fact]
    public void The_2xx_is_repeated_over_TCP_too_since_another_hop_may_lose_it()
    {
        _bob.Offered = Accept;
        _alice.Send(_alice.Connect("10.0.0.1"), RawPeer.Request("INVITE", protocol: "TCP"));
        Ring.IsAt(_sim, 0.5, () => _alice.All(200).Length == 2);
    }

    [Fact]
    public void A_2xx_without_ACK_for_32_seconds_ends_the_session_with_BYE_and_tells_so_once()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        Ring.IsAt(_sim, 32, () => _bob.Told.Contains("ended TimedOut"));
        _alice.Answer(Assert.Single(_alice.All(SipMethod.Bye)), 200);
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(["ended TimedOut", "idle"], _bob.Told);
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void Our_BYE_waits_for_the_ACK_of_our_2xx()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        _bob.Do(() => _bob.Session.Bye());
        Assert.Empty(_alice.All(SipMethod.Bye));
        Ack();
        Assert.Single(_alice.All(SipMethod.Bye));
        Assert.Equal("sip:alice@10.0.0.2", _alice.Last.Request.RequestUriText.ToString());
        Assert.Equal("a1", _alice.Last.Request.ToTag.ToString());
        Assert.Equal(_bob.Session.LocalTag, _alice.Last.Request.FromTag.ToString());
    }

    [Fact]
    public void A_BYE_that_waits_for_an_ACK_that_never_comes_is_sent_after_32_seconds()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        _bob.Do(() => _bob.Session.Bye());
        Ring.IsAt(_sim, 32, () => _alice.All(SipMethod.Bye).Length == 1);
        _alice.Answer(_alice.Last, 200);
        Assert.Contains("bye done", _bob.Told);
        Assert.DoesNotContain("ended TimedOut", _bob.Told);
    }

    [Fact]
    public void A_BYE_that_overtakes_the_ACK_ends_the_session_and_the_ACK_is_let_pass()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        Send("BYE", 2);
        Assert.Equal(200, _alice.Last.Response.Status);
        Ack();
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(["ended Left", "idle"], _bob.Told);
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void A_repeated_BYE_is_answered_again_and_told_once()
    {
        Establish();
        var bye = Next("BYE", 2);
        _alice.Send(_flow, bye);
        _alice.Send(_flow, bye);
        Assert.Equal([200, 200], _alice.Heard.Skip(1).Select(static h => h.Response.Status));
        Assert.Equal(["confirmed", "ended Left"], _bob.Told);
    }

    [Fact]
    public void A_CANCEL_ends_a_ringing_invitation_with_487()
    {
        _bob.Offered = static session => session.Ring();
        Send("INVITE");
        _alice.Send(_flow, RawPeer.Request("CANCEL"));
        Assert.Equal([180, 200, 487], _alice.Heard.Select(static h => h.Response.Status));
        _alice.Send(_flow, RawPeer.Request("ACK"));
        Assert.Equal(["cancelled"], _bob.Told);
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void A_CANCEL_before_any_answer_ends_the_invitation_with_487()
    {
        Send("INVITE");
        _alice.Send(_flow, RawPeer.Request("CANCEL"));
        Assert.Equal([200, 487], _alice.Heard.Select(static h => h.Response.Status));
        _bob.Do(() => Accept(_bob.Session));
        Assert.Equal(2, _alice.Heard.Count);
    }

    [Fact]
    public void A_CANCEL_that_comes_after_the_answer_changes_nothing()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        _alice.Send(_flow, RawPeer.Request("CANCEL"));
        Ack();
        Assert.Equal(SessionState.Established, _bob.Session.State);
        Assert.Empty(_alice.All(487));
    }

    [Fact]
    public void A_BYE_in_the_early_dialog_ends_the_invitation_with_487()
    {
        _bob.Offered = static session => session.Ring();
        Send("INVITE");
        Send("BYE", 2);
        Assert.Equal([180, 200, 487], _alice.Heard.Select(static h => h.Response.Status));
        Assert.Equal(["cancelled"], _bob.Told);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*")]
    [InlineData("<tel:+123>")]
    public void An_INVITE_without_a_SIP_Contact_is_answered_400(string? contact)
    {
        _alice.Send(_flow, RawPeer.Request("INVITE", contact: contact));
        Assert.Equal(400, _alice.Last.Response.Status);
        Assert.Equal(["bad offer"], _bob.Told);
        Assert.Equal(SessionState.Ended, _bob.Session.State);
    }

    [Fact]
    public void A_request_older_than_one_that_was_seen_is_answered_500()
    {
        Establish(cseq: 10);
        Send("BYE", 9);
        Assert.Equal(500, _alice.Last.Response.Status);
        Send("INFO", 9);
        Assert.Equal(500, _alice.Last.Response.Status);
        Assert.Empty(_bob.Requests);
        Send("INFO", 30);
        Assert.Single(_bob.Requests);
        Assert.Equal(SessionState.Established, _bob.Session.State);
    }

    [Fact]
    public void A_re_INVITE_while_another_is_pending_is_told_to_come_back_in_0_to_10_seconds()
    {
        Establish();
        Send("INVITE", 2);
        Send("INVITE", 3);
        var answer = _alice.Last.Response;
        Assert.Equal(500, answer.Status);
        Assert.True(answer.TryGetSeconds(HeaderName.RetryAfter, out var seconds) && seconds <= 10);
        Assert.Equal(["confirmed", "modify"], _bob.Told);
    }

    [Fact]
    public void A_re_INVITE_before_the_ACK_of_the_first_is_told_to_come_back()
    {
        _bob.Offered = Accept;
        Send("INVITE");
        Send("INVITE", 2);
        Assert.Equal(500, _alice.Last.Response.Status);
    }

    [Fact]
    public void An_accepted_re_INVITE_moves_the_target_and_waits_for_its_ACK()
    {
        Establish();
        _alice.Send(_flow, Next("INVITE", 2, "<sip:alice@10.0.0.2:5090>"));
        _bob.Do(() => _bob.Session.AcceptModify("text/plain", [2]));
        Ring.IsAt(_sim, 0.5, () => _alice.All(200).Length == 3);
        Ack(1);
        Assert.Equal(SessionState.Accepted, _bob.Session.State);
        Ack(2);
        Assert.Equal(SessionState.Established, _bob.Session.State);
        Assert.Equal(["confirmed", "modify", "modify confirmed"], _bob.Told);
        var moved = new RawPeer(_sim, "10.0.0.2", tcp: false, port: 5090);
        _bob.Do(() => _bob.Session.Bye());
        Assert.Equal("sip:alice@10.0.0.2:5090", Assert.Single(moved.Heard).Request.RequestUriText.ToString());
    }

    [Fact]
    public void A_refused_re_INVITE_leaves_the_session_as_it_was()
    {
        Establish();
        Send("INVITE", 2);
        _bob.Do(() => _bob.Session.RefuseModify(488));
        Assert.Equal(488, _alice.Last.Response.Status);
        Assert.Equal(SessionState.Established, _bob.Session.State);
    }

    [Fact]
    public void A_cancelled_re_INVITE_is_answered_487_and_the_session_goes_on()
    {
        Establish();
        _alice.Send(_flow, RawPeer.Request("INVITE", "z9hG4bKre", 2, _bob.Session.LocalTag));
        _alice.Send(_flow, RawPeer.Request("CANCEL", "z9hG4bKre", 2, _bob.Session.LocalTag));
        Assert.Equal([200, 200, 487], _alice.Heard.Select(static h => h.Response.Status));
        Assert.Equal(SessionState.Established, _bob.Session.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_re_INVITE_that_is_pending_when_either_leaves_is_answered_487(bool peerLeaves)
    {
        Establish();
        Send("INVITE", 2);
        if (peerLeaves) Send("BYE", 3);
        else _bob.Do(() => _bob.Session.Bye());
        Assert.Single(_alice.All(487));
        _bob.Do(() => _bob.Session.AcceptModify("text/plain", [2]));
        Assert.NotEqual(SessionState.Accepted, _bob.Session.State);
        _alice.Send(_flow, RawPeer.Request("ACK", $"z9hG4bKx{_branch - (peerLeaves ? 1 : 0)}", 2, _bob.Session.LocalTag));
        _sim.Advance(TimeSpan.FromSeconds(80));
        Assert.True(_bob.IsAtRest);
    }

    [Fact]
    public void A_request_of_an_unknown_dialog_is_not_ours()
    {
        Establish();
        _alice.Send(_flow, RawPeer.Request("BYE", "z9hG4bKy", 2, "other"));
        Assert.Equal(481, _alice.Last.Response.Status);
    }

    [Fact]
    public void To_has_our_tag_in_every_answer_but_100_and_headers_are_echoed_IMS_GEN_1()
    {
        _bob.Offered = static session =>
        {
            session.SayTrying();
            session.Ring();
        };
        _alice.Send(_flow, RawPeer.Request("INVITE", more: "Timestamp: 54\nRecord-Route: <sip:10.0.0.2;lr>\n"));
        _bob.Do(() => _bob.Session.Refuse(486));
        Assert.Equal([100, 180, 486], _alice.Heard.Select(static h => h.Response.Status));
        Assert.Equal(["", _bob.Session.LocalTag, _bob.Session.LocalTag], _alice.Heard.Select(static h => h.Response.ToTag.ToString()));
        Assert.Equal([true, false, false], _alice.Heard.Select(static h => h.Response.Has(HeaderName.Timestamp)));
        Assert.Equal([false, true, false], _alice.Heard.Select(static h => h.Response.Has(HeaderName.RecordRoute)));
        Assert.All(_alice.Heard, static h => Assert.Equal(("call-1", 1u, "a1"), (h.Response.CallId.ToString(), h.Response.CSeq.Number, h.Response.FromTag.ToString())));
    }

    [Fact]
    public void A_peer_whose_Via_and_Contact_are_both_wrong_is_behind_a_NAT_and_reached_where_it_is_heard()
    {
        _bob.Offered = Accept;
        _alice.Send(_flow, RawPeer.Request("INVITE", sentBy: "192.168.1.2", contact: "<sip:alice@192.168.1.2>"));
        Ack();
        _bob.Do(() => _bob.Session.Bye());
        Assert.Equal("sip:alice@192.168.1.2", Assert.Single(_alice.All(SipMethod.Bye)).Request.RequestUriText.ToString());
    }

    [Fact]
    public void A_peer_whose_Via_is_right_means_the_Contact_that_it_gives()
    {
        var elsewhere = new RawPeer(_sim, "10.0.0.3");
        _bob.Offered = Accept;
        _alice.Send(_flow, RawPeer.Request("INVITE", contact: "<sip:alice@10.0.0.3>"));
        Ack();
        _bob.Do(() => _bob.Session.Bye());
        Assert.Single(elsewhere.All(SipMethod.Bye));
        Assert.Empty(_alice.All(SipMethod.Bye));
    }

    [Fact]
    public void A_peer_on_TCP_is_reached_over_its_own_connection_and_at_its_Contact_when_that_is_gone()
    {
        _bob.Offered = Accept;
        var flow = _alice.Connect("10.0.0.1");
        _alice.Send(flow, RawPeer.Request("INVITE", protocol: "TCP", contact: "<sip:alice@10.0.0.2;transport=tcp>"));
        _alice.Send(flow, RawPeer.Request("ACK", "z9hG4bKa", toTag: _bob.Session.LocalTag, protocol: "TCP"));
        flow.Close(EndReason.None);
        _sim.Run();
        _bob.Do(() => _bob.Session.Bye());
        Assert.Same(Assert.Single(_alice.Accepted), Assert.Single(_alice.All(SipMethod.Bye)).Flow);
    }

    private static void Accept(SipSession session) => session.Accept("text/plain", [1]);

    private void Establish(int cseq = 1)
    {
        _bob.Offered = Accept;
        _alice.Send(_flow, RawPeer.Request("INVITE", cseq: cseq));
        Ack(cseq);
        Assert.Equal(SessionState.Established, _bob.Session.State);
    }

    private void Send(string method, int cseq = 1) => _alice.Send(_flow, cseq == 1 ? RawPeer.Request(method) : Next(method, cseq));

    private string Next(string method, int cseq, string contact = "<sip:alice@10.0.0.2>") =>
        RawPeer.Request(method, $"z9hG4bKx{++_branch}", cseq, _bob.Session.LocalTag, contact: contact);

    private void Ack(int cseq = 1) => _alice.Send(_flow, RawPeer.Request("ACK", $"z9hG4bKack{cseq}", cseq, _bob.Session.LocalTag));
}
