using Confab.Sim;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>Our invitation against a scripted peer: RFC 3261 9.1, 13.2, 15.1.1, 22.</summary>
public sealed class CallerTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _alice;
    private readonly RawPeer _bob;

    public CallerTests()
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
    public void The_ACK_of_a_2xx_is_a_request_of_its_own_and_each_repeated_2xx_gets_it_again()
    {
        Invite();
        var invite = _bob.Last;
        for (var i = 0; i < 3; i++) _bob.Answer(invite, 200);
        var acks = _bob.All(SipMethod.Ack);
        Assert.Equal(3, acks.Length);
        Assert.All(acks, ack => Assert.Equal(acks[0].Request.TopVia.Branch, ack.Request.TopVia.Branch));
        Assert.NotEqual(invite.Request.TopVia.Branch, acks[0].Request.TopVia.Branch);
        Assert.Equal(invite.Request.CSeq.Number, acks[0].Request.CSeq.Number);
        Assert.Equal("sip:bob@10.0.0.2", acks[0].Request.RequestUriText.ToString());
        Assert.Equal(["answered"], _alice.Told);
    }

    [Fact]
    public void A_2xx_that_comes_again_while_the_way_to_the_Contact_is_looked_up_changes_nothing()
    {
        Invite();
        _sim.Network.Latency = TimeSpan.FromMilliseconds(10);
        _sim.Network.Name("bob.example.com", System.Net.IPAddress.Parse("10.0.0.2"));
        var invite = _bob.Last;
        const string Contact = "<sip:bob@bob.example.com>";
        const string Route = "Record-Route: <sip:bob.example.com;lr>\n";
        _bob.Answer(invite, 200, more: Route, contact: Contact);
        _bob.Answer(invite, 200, more: Route, contact: Contact);
        _sim.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["answered"], _alice.Told);
        Assert.Single(_bob.All(SipMethod.Ack));
        Assert.Empty(_bob.All(SipMethod.Bye));
    }

    [Fact]
    public void A_BYE_that_comes_while_the_way_of_the_ACK_is_looked_up_ends_the_call()
    {
        Invite();
        _sim.Network.Latency = TimeSpan.FromMilliseconds(10);
        _sim.Network.Name("bob.example.com", System.Net.IPAddress.Parse("10.0.0.2"));
        var (invite, flow) = (_bob.Last.Request, _bob.Last.Flow);
        _bob.Answer(_bob.Last, 200, more: "Record-Route: <sip:bob.example.com;lr>\n");
        _bob.Send(
            flow,
            $"BYE sip:alice@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKbye;rport\nMax-Forwards: 70\nFrom: <sip:bob@example.com>;tag=b1\n"
            + $"To: <{invite.From.UriText}>;tag={invite.FromTag}\nCall-ID: {invite.CallId}\nCSeq: 1 BYE\nContent-Length: 0\n\n");
        _sim.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["refused 487 alone"], _alice.Told);
        Assert.Equal(SessionState.Ended, _alice.Session.State);
        Assert.Single(_bob.All(200));
        Assert.Single(_bob.All(SipMethod.Ack));
    }

    [Fact]
    public void A_route_that_is_no_SIP_address_is_no_way_and_the_peer_is_answered_where_he_was_heard()
    {
        Invite();
        _sim.Network.Name("", System.Net.IPAddress.Parse("10.0.0.1")); // what a resolver says of no name: this machine
        _bob.Answer(_bob.Last, 200, more: "Record-Route: <http://10.0.0.1;lr>\n");
        Assert.Single(_bob.All(SipMethod.Ack));
        Assert.Equal(["answered"], _alice.Told);
    }

    [Fact]
    public void Every_other_branch_of_a_fork_that_accepts_is_acknowledged_and_ended_once()
    {
        Invite();
        var invite = _bob.Last;
        _bob.Answer(invite, 200, "b1");
        _bob.Answer(invite, 200, "b2");
        _bob.Answer(_bob.All(SipMethod.Bye)[0], 200);
        _bob.Answer(invite, 200, "b2");
        Assert.Equal(["b1", "b2", "b2"], _bob.All(SipMethod.Ack).Select(static a => a.Request.ToTag.ToString()));
        Assert.Equal("b2", Assert.Single(_bob.All(SipMethod.Bye)).Request.ToTag.ToString());
        Assert.Equal(["answered"], _alice.Told);
        Assert.Equal(SessionState.Established, _alice.Session.State);
    }

    [Fact]
    public void A_fork_that_never_ends_is_acknowledged_no_further_than_the_bound()
    {
        Invite();
        var invite = _bob.Last;
        var most = _alice.World.Limits.AnswersPerInvite;
        for (var i = 0; i < most + 10; i++) _bob.Answer(invite, 200, $"b{i}");
        Assert.Equal(most, _bob.All(SipMethod.Ack).Length);
        Assert.Equal(most - 1, _bob.All(SipMethod.Bye).Length);
        _bob.Answer(invite, 200, "b0");
        Assert.Equal(most + 1, _bob.All(SipMethod.Ack).Length);
        Assert.Equal(SessionState.Established, _alice.Session.State);
    }

    [Fact]
    public void A_2xx_without_Contact_is_acknowledged_at_the_Request_URI()
    {
        Invite();
        _bob.Answer(_bob.Last, 200, contact: null);
        Assert.Equal("sip:bob@10.0.0.2;transport=udp", _bob.All(SipMethod.Ack)[0].Request.RequestUriText.ToString());
    }

    [Fact]
    public void The_headers_of_a_Contact_URI_stay_out_of_the_Request_URI()
    {
        Invite();
        _bob.Answer(_bob.Last, 200, contact: "<sip:bob@10.0.0.2?Subject=x>");
        _alice.Do(() => _alice.Session.Bye());
        Assert.Equal("sip:bob@10.0.0.2", _bob.All(SipMethod.Bye)[0].Request.RequestUriText.ToString());
    }

    [Fact]
    public void Requests_in_a_dialog_follow_its_loose_routes_in_reverse_order()
    {
        Invite();
        _bob.Answer(_bob.Last, 200, more: "Record-Route: <sip:p2.example.com;lr>, <sip:10.0.0.2;lr>\n", contact: "<sip:bob@10.9.9.9>");
        var ack = _bob.All(SipMethod.Ack)[0].Request;
        Assert.Equal("sip:bob@10.9.9.9", ack.RequestUriText.ToString());
        Assert.Equal(["<sip:10.0.0.2;lr>", "<sip:p2.example.com;lr>"], RoutesOf(ack));
    }

    [Fact]
    public void A_strict_router_gets_its_own_URI_and_the_target_as_the_last_route()
    {
        Invite();
        _bob.Answer(_bob.Last, 200, more: "Record-Route: <sip:p2.example.com;lr>, <sip:10.0.0.2>\n", contact: "<sip:bob@10.9.9.9>");
        var ack = _bob.All(SipMethod.Ack)[0].Request;
        Assert.Equal("sip:10.0.0.2", ack.RequestUriText.ToString());
        Assert.Equal(["<sip:p2.example.com;lr>", "<sip:bob@10.9.9.9>"], RoutesOf(ack));
    }

    [Fact]
    public void A_CANCEL_waits_for_a_provisional_response_and_has_the_branch_and_number_of_its_INVITE_IMC_GEN_12()
    {
        Invite();
        var invite = _bob.Last;
        _alice.Do(() => _alice.Session.Cancel());
        _sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_bob.All(SipMethod.Cancel));
        _bob.Answer(invite, 100);
        var cancel = Assert.Single(_bob.All(SipMethod.Cancel)).Request;
        Assert.Equal(invite.Request.TopVia.Text, cancel.TopVia.Text);
        Assert.Equal(invite.Request.CSeq.Number, cancel.CSeq.Number);
        Assert.Equal(invite.Request.RequestUriText, cancel.RequestUriText);
        _bob.Answer(_bob.Last, 200);
        _bob.Answer(invite, 487);
        Assert.Equal(["refused 487"], _alice.Told);
        Assert.Single(_bob.All(SipMethod.Ack));
        _sim.Advance(TimeSpan.FromSeconds(40));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void An_answer_that_crosses_the_CANCEL_is_acknowledged_and_ended_IMC_GEN_12()
    {
        Invite();
        var invite = _bob.Last;
        _bob.Answer(invite, 180);
        _alice.Do(() => _alice.Session.Cancel());
        _bob.Answer(invite, 200);
        _bob.Answer(invite, 200);
        Assert.Equal(2, _bob.All(SipMethod.Ack).Length);
        var bye = Assert.Single(_bob.All(SipMethod.Bye));
        Assert.Equal(invite.Request.CSeq.Number + 1, bye.Request.CSeq.Number);
        _bob.Answer(bye, 200);
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["ringing 180", "refused 487 alone", "idle"], _alice.Told);
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void An_INVITE_whose_CANCEL_brings_no_final_answer_is_given_up_after_32_seconds_and_forgotten()
    {
        Invite();
        var invite = _bob.Last;
        _bob.Answer(invite, 180);
        _alice.Do(() => _alice.Session.Cancel());
        _bob.Answer(_bob.Last, 200);
        Ring.IsAt(_sim, 32, () => _alice.Told.Contains("refused 487 alone"));
        Assert.True(_alice.IsAtRest);
        _bob.Answer(invite, 200);
        Assert.Equal(["ringing 180", "refused 487 alone", "idle"], _alice.Told);
    }

    [Fact]
    public void A_CANCEL_before_any_response_that_never_comes_ends_with_Timer_B()
    {
        Invite();
        _alice.Do(() => _alice.Session.Cancel());
        Ring.IsAt(_sim, 32, () => _alice.Told.Contains("refused 408 alone"));
        Assert.Empty(_bob.All(SipMethod.Cancel));
        Assert.True(_alice.IsAtRest);
    }

    [Fact]
    public void A_peer_that_rings_and_is_never_heard_again_is_given_up()
    {
        Invite();
        _bob.Answer(_bob.Last, 180);
        _sim.Advance(TimeSpan.FromSeconds(180 + 32) - TimeSpan.FromTicks(1));
        Assert.Empty(_bob.All(SipMethod.Cancel));
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.Single(_bob.All(SipMethod.Cancel));
        _sim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["ringing 180", "refused 487 alone", "idle"], _alice.Told);
        Assert.True(_alice.IsAtRest);
    }

    [Theory]
    [InlineData("sip:bob@10.0.0.2", "no address", "sip:bob@example.com", "")]
    [InlineData("sip:bob@10.0.0.2", "sip:alice@example.com", "sip:bob@exa mple.com", "")]
    [InlineData("sip:bob@10.0.0.2", "sip:alice@example.com>;tag=x\r\nEvil: 1", "sip:bob@example.com", "")]
    [InlineData("sip:", "sip:alice@example.com", "sip:bob@example.com", "")]
    [InlineData("sip:bob@10.0.0.2?Subject=x", "sip:alice@example.com", "sip:bob@example.com", "")]
    [InlineData("sip:bob@10.0.0.2", "sip:alice@example.com", "sip:bob@example.com", "no route")]
    public void An_invitation_that_makes_no_message_is_refused_and_throws_nothing(string uri, string from, string to, string route)
    {
        _alice.Do(() => _alice.NewSession().Connect(new Invitation(uri, from, to, "text/plain", new byte[1], Route: route)));
        Assert.Equal(["refused 400 alone"], _alice.Told);
        Assert.Empty(_bob.Heard);
    }

    [Fact]
    public void An_invitation_goes_by_its_route_and_names_the_device()
    {
        _alice.Do(() => _alice.NewSession().Connect(new Invitation(
            "sip:bob@device.invalid", "sip:alice@example.com", "sip:bob@example.com", "text/plain", new byte[1], Route: "<sip:10.0.0.2;lr>, <sip:inner.invalid;lr>")));
        Assert.Equal("sip:bob@device.invalid", _bob.Last.Request.RequestUriText.ToString());
        Assert.Equal(["<sip:10.0.0.2;lr>", "<sip:inner.invalid;lr>"], RoutesOf(_bob.Last.Request));
        _bob.Answer(_bob.Last, 180);
        _alice.Do(() => _alice.Session.Cancel());
        Assert.Equal(["<sip:10.0.0.2;lr>", "<sip:inner.invalid;lr>"], RoutesOf(_bob.All(SipMethod.Cancel)[0].Request));
    }

    [Fact]
    public void Cancelling_twice_or_after_the_answer_does_nothing_more()
    {
        Invite();
        _bob.Answer(_bob.Last, 180);
        _bob.Answer(_bob.Last, 200);
        _alice.Do(() => _alice.Session.Cancel());
        Assert.Empty(_bob.All(SipMethod.Cancel));
        Assert.Equal(SessionState.Established, _alice.Session.State);
    }

    [Fact]
    public void A_lost_connection_refuses_a_ringing_invitation_with_503_at_once()
    {
        Invite("tcp");
        _bob.Answer(_bob.Last, 180);
        ((SimStream)_bob.Accepted[0]).Break();
        _sim.Run();
        Assert.Equal(["ringing 180", "refused 503 alone", "idle"], _alice.Told);
    }

    [Fact]
    public void Where_nobody_listens_and_where_the_URI_is_none_the_user_is_told_after_the_call()
    {
        var tcp = new Party(_sim, "carol", "10.0.0.7", 7, udp: false);
        tcp.Invite("sip:nobody@10.0.0.99");
        Assert.Equal(["refused 503 alone"], tcp.Told);
        _alice.Invite("no uri");
        Assert.Equal(["refused 400 alone"], _alice.Told);
    }

    [Theory]
    [InlineData(401, "WWW-Authenticate", HeaderName.Authorization)]
    [InlineData(407, "Proxy-Authenticate", HeaderName.ProxyAuthorization)]
    public void A_challenge_is_answered_in_the_same_call_with_the_next_number_IMC_GEN_14(int status, string header, HeaderName answer)
    {
        Challenged();
        var first = _bob.Last;
        _bob.Answer(first, status, more: $"{header}: Digest realm=\"r\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\n");
        var second = _bob.All(SipMethod.Invite)[1].Request;
        Assert.Equal(first.Request.CSeq.Number + 1, second.CSeq.Number);
        Assert.Equal(first.Request.CallId, second.CallId);
        Assert.Equal(first.Request.FromTag, second.FromTag);
        Assert.NotEqual(first.Request.TopVia.Branch, second.TopVia.Branch);
        Assert.True(second.Has(answer));
        _bob.Answer(_bob.All(SipMethod.Invite)[1], 200);
        Assert.True(_bob.All(SipMethod.Ack)[^1].Request.Has(answer));
        Assert.Equal(["answered"], _alice.Told);
    }

    [Fact]
    public void A_wrong_password_stops_after_one_try_though_the_nonce_is_another()
    {
        Challenged();
        _bob.Answer(_bob.Last, 401, more: Challenge("n1"));
        _bob.Answer(_bob.All(SipMethod.Invite)[1], 401, more: Challenge("n2"));
        Assert.Equal(["refused 401"], _alice.Told);
        Assert.Equal(2, _bob.All(SipMethod.Invite).Length);
    }

    [Fact]
    public void A_stale_nonce_is_replaced_and_one_that_is_always_stale_is_given_up()
    {
        Challenged();
        _bob.Answer(_bob.Last, 401, more: Challenge("n1"));
        for (var i = 1; i < 10 && _bob.All(SipMethod.Invite).Length > i; i++) _bob.Answer(_bob.All(SipMethod.Invite)[i], 401, more: Challenge($"s{i}", ", stale=true"));
        Assert.Equal(1 + Credentials.MostTries, _bob.All(SipMethod.Invite).Length);
        Assert.Equal(["refused 401"], _alice.Told);
    }

    [Fact]
    public void A_proxy_and_the_server_behind_it_each_get_their_credentials()
    {
        Challenged();
        _bob.Answer(_bob.Last, 407, more: "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n1\", algorithm=MD5\n");
        _bob.Answer(_bob.All(SipMethod.Invite)[1], 401, more: Challenge("n2"));
        var third = _bob.All(SipMethod.Invite)[2].Request;
        Assert.True(third.Has(HeaderName.Authorization) && third.Has(HeaderName.ProxyAuthorization));
    }

    [Fact]
    public void Two_invitations_may_meet_the_same_nonce()
    {
        Challenged();
        _bob.Answer(_bob.Last, 401, more: Challenge("n1"));
        Invite();
        _bob.Answer(_bob.Last, 401, more: Challenge("n1"));
        Assert.Equal(4, _bob.All(SipMethod.Invite).Length);
    }

    [Fact]
    public void Without_credentials_a_challenge_is_a_refusal()
    {
        Invite();
        _bob.Answer(_bob.Last, 401, more: Challenge("n1"));
        Assert.Equal(["refused 401"], _alice.Told);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(481)]
    [InlineData(408)]
    [InlineData(500)]
    public void Any_final_answer_to_BYE_counts_as_left_IMC_LEAVE_ERR(int status)
    {
        Establish();
        _alice.Do(() => _alice.Session.Bye());
        _bob.Answer(_bob.All(SipMethod.Bye)[0], status);
        Assert.Equal(["answered", "bye done"], _alice.Told);
        Assert.Equal(SessionState.Ended, _alice.Session.State);
    }

    [Fact]
    public void No_answer_to_BYE_counts_as_left_after_32_seconds_IMC_LEAVE_ERR()
    {
        Establish();
        _alice.Do(() => _alice.Session.Bye());
        Ring.IsAt(_sim, 32, () => _alice.Told.Contains("bye done"));
        Assert.Equal(11, _bob.All(SipMethod.Bye).Length);
    }

    [Fact]
    public void A_challenged_BYE_is_sent_again_with_credentials()
    {
        _alice.Credentials = new Credentials("alice", "secret", _alice.World.Ids);
        Establish();
        _alice.Do(() => _alice.Session.Bye());
        _bob.Answer(_bob.All(SipMethod.Bye)[0], 401, more: Challenge("n1"));
        var second = _bob.All(SipMethod.Bye)[1];
        Assert.True(second.Request.Has(HeaderName.Authorization));
        Assert.Equal(_bob.All(SipMethod.Bye)[0].Request.CSeq.Number + 1, second.Request.CSeq.Number);
        _bob.Answer(second, 200);
        Assert.Equal(["answered", "bye done"], _alice.Told);
    }

    [Fact]
    public void An_outbound_proxy_gets_the_request_and_stands_in_Route_as_a_loose_router()
    {
        var proxy = new RawPeer(_sim, "10.0.0.5");
        _alice.OutboundProxy = SipUri.TryParse("sip:10.0.0.5;lr", out var uri) ? uri : null;
        Invite();
        Assert.Equal(["<sip:10.0.0.5;lr>"], RoutesOf(Assert.Single(proxy.Heard).Request));
    }

    private static string[] RoutesOf(SipRequest request)
    {
        var routes = new List<string>();
        foreach (var route in request.Headers(HeaderName.Route)) routes.Add(route.ToString());
        return [.. routes];
    }

    private static string Challenge(string nonce, string more = "") => $"WWW-Authenticate: Digest realm=\"r\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"{more}\n";

    private void Challenged()
    {
        _alice.Credentials = new Credentials("alice", "secret", _alice.World.Ids);
        Invite();
    }

    private void Invite(string transport = "udp") => _alice.Invite($"sip:bob@10.0.0.2;transport={transport}");

    private void Establish()
    {
        Invite();
        _bob.Answer(_bob.Last, 200);
    }
}
