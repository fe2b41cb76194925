using Confab.Sim;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Modifying a session by re-INVITE: RFC 3261 14.</summary>
public sealed class ReinviteTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _alice;
    private readonly RawPeer _bob;
    private readonly List<int> _done = [];

    public ReinviteTests()
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
    public void IMC_MOD_1_a_re_INVITE_is_in_the_dialog_with_the_next_number_and_goes_to_the_remote_target()
    {
        Call();
        var first = _bob.All(SipMethod.Invite)[0].Request;
        var again = Modify().Request;
        Assert.Equal(first.CallId, again.CallId);
        Assert.Equal(("b1", first.FromTag.ToString()), (again.ToTag.ToString(), again.FromTag.ToString()));
        Assert.Equal(first.CSeq.Number + 1, again.CSeq.Number);
        Assert.Equal("sip:bob@10.0.0.2", again.RequestUriText.ToString());
        Assert.True(again.Has(HeaderName.Contact));
        Assert.Empty(_done);
    }

    [Fact]
    public void Its_2xx_is_acknowledged_each_time_and_its_Contact_is_the_new_target()
    {
        Call();
        var again = Modify();
        for (var i = 0; i < 3; i++) _bob.Answer(again, 200, contact: "<sip:elsewhere@10.0.0.2>");
        var acks = _bob.All(SipMethod.Ack)[1..];
        Assert.Equal(3, acks.Length);
        Assert.All(acks, ack => Assert.Equal((again.Request.CSeq.Number, "sip:elsewhere@10.0.0.2"), (ack.Request.CSeq.Number, ack.Request.RequestUriText.ToString())));
        Assert.Equal([200], _done);
        Assert.Equal("sip:elsewhere@10.0.0.2", _alice.Session.Dialog!.RemoteTarget.ToString());
        Assert.Equal(["answered"], _alice.Told); // nothing of it is taken for a new session
    }

    [Theory]
    [InlineData(488)]
    [InlineData(500)]
    [InlineData(603)]
    public void IMC_MOD_4_any_other_refusal_leaves_the_session_as_it_was(int status)
    {
        Call();
        _bob.Answer(Modify(), status, contact: "<sip:elsewhere@10.0.0.2>");
        Assert.Equal([status], _done);
        Assert.Equal(SessionState.Established, _alice.Session.State);
        Assert.Equal("sip:bob@10.0.0.2", _alice.Session.Dialog!.RemoteTarget.ToString());
        Assert.Single(_bob.All(SipMethod.Ack), ack => ack.Request.CSeq.Number == 2);
        Modify();
        Assert.Equal(3u, _bob.Last.Request.CSeq.Number);
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    public void IMC_MOD_4_a_peer_who_does_not_know_the_dialog_ends_it_with_a_BYE(int status)
    {
        Call();
        _bob.Answer(Modify(), status);
        Assert.Equal([status], _done);
        Assert.Equal(["answered", "ended TimedOut"], _alice.Told);
        Assert.Single(_bob.All(SipMethod.Bye));
        Assert.Equal(SessionState.Ended, _alice.Session.State);
    }

    [Fact]
    public void IMC_MOD_4_no_answer_ends_the_session_after_64_T1_and_not_earlier()
    {
        Call();
        Modify();
        _sim.Advance(TimeSpan.FromMilliseconds(31_999));
        Assert.Equal(SessionState.Established, _alice.Session.State);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([408], _done);
        Assert.Equal(SessionState.Ended, _alice.Session.State);
        Assert.Single(_bob.All(SipMethod.Bye).DistinctBy(static b => b.Request.TopVia.Branch.ToString()));
        Assert.Single(_bob.All(SipMethod.Invite)[1..].DistinctBy(static i => i.Request.TopVia.Branch.ToString())); // one re-INVITE, repeated
    }

    /// <summary>The one whose Call-ID it is waits 2.1 to 4 s, in steps of 10 ms, whatever chance says.</summary>
    [Fact]
    public void IMC_MOD_4_after_491_the_owner_of_the_Call_ID_tries_again_in_2100_to_4000_ms()
    {
        var waits = Enumerable.Range(1, 60).Select(static seed => WaitAfter491(seed, isCaller: true)).ToArray();
        Assert.All(waits, static wait => Assert.InRange(wait.TotalMilliseconds, 2_100, 4_000));
        Assert.All(waits, static wait => Assert.Equal(0, wait.TotalMilliseconds % 10));
        Assert.True(waits.Distinct().Count() > 30, "The wait does not depend on chance");
    }

    [Fact]
    public void IMC_MOD_4_after_491_the_other_one_tries_again_in_0_to_2000_ms()
    {
        var waits = Enumerable.Range(1, 60).Select(static seed => WaitAfter491(seed, isCaller: false)).ToArray();
        Assert.All(waits, static wait => Assert.InRange(wait.TotalMilliseconds, 0, 2_000));
        Assert.True(waits.Distinct().Count() > 30, "The wait does not depend on chance");
    }

    [Fact]
    public void After_491_the_re_INVITE_goes_out_again_with_the_next_number_and_not_for_ever()
    {
        Call();
        Modify();
        for (var i = 0; i < 10; i++)
        {
            _bob.Answer(_bob.All(SipMethod.Invite)[^1], 491);
            _sim.Advance(TimeSpan.FromMilliseconds(4_000));
        }

        Assert.Equal([491], _done);
        Assert.Equal([2u, 3u, 4u, 5u, 6u, 7u], _bob.All(SipMethod.Invite)[1..].Select(static i => i.Request.CSeq.Number).Distinct()); // some are repeated, UDP as it is
        Assert.Equal(SessionState.Established, _alice.Session.State);
    }

    [Fact]
    public void Leaving_while_it_waits_after_491_ends_it()
    {
        Call();
        _bob.Answer(Modify(), 491);
        _alice.Do(() => _alice.Session.Bye());
        Assert.Equal([487], _done);
        _sim.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, _bob.All(SipMethod.Invite).Length);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public void A_peer_who_is_not_ready_is_asked_again_when_it_says(int status)
    {
        Call();
        _bob.Answer(Modify(), status, more: "Retry-After: 7\n");
        _sim.Advance(TimeSpan.FromMilliseconds(6_999));
        Assert.Equal(2, _bob.All(SipMethod.Invite).Length);
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, _bob.All(SipMethod.Invite).Length);
        _bob.Answer(_bob.Last, 200);
        Assert.Equal([200], _done);
    }

    [Fact]
    public void A_peer_who_wants_to_be_asked_tomorrow_has_refused()
    {
        Call();
        _bob.Answer(Modify(), 503, more: "Retry-After: 86400\n");
        Assert.Equal([503], _done);
    }

    [Fact]
    public void IMC_MOD_5_a_re_INVITE_of_the_peer_while_ours_is_pending_is_answered_491()
    {
        Call();
        var ours = Modify();
        Theirs(number: 1);
        Assert.Single(_bob.All(491));
        Assert.DoesNotContain("modify", _alice.Told);
        _bob.Answer(ours, 200);
        Assert.Equal([200], _done);
        Theirs(number: 2, branch: "z9hG4bKsecond");
        Assert.Contains("modify", _alice.Told); // now it is free
    }

    [Fact]
    public void IMC_MOD_5_a_second_re_INVITE_of_the_peer_is_answered_500_with_Retry_After_of_0_to_10_s()
    {
        Call();
        Theirs(number: 1);
        Theirs(number: 2, branch: "z9hG4bKsecond");
        var refusal = Assert.Single(_bob.All(500)).Response;
        Assert.True(refusal.TryGetSeconds(HeaderName.RetryAfter, out var seconds));
        Assert.InRange(seconds, 0u, 10u);
    }

    [Fact]
    public void Ours_waits_for_the_ACK_of_theirs()
    {
        Call();
        Theirs(number: 1);
        _alice.Do(() => _alice.Session.AcceptModify("text/plain", [1]));
        _alice.Do(() => _alice.Session.Modify("text/plain", [2], (status, _) => _done.Add(status)));
        _sim.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(_bob.All(SipMethod.Invite));
        _bob.Send(_bob.To("10.0.0.1"), InDialog("ACK", 1, "z9hG4bKack"));
        Assert.Equal(2, _bob.All(SipMethod.Invite).Length);
        _bob.Answer(_bob.Last, 200);
        Assert.Equal([200], _done);
    }

    [Fact]
    public void One_of_ours_at_a_time()
    {
        Call();
        Modify();
        _alice.Do(() => _alice.Session.Modify("text/plain", [2], (status, _) => _done.Add(status)));
        Assert.Equal([491], _done);
        Assert.Equal(2, _bob.All(SipMethod.Invite).Length);
    }

    [Fact]
    public void A_2xx_that_comes_after_our_BYE_is_acknowledged_and_changes_nothing()
    {
        Call();
        var ours = Modify();
        _alice.Do(() => _alice.Session.Bye());
        Assert.Equal([487], _done);
        _bob.Answer(_bob.All(SipMethod.Bye)[0], 200);
        _bob.Answer(ours, 200);
        Assert.Contains(_bob.All(SipMethod.Ack), ack => ack.Request.CSeq.Number == ours.Request.CSeq.Number);
        Assert.Equal([487], _done);
        _sim.Advance(TimeSpan.FromSeconds(70));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void A_BYE_of_the_peer_ends_ours()
    {
        Call();
        var ours = Modify();
        _bob.Send(_bob.To("10.0.0.1"), InDialog("BYE", 1, "z9hG4bKbye"));
        Assert.Equal([487], _done);
        _bob.Answer(ours, 487);
        Assert.Equal(["answered", "ended Left"], _alice.Told);
        _sim.Advance(TimeSpan.FromSeconds(70));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void One_that_rings_and_is_never_answered_is_cancelled_and_ends_the_session_if_that_is_not_heard_either()
    {
        Call();
        _bob.Answer(Modify(), 180);
        _sim.Advance(TimeSpan.FromMilliseconds(179_999));
        Assert.Empty(_bob.All(SipMethod.Cancel));
        _sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotEmpty(_bob.All(SipMethod.Cancel));
        _sim.Advance(TimeSpan.FromSeconds(32));
        Assert.Equal([408], _done);
        Assert.NotEmpty(_bob.All(SipMethod.Bye));
        _sim.Advance(TimeSpan.FromSeconds(70));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void A_session_that_does_not_stand_cannot_be_modified()
    {
        _alice.Invite("sip:bob@10.0.0.2");
        _alice.Do(() => _alice.Session.Modify("text/plain", [2], (status, _) => _done.Add(status)));
        Assert.Equal([487], _done);
    }

    [Fact]
    public void Without_an_offer_the_answer_comes_in_the_ACK()
    {
        Call();
        Theirs(number: 1);
        _alice.Do(() => _alice.Session.AcceptModify("text/plain", [1]));
        _bob.Send(_bob.To("10.0.0.1"), InDialog("ACK", 1, "z9hG4bKack"));
        Assert.Equal(["answered", "modify", "modify confirmed"], _alice.Told);
    }

    private static TimeSpan WaitAfter491(int seed, bool isCaller)
    {
        using var sim = new SimWorld();
        var alice = new Party(sim, "alice", "10.0.0.1", (ulong)seed) { Offered = static session => session.Accept("text/plain", [1]) };
        var bob = new RawPeer(sim, "10.0.0.2");
        if (isCaller)
        {
            alice.Invite("sip:bob@10.0.0.2");
            bob.Answer(bob.Last, 200);
        }
        else
        {
            bob.Send(bob.To("10.0.0.1"), RawPeer.Request("INVITE"));
            var tag = bob.Last.Response.ToTag.ToString();
            bob.Send(bob.To("10.0.0.1"), RawPeer.Request("ACK", "z9hG4bKack", toTag: tag));
        }

        alice.Do(() => alice.Session.Modify("text/plain", [1], static (_, _) => { }));
        var refused = bob.Last;
        bob.Answer(refused, 491);
        var at = sim.Time.Elapsed;
        sim.Advance(TimeSpan.FromSeconds(5));
        var again = bob.All(SipMethod.Invite).First(i => i.Request.CSeq.Number == refused.Request.CSeq.Number + 1);
        sim.ThrowOnErrors();
        return again.At - at;
    }

    private void Call()
    {
        _alice.Invite("sip:bob@10.0.0.2");
        _bob.Answer(_bob.Last, 200);
    }

    private Caught Modify()
    {
        _alice.Do(() => _alice.Session.Modify("text/plain", [2], (status, _) => _done.Add(status)));
        return _bob.Last;
    }

    private void Theirs(int number, string branch = "z9hG4bKtheirs") => _bob.Send(_bob.To("10.0.0.1"), InDialog("INVITE", number, branch));

    /// <summary>A request of bob's in the dialog that alice began.</summary>
    private string InDialog(string method, int number, string branch)
    {
        var dialog = _alice.Session.Dialog!;
        return $"{method} sip:alice@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch={branch};rport\nMax-Forwards: 70\nFrom: <{dialog.RemoteUri}>;tag={dialog.RemoteTag}\n"
            + $"To: <{dialog.LocalUri}>;tag={dialog.LocalTag}\nCall-ID: {dialog.CallId}\nCSeq: {number} {method}\nContact: <sip:bob@10.0.0.2>\nContent-Length: 0\n\n";
    }
}
