using Confab.Msrp;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Msrp;

// RFC 4975 5.4, 7.3; RFC 6135 4.2.2. Rows MSW-11, MSW-12, MSW-13, IMC-SDP-2, IMC-SDP-7, IMC-SDP-10.
public sealed class BindingTests : IDisposable
{
    private readonly Rig _rig = new(new Limits { MsrpBindSeconds = 60 });

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void The_passive_side_is_bound_by_the_first_SEND_which_the_handler_does_not_see()
    {
        var leg = _rig.Open();
        var peer = _rig.Connect();
        Assert.False(leg.Session.IsBound);
        peer.Flow.Send(System.Text.Encoding.ASCII.GetBytes($"MSRP bind1 SEND\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: b1\r\nByte-Range: 1-0/0\r\n-------bind1$\r\n"));
        _rig.Sim.Run();
        Assert.Equal($"MSRP bind1 200 OK\r\nTo-Path: {Rig.PeerUri}\r\nFrom-Path: {leg.Session.LocalUri}\r\n-------bind1$\r\n", peer.TakeRaw());
        Assert.Equal(["bound"], leg.Events);
        Assert.True(leg.Session.IsBound);
    }

    [Fact]
    public void Session_ids_are_long_and_never_the_same() // IMC-SDP-2
    {
        var a = _rig.Open();
        var b = _rig.Open();
        Assert.NotEqual(a.Session.SessionId, b.Session.SessionId);
        Assert.True(a.Session.SessionId.Length * 5 >= 80);
        Assert.Equal($"msrp://198.51.100.5:2855/{a.Session.SessionId};tcp", a.Session.LocalUri);
        Assert.Equal(2, _rig.Transport.SessionCount);
    }

