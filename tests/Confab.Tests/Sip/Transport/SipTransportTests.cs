using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>RFC 3261 18, RFC 3581, RFC 5626 3.5.1: what a transport does by itself.</summary>
public sealed class SipTransportTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly Party _bob;
    private readonly RawPeer _alice;

    public SipTransportTests()
    {
        _bob = new Party(_sim, "bob", "10.0.0.1", 1, new Limits { SipHeaderBytes = 2_000, SipBodyBytes = 1_000 }) { IsRaw = true };
        _alice = new RawPeer(_sim, "10.0.0.2");
    }

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Theory]
    [InlineData("10.0.0.2", ";rport", "10.0.0.2", "5060")]
    [InlineData("192.168.1.2:7000", ";rport", "10.0.0.2", "5060")]
    [InlineData("192.168.1.2", "", "10.0.0.2", "")]
    [InlineData("alice.example.com", "", "10.0.0.2", "")]
    [InlineData("10.0.0.2", "", "", "")]
    [InlineData("10.0.0.2", ";received=1.2.3.4;rport=9", "10.0.0.2", "5060")]
    public void The_top_Via_tells_where_the_request_came_from(string sentBy, string parameters, string received, string rport)
    {
        _alice.Send(_alice.To("10.0.0.1"), RawPeer.Request("MESSAGE", sentBy: sentBy, viaParameters: parameters));
        _bob.Answer(_bob.Requests[0], 200);
        var via = _alice.Last.Response.TopVia;
        Assert.Equal(received, via.Received.ToString());
        Assert.Equal(rport, via.Parameter("rport"u8).ToString());
        Assert.Equal("z9hG4bK1", via.Branch.ToString());
    }

    [Theory]
    [InlineData("10.0.0.1:5060", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.1:5061", false)]
    [InlineData("10.0.0.9:5060", false)]
    [InlineData("other.example.com", false)]
    public void A_response_whose_Via_is_none_of_ours_is_dropped(string sentBy, bool isTaken)
    {
        _bob.Send(SipMethod.Message, _bob.Reach("sip:alice@10.0.0.2;transport=udp"));
        var request = _alice.Last;
        var via = request.Request.TopVia.Text.ToString().Replace("10.0.0.1:5060", sentBy, StringComparison.Ordinal);
        _alice.Send(request.Flow, $"SIP/2.0 200 OK\nVia: {via}\nFrom: {request.Request.From.Text}\nTo: {request.Request.To.Text};tag=a1\nCall-ID: call-1\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n");
        Assert.Equal(isTaken, _bob.Told.Contains("200"));
    }

    [Fact]
    public void A_flood_of_malformed_messages_and_stray_responses_fills_no_log()
    {
        var flow = _alice.To("10.0.0.1");
        for (var i = 0; i < 500; i++)
        {
            _alice.Send(flow, "no SIP at all\n\n");
            _alice.Send(flow, $"SIP/2.0 200 OK\nVia: SIP/2.0/UDP elsewhere;branch=z9hG4bK{i}\nFrom: <sip:a@b>;tag=1\nTo: <sip:a@b>;tag=2\nCall-ID: x\nCSeq: 1 BYE\nContent-Length: 0\n\n");
        }

        Assert.Equal(2 * LogRate.Lines, _sim.Log.Lines.Count(static l => l.Category == "Confab.Sip.Transport"));
        _sim.Advance(LogRate.Window);
        _alice.Send(flow, "no SIP at all\n\n");
        Assert.Contains("(faults not logged before: 480)", _sim.Log.Lines[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_rport_the_answer_goes_to_the_port_the_request_came_from()
    {
        _alice.Rebind(7_777);
        _alice.Send(_alice.To("10.0.0.1"), RawPeer.Request("MESSAGE"));
        _bob.Answer(_bob.Requests[0], 200);
        Assert.Equal(7_777, _alice.Last.Flow.Local.Port);
        Assert.Equal("7777", _alice.Last.Response.TopVia.Parameter("rport"u8).ToString());
    }

    [Theory]
    [InlineData("10.0.0.2", 5060)]
    [InlineData("10.0.0.2:5090", 5090)]
    public void Without_rport_the_answer_goes_to_the_sent_by_port_of_where_it_came_from(string sentBy, int port)
    {
        var other = new RawPeer(_sim, "10.0.0.2", tcp: false, port: 5090);
        _alice.Rebind(7_777);
        _alice.Send(_alice.To("10.0.0.1"), RawPeer.Request("MESSAGE", sentBy: sentBy, viaParameters: ""));
        _bob.Answer(_bob.Requests[0], 200);
        Assert.Equal(port, _alice.Heard.Concat(other.Heard).Single().Flow.Local.Port);
    }

    [Fact]
    public void A_request_whose_Via_is_malformed_is_answered_400_where_it_came_from()
    {
        _alice.Rebind(7_777);
        _alice.Send(_alice.To("10.0.0.1"), RawPeer.Request("MESSAGE", sentBy: ";;"));
        var (text, flow) = Assert.Single(_alice.Malformed);
        Assert.StartsWith("SIP/2.0 400 ", text, StringComparison.Ordinal);
        Assert.Equal(7_777, flow.Local.Port);
    }

    [Fact]
    public void A_malformed_request_is_refused_with_one_and_the_same_tag_each_time_and_a_malformed_ACK_is_not_answered()
    {
        var flow = _alice.To("10.0.0.1");
        for (var i = 0; i < 2; i++) _alice.Send(flow, RawPeer.Request("INVITE").Replace("CSeq: 1 ", "CSeq: x ", StringComparison.Ordinal));
        _alice.Send(flow, RawPeer.Request("INVITE", "z9hG4bK2").Replace("CSeq: 1 ", "CSeq: x ", StringComparison.Ordinal));
        _alice.Send(flow, RawPeer.Request("ACK").Replace("CSeq: 1 ", "CSeq: x ", StringComparison.Ordinal));
        Assert.Equal(3, _alice.Malformed.Count);
        var tags = _alice.Malformed.Select(static m => m.Text.Split('\n').Single(static line => line.StartsWith("To:", StringComparison.Ordinal)).Trim()).ToArray();
        Assert.Contains(";tag=", tags[0], StringComparison.Ordinal);
        Assert.Equal(tags[0], tags[1]);
        Assert.NotEqual(tags[0], tags[2]);
    }

    [Fact]
    public void Keepalive_datagrams_and_malformed_responses_are_let_pass()
    {
        var flow = _alice.To("10.0.0.1");
        _alice.Send(flow, "\r\n\r\n");
        _alice.Send(flow, "\0\0\0\0");
        _alice.Send(flow, "SIP/2.0 200 OK\n\n");
        Assert.Empty(_alice.Heard);
        Assert.Empty(_bob.Requests);
    }

    [Fact]
    public void A_ping_on_a_connection_is_answered_with_a_pong_between_messages()
    {
        var flow = _alice.Connect("10.0.0.1");
        _alice.Send(flow, "\r\n\r\n");
        _alice.Send(flow, RawPeer.Request("MESSAGE", protocol: "TCP") + "\r\n\r\n" + RawPeer.Request("MESSAGE", "z9hG4bK2", cseq: 2, protocol: "TCP"));
        Assert.Equal("pong pong ", _alice.Keepalives.ToString());
        Assert.Equal(2, _bob.Requests.Count);
    }

    [Fact]
    public void Messages_are_found_however_the_stream_is_cut()
    {
        _sim.Network.SegmentsStreams = true;
        var text = string.Concat(Enumerable.Range(0, 50).Select(static i => RawPeer.Request("MESSAGE", $"z9hG4bK{i}", cseq: i, protocol: "TCP") + (i % 7 == 0 ? "\n\n" : "")));
        _alice.Send(_alice.Connect("10.0.0.1"), text);
        Assert.Equal(50, _bob.Requests.Count);
        Assert.Equal(8, _alice.Keepalives.ToString().Split(' ').Length - 1);
    }

    [Fact]
    public void A_message_that_is_not_whole_after_a_minute_closes_its_connection_however_its_bytes_trickle()
    {
        var request = RawPeer.Request("MESSAGE", protocol: "TCP").Replace("Content-Length: 0", "Content-Length: 500", StringComparison.Ordinal);
        var good = _alice.Connect("10.0.0.1");
        _alice.Send(good, request);
        _sim.Advance(TimeSpan.FromSeconds(30));
        var slow = _alice.Connect("10.0.0.1");
        _alice.Send(slow, request);
        for (var i = 0; i < 29; i++)
        {
            _alice.Send(slow, "x");
            _sim.Advance(TimeSpan.FromSeconds(1));
        }

        // One whole message, and at once half of another: that one has its own minute.
        _alice.Send(good, new string('x', 500) + request.Replace("z9hG4bK1", "z9hG4bK2", StringComparison.Ordinal).Replace("call-1", "call-2", StringComparison.Ordinal));
        _sim.Advance(TimeSpan.FromSeconds(30.9));
        Assert.True(slow.IsOpen);
        _sim.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(slow.IsOpen);
        Assert.True(good.IsOpen);
        _alice.Send(good, new string('x', 500));
        _alice.Send(good, "\r\n"); // half a ping is no message
        Assert.Equal(2, _bob.Requests.Count);
        _sim.Advance(TimeSpan.FromMinutes(5));
        Assert.True(good.IsOpen);
    }

    [Theory]
    [InlineData("Content-Length: 0", "Content-Length: 1001", 413)]
    [InlineData("Content-Length: 0", "Content-Length: nine", 400)]
    [InlineData("Content-Length: 0", "X: y", 400)]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 70\nSubject: *", 513)]
    public void What_cannot_be_framed_is_answered_and_closes_its_connection_alone(string from, string to, int status)
    {
        var good = _alice.Connect("10.0.0.1");
        var bad = _alice.Connect("10.0.0.1");
        var request = RawPeer.Request("MESSAGE", protocol: "TCP").Replace(from, to.Replace("*", new string('x', 2_000), StringComparison.Ordinal), StringComparison.Ordinal);
        _alice.Send(bad, request + RawPeer.Request("MESSAGE", "z9hG4bK2", protocol: "TCP"));
        Assert.Equal(status, Assert.Single(_alice.Heard).Response.Status);
        Assert.False(bad.IsOpen);
        Assert.Empty(_bob.Requests);
        Assert.Equal(bad.Local, Assert.Single(_bob.LostFlows).Remote);
        _alice.Send(good, RawPeer.Request("MESSAGE", "z9hG4bK3", protocol: "TCP"));
        Assert.True(good.IsOpen);
        Assert.Single(_bob.Requests);
    }

    [Fact]
    public void What_is_no_SIP_at_all_closes_its_connection_without_an_answer()
    {
        var flow = _alice.Connect("10.0.0.1");
        _alice.Send(flow, "GET / HTTP/1.1\nHost: x\n\n");
        Assert.Empty(_alice.Heard);
        Assert.False(flow.IsOpen);
    }

    [Fact]
    public void After_a_fault_nothing_more_of_the_stream_is_read_though_the_peer_is_slow_to_take_the_answer()
    {
        var flow = (SimStream)_alice.Connect("10.0.0.1");
        _sim.Network.StreamWindow = 10;
        flow.TakeOnly(0);
        _alice.Send(flow, RawPeer.Request("MESSAGE", protocol: "TCP").Replace("Content-Length: 0", "Content-Length: 5000", StringComparison.Ordinal));
        _sim.Network.StreamWindow = 64 * 1024;
        _alice.Send(flow, RawPeer.Request("MESSAGE", "z9hG4bK2", protocol: "TCP"));
        Assert.Empty(_bob.Requests);
    }

    [Fact]
    public void Those_who_ask_for_a_connection_that_is_being_made_share_it_and_later_ones_use_it_again()
    {
        _sim.Network.Latency = TimeSpan.FromMilliseconds(10);
        var found = new List<Flow?>();
        _ = SipUri.TryParse("sip:alice@10.0.0.2;transport=tcp", out var uri);
        _bob.Do(() =>
        {
            _bob.Transport.Reach(uri, 0, _bob.Mailbox, found.Add);
            _bob.Transport.Reach(uri, 0, _bob.Mailbox, found.Add);
        });
        Assert.Empty(found);
        _sim.Advance(TimeSpan.FromMilliseconds(30));
        _bob.Do(() => _bob.Transport.Reach(uri, 0, _bob.Mailbox, found.Add));
        Assert.Equal(3, found.Count);
        Assert.NotNull(found[0]);
        Assert.All(found, flow => Assert.Same(found[0], flow));
        found[0]!.Close(EndReason.None);
        _bob.Do(() => _bob.Transport.Reach(uri, 0, _bob.Mailbox, found.Add));
        _sim.Advance(TimeSpan.FromMilliseconds(30));
        Assert.NotSame(found[0], found[3]);
        Assert.True(found[3]!.IsOpen);
    }

    [Theory]
    [InlineData("sip:alice@10.0.0.2", 1300, Transport.Udp)]
    [InlineData("sip:alice@10.0.0.2", 1301, Transport.Tcp)]
    [InlineData("sip:alice@10.0.0.2;transport=udp", 5000, Transport.Udp)]
    [InlineData("sip:alice@10.0.0.2;transport=tcp", 0, Transport.Tcp)]
    [InlineData("sip:alice@10.0.0.3", 1301, Transport.Udp)] // no TCP there: D-06
    [InlineData("sip:alice@elsewhere.example.com;maddr=10.0.0.2", 0, Transport.Udp)]
    [InlineData("sip:nobody@nowhere.example.com", 0, null)]
    [InlineData("sips:alice@10.0.0.2", 0, null)]
    [InlineData("sip:alice@10.0.0.2;transport=tls", 0, null)]
    [InlineData("sip:alice@10.0.0.2;transport=ws", 0, null)]
    public void A_request_takes_the_transport_that_its_URI_and_size_ask_for(string uri, int size, Transport? transport)
    {
        _ = new RawPeer(_sim, "10.0.0.3", tcp: false);
        Assert.Equal(transport, _bob.Reach(uri, size)?.Transport);
    }

    [Fact]
    public void An_address_family_without_a_datagram_port_is_reached_by_TCP()
    {
        var mixed = new Party(_sim, "mixed", "10.0.0.6", 6, udp: false);
        Assert.Equal(Transport.Tcp, mixed.Reach("sip:alice@10.0.0.2").Transport);
    }
}
