using Confab.Sim;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Session timers in both roles, from both ends: RFC 4028.</summary>
public sealed class SessionTimerTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _alice;
    private readonly RawPeer _bob;

    public SessionTimerTests()
    {
        _alice = new Party(_sim, "alice", "10.0.0.1", 1) { TimerTerms = new SessionTimerTerms(1800), SaysTimer = true };
        _bob = new RawPeer(_sim, "10.0.0.2");
    }

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Fact]
    public void IMC_GEN_13_an_invitation_asks_for_an_interval_and_leaves_the_refresher_open()
    {
        _alice.Invite("sip:bob@10.0.0.2");
        Assert.Equal("1800", Header(_bob.Last, HeaderName.SessionExpires));
        Assert.False(_bob.Last.Request.Has(HeaderName.MinSE));
    }

    [Fact]
    public void Who_wants_none_asks_for_none()
    {
        _alice.TimerTerms = new SessionTimerTerms(0);
        _alice.Invite("sip:bob@10.0.0.2");
        Assert.False(_bob.Last.Request.Has(HeaderName.SessionExpires));
    }

    [Fact]
    public void IMC_GEN_13_as_the_refresher_half_the_interval_brings_a_re_INVITE_with_the_same_body_and_its_2xx_begins_the_interval_anew()
    {
        Call("Session-Expires: 600;refresher=uac\nRequire: timer\n");
        _sim.Advance(TimeSpan.FromMilliseconds(299_999));
        Assert.Single(_bob.All(SipMethod.Invite));
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        var refresh = Refreshes()[0];
        Assert.Equal("600;refresher=uac", Header(refresh, HeaderName.SessionExpires));
        Assert.Equal([7], refresh.Request.Body.ToArray());
        _bob.Answer(refresh, 200, more: "Session-Expires: 600;refresher=uac\n");
        _sim.Advance(TimeSpan.FromMilliseconds(299_999));
        Assert.Single(Refreshes());
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, Refreshes().Length);
    }

    [Fact]
    public void As_the_other_one_it_ends_the_session_32_s_before_the_interval_is_over_where_no_refresh_came()
    {
        Call("Session-Expires: 600;refresher=uas\n");
        _sim.Advance(TimeSpan.FromMilliseconds(567_999));
        Assert.Equal(["answered"], Told);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["answered", "ended TimedOut"], Told);
        Assert.Single(_bob.All(SipMethod.Bye));
        Assert.Empty(Refreshes());
    }

    [Fact]
    public void Of_a_short_interval_a_third_is_left_when_the_session_is_ended()
    {
        Call("Session-Expires: 90;refresher=uas\n");
        _sim.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Equal(["answered"], Told);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["answered", "ended TimedOut"], Told);
    }

    [Fact]
    public void A_refresh_of_the_peer_begins_the_interval_anew()
    {
        Call("Session-Expires: 600;refresher=uas\n");
        _sim.Advance(TimeSpan.FromSeconds(500));
        Theirs(1, "Supported: timer\nSession-Expires: 600;refresher=uac\n");
        _alice.Do(() => _alice.Session.AcceptModify("text/plain", [1]));
        var answer = _bob.All(200)[^1];
        Assert.Equal(("600;refresher=uac", "timer"), (Header(answer, HeaderName.SessionExpires), Header(answer, HeaderName.Require)));
        _bob.Send(_bob.To("10.0.0.1"), InDialog("ACK", 1, "z9hG4bKack"));
        _sim.Advance(TimeSpan.FromMilliseconds(567_999));
        Assert.DoesNotContain("ended TimedOut", Told);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains("ended TimedOut", Told);
    }

    [Fact]
    public void A_2xx_that_says_nothing_has_no_timer_and_one_later_turns_it_off()
    {
        Call("");
        _sim.Advance(TimeSpan.FromHours(5));
        Assert.Equal(["answered"], Told);
        Assert.Empty(Refreshes());

        Call("Session-Expires: 600;refresher=uac\n");
        _sim.Advance(TimeSpan.FromSeconds(300));
        _bob.Answer(Refreshes()[^1], 200);
        var before = Refreshes().Length;
        _sim.Advance(TimeSpan.FromHours(5));
        Assert.Equal(before, Refreshes().Length);
        Assert.Equal(SessionState.Established, _alice.Session.State);
    }

    [Fact]
    public void A_422_has_the_invitation_sent_again_with_the_interval_that_it_wants()
    {
        _alice.Invite("sip:bob@10.0.0.2");
        _bob.Answer(_bob.Last, 422, more: "Min-SE: 4000\n");
        var again = _bob.All(SipMethod.Invite)[^1];
        Assert.Equal(("4000", "4000", 2u), (Header(again, HeaderName.SessionExpires), Header(again, HeaderName.MinSE), again.Request.CSeq.Number));
        Assert.Empty(_alice.Told);
    }

    [Theory]
    [InlineData("Min-SE: 1800\n")]
    [InlineData("Min-SE: 90\n")]
    [InlineData("Min-SE: soon\n")]
    [InlineData("")]
    public void A_422_that_asks_for_nothing_more_is_a_refusal(string more)
    {
        _alice.Invite("sip:bob@10.0.0.2");
        _bob.Answer(_bob.Last, 422, more: more);
        Assert.Equal(["refused 422"], Told);
    }

    [Fact]
    public void A_peer_who_asks_for_ever_more_is_given_up()
    {
        _alice.Invite("sip:bob@10.0.0.2");
        for (var i = 0; i < 10; i++) _bob.Answer(_bob.All(SipMethod.Invite)[^1], 422, more: $"Min-SE: {2000 + i}\n");
        Assert.Equal(["refused 422"], Told);
        Assert.Equal(4, _bob.All(SipMethod.Invite).Select(static i => i.Request.CSeq.Number).Distinct().Count());
    }

    [Theory]
    [InlineData("Supported: timer\nSession-Expires: 600\n", "600;refresher=uac", "timer")]
    [InlineData("Supported: timer\nSession-Expires: 600;refresher=uac\n", "600;refresher=uac", "timer")]
    [InlineData("Supported: timer\nSession-Expires: 600;refresher=uas\n", "600;refresher=uas", "timer")]
    [InlineData("Supported: timer\n", "1800;refresher=uac", "timer")]
    [InlineData("Session-Expires: 600\n", "600;refresher=uas", null)]
    [InlineData("", null, null)]
    [InlineData("Supported: timer\nx: 90000;refresher=UAS\n", "1800;refresher=uas", "timer")]
    [InlineData("Supported: timer\nSession-Expires: 90000\nMin-SE: 3600\n", "3600;refresher=uac", "timer")]
    [InlineData("Supported: timer\nSession-Expires: 90\n", "90;refresher=uac", "timer")]
    [InlineData("Supported: timer\nMin-SE: 3600\n", "3600;refresher=uac", "timer")]
    [InlineData("Session-Expires: 20\n", null, null)]
    [InlineData("Session-Expires: nonsense\n", null, null)]
    public void Table_2_what_the_2xx_to_an_invitation_says(string asked, string? agreed, string? required)
    {
        _alice.Offered = static session => session.Accept("text/plain", [1]);
        _bob.Send(_bob.To("10.0.0.1"), RawPeer.Request("INVITE", more: asked));
        var answer = Assert.Single(_bob.All(200));
        Assert.Equal((agreed, required), (Header(answer, HeaderName.SessionExpires), Header(answer, HeaderName.Require)));
    }

    [Theory]
    [InlineData(119, true)]
    [InlineData(120, false)]
    public void An_interval_that_is_too_short_is_answered_422_with_the_least(int asked, bool isRefused)
    {
        _alice.TimerTerms = new SessionTimerTerms(1800, Min: 120);
        _alice.Offered = static session => session.Accept("text/plain", [1]);
        _bob.Send(_bob.To("10.0.0.1"), RawPeer.Request("INVITE", more: $"Supported: timer\nSession-Expires: {asked}\n"));
        if (isRefused) Assert.Equal("120", Header(Assert.Single(_bob.All(422)), HeaderName.MinSE));
        else Assert.Equal("120;refresher=uac", Header(Assert.Single(_bob.All(200)), HeaderName.SessionExpires));
        Assert.Equal(isRefused ? ["bad offer"] : [], Told);
    }

    [Fact]
    public void So_is_that_of_a_re_INVITE_and_the_session_goes_on()
    {
        Call("Session-Expires: 600;refresher=uas\n");
        Theirs(1, "Supported: timer\nSession-Expires: 89\n");
        Assert.Equal("90", Header(Assert.Single(_bob.All(422)), HeaderName.MinSE));
        Assert.Equal(["answered"], Told);
    }

    [Fact]
    public void As_the_one_invited_it_refreshes_where_that_was_agreed()
    {
        _alice.Offered = static session => session.Accept("text/plain", [1]);
        _bob.Send(_bob.To("10.0.0.1"), RawPeer.Request("INVITE", more: "Supported: timer\nSession-Expires: 200;refresher=uas\n"));
        var tag = _bob.Last.Response.ToTag.ToString();
        _bob.Send(_bob.To("10.0.0.1"), RawPeer.Request("ACK", "z9hG4bKack", toTag: tag));
        _sim.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal("200;refresher=uac", Header(_bob.All(SipMethod.Invite)[0], HeaderName.SessionExpires));
    }

    [Fact]
    public void A_refresh_that_is_refused_is_tried_again_and_then_the_session_ends_in_time()
    {
        Call("Session-Expires: 600;refresher=uac\n");
        var end = _sim.Time.Elapsed + TimeSpan.FromSeconds(568);
        var refused = 0;
        while (_sim.Time.Elapsed < end - TimeSpan.FromMilliseconds(1))
        {
            _sim.Advance(TimeSpan.FromMilliseconds(100) < end - _sim.Time.Elapsed ? TimeSpan.FromMilliseconds(100) : end - _sim.Time.Elapsed - TimeSpan.FromMilliseconds(1));
            var numbers = Refreshes().Select(static r => r.Request.CSeq.Number).Distinct().Count();
            if (numbers == refused) continue;
            refused = numbers;
            _bob.Answer(Refreshes()[^1], 488);
        }

        Assert.InRange(refused, 2, 4); // and not all the time
        Assert.Equal(["answered"], Told);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["answered", "ended TimedOut"], Told);
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    public void A_refresh_that_finds_no_session_ends_it_at_once(int status)
    {
        Call("Session-Expires: 600;refresher=uac\n");
        _sim.Advance(TimeSpan.FromSeconds(300));
        _bob.Answer(Refreshes()[0], status);
        Assert.Equal(["answered", "ended TimedOut"], Told);
        Assert.NotEmpty(_bob.All(SipMethod.Bye));
    }

    [Fact]
    public void A_422_to_a_refresh_raises_the_interval()
    {
        Call("Session-Expires: 600;refresher=uac\n");
        _sim.Advance(TimeSpan.FromSeconds(300));
        _bob.Answer(Refreshes()[0], 422, more: "Min-SE: 900\n");
        var again = Refreshes()[^1];
        Assert.Equal(("900;refresher=uac", "900"), (Header(again, HeaderName.SessionExpires), Header(again, HeaderName.MinSE)));
    }

    [Fact]
    public void A_peer_who_agrees_on_a_second_is_not_refreshed_every_second()
    {
        Call("Session-Expires: 1;refresher=uac\n");
        _sim.Advance(TimeSpan.FromMilliseconds(44_999));
        Assert.Empty(Refreshes());
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(Refreshes());
    }

    [Fact]
    public void Leaving_stops_the_timer()
    {
        Call("Session-Expires: 600;refresher=uac\n");
        _alice.Do(() => _alice.Session.Bye());
        _bob.Answer(_bob.All(SipMethod.Bye)[0], 200);
        _sim.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Refreshes());
        Assert.True(_alice.IsAtRest);
    }

    /// <summary>Two of ours against each other for a day: one refresher, and the session stands.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_day_long_the_session_stands_and_one_side_refreshes(bool aliceAsks, bool bobAsks)
    {
        using var sim = new SimWorld();
        var alice = new Party(sim, "alice", "10.0.0.1", 1) { SaysTimer = true, TimerTerms = new SessionTimerTerms(aliceAsks ? 1800u : 0) };
        var bob = new Party(sim, "bob", "10.0.0.2", 2) { SaysTimer = true, TimerTerms = new SessionTimerTerms(bobAsks ? 1800u : 0), Offered = static session => session.Accept("text/plain", [1]) };
        alice.Invite("sip:bob@10.0.0.2");
        for (var i = 0; i < 24 * 60; i++)
        {
            sim.Advance(TimeSpan.FromMinutes(1));
            foreach (var party in (Party[])[alice, bob]) party.Do(() => party.Session.AcceptModify("text/plain", [1]));
        }

        Assert.Equal((SessionState.Established, SessionState.Established), (alice.Session.State, bob.Session.State));
        var (a, b) = (alice.Told.Count(static t => t == "modify"), bob.Told.Count(static t => t == "modify"));
        Assert.Equal(0, a);
        Assert.InRange(b, 90, 96);
        sim.ThrowOnErrors();
    }

    /// <summary>What the newest session was told.</summary>
    private IEnumerable<string> Told => _alice.Told.Where(static told => told != "idle");

    private void Call(string agreed)
    {
        _alice.Told.Clear();
        _alice.Invite("sip:bob@10.0.0.2");
        _bob.Answer(_bob.Last, 200, more: agreed);
    }

    /// <summary>The re-INVITEs of the newest session, each once.</summary>
    private Caught[] Refreshes() => [.. _bob.All(SipMethod.Invite).Where(i => i.Request.CallId.ToString() == _alice.Session.CallId && !i.Request.ToTag.IsEmpty).DistinctBy(static i => i.Request.CSeq.Number)];

    private static string? Header(Caught caught, HeaderName name) => caught.Message.TryGet(name, out var value) ? value.ToString() : null;

    private void Theirs(int number, string more) => _bob.Send(_bob.To("10.0.0.1"), InDialog("INVITE", number, "z9hG4bKtheirs" + number, more));

    private string InDialog(string method, int number, string branch, string more = "")
    {
        var dialog = _alice.Session.Dialog!;
        return $"{method} sip:alice@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch={branch};rport\nMax-Forwards: 70\nFrom: <{dialog.RemoteUri}>;tag={dialog.RemoteTag}\n"
            + $"To: <{dialog.LocalUri}>;tag={dialog.LocalTag}\nCall-ID: {dialog.CallId}\nCSeq: {number} {method}\nContact: <sip:bob@10.0.0.2>\n{more}Content-Length: 0\n\n";
    }
}