    [Fact]
    public void A_session_that_is_not_there_is_answered_481_where_an_answer_is_wanted() // MSW-12, IMC-SDP-10
    {
        var leg = _rig.Open();
        var peer = _rig.Connect();
        _rig.In(() => leg.Session.Close(EndReason.Left));
        Assert.Equal("MSRP abcd 481 Session Does Not Exist\n-------abcd$\n", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi"))));
        Assert.Equal("", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi", "", "Failure-Report: no\n"))));
        Assert.Equal("MSRP abcd 481 Session Does Not Exist\n-------abcd$\n", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi", "", "Failure-Report: partial\n"))));
        Assert.Equal("", peer.Say($"MSRP abcd REPORT\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: 1\r\nStatus: 000 200\r\n-------abcd$\r\n"));
        Assert.Equal(["ended Left"], leg.Events);
        Assert.Equal(0, _rig.Transport.SessionCount);
    }

    [Fact]
    public void Another_host_name_before_the_session_id_is_no_matter_but_another_case_of_the_id_is() // IMC-SDP-2
    {
        var leg = _rig.Open();
        var peer = _rig.Connect();
        var other = $"msrp://nat.example:9/{leg.Session.SessionId};tcp";
        Assert.StartsWith("MSRP abcd 200", peer.Say($"MSRP abcd SEND\r\nTo-Path: {other}\r\nFrom-Path: {Rig.PeerUri}\r\n-------abcd$\r\n"));
        other = $"msrp://198.51.100.5:2855/{leg.Session.SessionId.ToUpperInvariant()};tcp";
        Assert.StartsWith("MSRP abcd 481", peer.Say($"MSRP abcd SEND\r\nTo-Path: {other}\r\nFrom-Path: {Rig.PeerUri}\r\n-------abcd$\r\n"));
    }

    [Fact]
    public void A_second_connection_for_a_bound_session_is_answered_506() // MSW-12
    {
        var (leg, _) = _rig.Bound();
        var second = _rig.Connect();
        Assert.Equal("MSRP bind1 506 Session Already In Use\n-------bind1$\n", second.Bind(leg));
        Assert.Empty(leg.Events);
    }

    [Fact]
    public void Who_gives_another_sender_than_agreed_does_not_bind()
    {
        var leg = _rig.Open();
        var peer = _rig.Connect();
        Assert.StartsWith("MSRP bind1 481", peer.Bind(leg, "msrp://192.0.2.11:7654/stranger;tcp"));
        Assert.Empty(leg.Events);
        Assert.StartsWith("MSRP bind1 200", peer.Bind(leg, "msrp://relay.example:1/r;tcp " + Rig.PeerUri));
        Assert.StartsWith("MSRP abcd 481", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi"), "msrp://192.0.2.11:7654/stranger;tcp")));
        Assert.Equal(["bound"], leg.Events);
    }

    [Fact]
    public void A_SEND_with_content_binds_too_and_is_delivered_after_that()
    {
        var leg = _rig.Open();
        Assert.StartsWith("MSRP abcd 200", _rig.Connect().Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi"))));
        Assert.Equal(["bound", "piece 1 1 $ hi"], leg.Events);
    }

    [Fact]
    public void Messages_for_a_leg_wait_for_its_binding_and_come_after_it_in_order() // MSW-11
    {
        var leg = _rig.Open();
        var copy = new MsrpCopy();
        _rig.In(() =>
        {
            for (var i = 1; i <= 3; i++)
            {
                copy.Prepare((ulong)i, System.Text.Encoding.ASCII.GetBytes($"m{i}"), 1, 2, "text/plain"u8, System.Text.Encoding.ASCII.GetBytes($"n{i}"));
                Assert.Equal(SendStatus.Queued, leg.Session.SendChunk(copy));
            }
        });
        leg.Bound = () => leg.Session.SendChunk(copy);
        var text = _rig.Connect().Bind(leg);
        Assert.Equal(
            "MSRP bind1 200 OK\n-------bind1$\n"
            + "MSRP T1 SEND\nMessage-ID: m1\nByte-Range: 1-2/2\nFailure-Report: partial\nContent-Type: text/plain\n\nn1\n-------T1$\n"
            + "MSRP T2 SEND\nMessage-ID: m2\nByte-Range: 1-2/2\nFailure-Report: partial\nContent-Type: text/plain\n\nn2\n-------T2$\n"
            + "MSRP T3 SEND\nMessage-ID: m3\nByte-Range: 1-2/2\nFailure-Report: partial\nContent-Type: text/plain\n\nn3\n-------T3$\n"
            + "MSRP T4 SEND\nMessage-ID: m3\nByte-Range: 1-2/2\nFailure-Report: partial\nContent-Type: text/plain\n\nn3\n-------T4$\n",
            text);
    }

    [Fact]
    public void Who_is_faster_than_the_SDP_answer_is_bound_when_it_comes()
    {
        var leg = _rig.Open(peer: null);
        var peer = _rig.Connect();
        Assert.Equal("", peer.Bind(leg));
        Assert.Equal("", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi"))));
        Assert.Empty(leg.Events);
        _rig.In(() => leg.Session.SetRemote([Rig.PeerUri]));
        Assert.Equal(["bound", "piece 1 1 $ hi"], leg.Events);
        Assert.Equal("MSRP bind1 200 OK\n-------bind1$\nMSRP abcd 200 OK\n-------abcd$\n", peer.Take());
        Assert.StartsWith("MSRP efgh 200", peer.Say(Rig.Send(leg, "efgh", Rig.Text("2", "ho"))));
    }

    [Fact]
    public void Who_was_too_fast_and_went_away_may_come_again_and_what_nobody_bound_is_let_go()
    {
        var leg = _rig.Open(peer: null);
        var peer = _rig.Connect();
        peer.Bind(leg);
        Assert.StartsWith("MSRP bind1 506", _rig.Connect().Bind(leg));
        peer.Flow.Break();
        _rig.Sim.Run();
        var again = _rig.Connect();
        Assert.Equal("", again.Bind(leg));
        _rig.In(() => leg.Session.SetRemote([Rig.PeerUri]));
        Assert.StartsWith("MSRP bind1 200", again.Take());

        var other = _rig.Open(peer: null);
        var unknown = _rig.Connect();
        unknown.Bind(other);
        _rig.In(() => other.Session.Close(EndReason.Cancelled));
        Assert.Equal(EndReason.PeerClosed, unknown.Closed);
    }

    [Fact]
    public void A_peer_who_does_not_come_within_a_minute_is_given_up() // MSW-13
    {
        var leg = _rig.Open();
        _rig.Sim.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Empty(leg.Events);
        _rig.Sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["ended TimedOut"], leg.Events);
        Assert.StartsWith("MSRP bind1 481", _rig.Connect().Bind(leg));
        _rig.In(() => leg.Session.Close(EndReason.Left));
        Assert.Equal(["ended TimedOut"], leg.Events);
    }

    [Theory]
    [InlineData(true, "ended ConnectionLost")]
    [InlineData(false, "ended PeerClosed")]
    public void A_lost_connection_ends_the_leg_once_and_the_participant_may_come_back(bool breaks, string ended) // MSW-13
    {
        var (leg, peer) = _rig.Bound();
        if (breaks) peer.Flow.Break();
        else peer.Flow.Close(EndReason.Left);
        _rig.Sim.Run();
        Assert.Equal([ended], leg.Events);
        Assert.StartsWith("MSRP bind1 481", _rig.Connect().Bind(leg));
        _rig.In(leg.Session.ListenForPeer);
        Assert.StartsWith("MSRP bind1 200", _rig.Connect().Bind(leg));
        Assert.Equal([ended, "bound"], leg.Events);
    }

    [Fact]
    public void Waiting_anew_lets_the_old_connection_go()
    {
        var (leg, old) = _rig.Bound();
        _rig.In(leg.Session.ListenForPeer);
        Assert.Equal(EndReason.PeerClosed, old.Closed);
        Assert.StartsWith("MSRP bind1 200", _rig.Connect().Bind(leg));
        Assert.Equal(["bound"], leg.Events);
    }

    [Fact]
    public void Closing_sends_what_is_queued_and_then_closes_a_connection_that_carries_nothing_else()
    {
        var (leg, peer) = _rig.Bound();
        var second = _rig.Open("msrp://192.0.2.11:7654/second;tcp");
        peer.Bind(second, "msrp://192.0.2.11:7654/second;tcp"); // two sessions share the connection
        _rig.In(() =>
        {
            var copy = new MsrpCopy();
            copy.Prepare(1, "m1"u8, 1, 3, "text/plain"u8, "bye"u8);
            leg.Session.SendChunk(copy);
            leg.Session.Close(EndReason.Released);
            Assert.Equal(SendStatus.Closed, leg.Session.SendChunk(copy));
        });
        Assert.Contains("\nbye\n", peer.Take());
        Assert.Null(peer.Closed);
        Assert.StartsWith("MSRP abcd 481", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "late"))));
        _rig.In(() => second.Session.Close(EndReason.Released));
        Assert.Equal(EndReason.PeerClosed, peer.Closed);
        Assert.Equal(["ended Released"], leg.Events);
        Assert.Equal(["bound", "ended Released"], second.Events);
    }

    [Fact]
    public void A_connection_that_binds_nothing_is_closed_after_its_time()
    {
        var peer = _rig.Connect();
        peer.Say("MSRP ");
        _rig.Sim.Advance(TimeSpan.FromSeconds(121));
        Assert.NotNull(peer.Closed);
    }

    [Fact]
    public void Bytes_that_are_no_MSRP_close_their_connection_alone()
    {
        var (leg, peer) = _rig.Bound();
        var (other, _) = _rig.Bound();
        peer.Say("HELO\r\n");
        Assert.Equal(EndReason.PeerClosed, peer.Closed);
        Assert.Equal(["ended Malformed"], leg.Events);
        Assert.Empty(other.Events);
    }

    [Fact]
    public void The_active_side_connects_and_sends_at_once_a_SEND_without_content() // IMC-SDP-7
    {
        var peer = new RawPeer(_rig);
        _rig.Sim.Host("192.0.2.11", 5).Network.Listen(System.Net.IPEndPoint.Parse("192.0.2.11:7654"), Transport.Tcp, peer.Opened);
        _rig.Sim.Network.Name("pc.example", System.Net.IPAddress.Parse("192.0.2.99"), System.Net.IPAddress.Parse("192.0.2.11"));
        var leg = _rig.Open("msrp://pc.example:7654/kA3v;tcp", listen: false);
        _rig.In(leg.Session.Connect);
        Assert.Matches(
            $"^MSRP ([0-9a-f]{{16}}) SEND\r\nTo-Path: msrp://pc.example:7654/kA3v;tcp\r\nFrom-Path: {leg.Session.LocalUri}\r\nMessage-ID: [a-z2-7]{{16}}\r\nByte-Range: 1-0/0\r\n-------\\1\\$\r\n$",
            peer.TakeRaw());
        Assert.Equal(["bound"], leg.Events);
        _rig.Sim.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["bound", "ended TimedOut"], leg.Events); // 7.1.1: no answer within 30 s
    }

    [Theory]
    [InlineData("msrp://192.0.2.77:7654/a;tcp")]
    [InlineData("msrp://unknown.example:7654/a;tcp")]
    [InlineData("msrp://192.0.2.77/a;tcp")]
    [InlineData("msrp://192.0.2.77:7654/a;ws")]
    public void Whom_nobody_can_reach_is_unreachable(string uri)
    {
        var leg = _rig.Open(uri, listen: false);
        _rig.In(leg.Session.Connect);
        Assert.Equal(["ended Unreachable"], leg.Events);
    }

    [Fact]
    public void Two_sessions_bind_each_other_and_a_481_ends_the_leg()
    {
        var far = new Mailbox(_rig.World);
        var a = _rig.Open(null, listen: false);
        var b = _rig.Open(a.Session.LocalUri, far);
        _rig.In(() =>
        {
            a.Session.SetRemote([b.Session.LocalUri]);
            a.Session.Connect();
        });
        Assert.Equal(["bound"], a.Events);
        Assert.Equal(["bound"], b.Events);
        _rig.Sim.Advance(TimeSpan.FromSeconds(90));
        Assert.True(a.Session.IsBound && b.Session.IsBound);
        _rig.In(far, () => b.Session.Close(EndReason.Left));
        Assert.Equal(["bound", "ended PeerClosed"], a.Events);
    }

    [Fact]
    public void A_path_that_is_none_is_refused_and_changes_nothing()
    {
        var leg = _rig.Open(null, listen: false);
        _rig.In(() =>
        {
            Assert.False(leg.Session.SetRemote([]));
            Assert.False(leg.Session.SetRemote(["sip:bob@example.com"]));
            Assert.Equal(SendStatus.Closed, leg.Session.Send(new OutgoingMessage("text/plain", "x"u8.ToArray())));
        });
    }
}
