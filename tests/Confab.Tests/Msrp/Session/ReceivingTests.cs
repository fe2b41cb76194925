using Confab.Msrp;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Msrp;

// RFC 4975 7.1.3, 7.1.4, 7.2, 7.3.1. Rows MSW-9, MSW-14, IMC-SDP-10.
public sealed class ReceivingTests : IDisposable
{
    private readonly Rig _rig = new(options: new MsrpOptions { MaxMessageSize = 1000 });

    public void Dispose() => _rig.Dispose();

    [Theory] // the report matrix: what a success and a refusal are answered with
    [InlineData("", "200", "415", false)]
    [InlineData("Failure-Report: yes\n", "200", "415", false)]
    [InlineData("Failure-Report: partial\n", "", "415", false)]
    [InlineData("Failure-Report: no\n", "", "", false)]
    [InlineData("Success-Report: yes\n", "200", "415", true)]
    [InlineData("Success-Report: yes\nFailure-Report: yes\n", "200", "415", true)]
    [InlineData("Success-Report: yes\nFailure-Report: partial\n", "", "415", true)]
    [InlineData("Success-Report: yes\nFailure-Report: no\n", "", "", true)]
    [InlineData("Success-Report: no\nFailure-Report: no\n", "", "", false)]
    public void Answers_and_reports_are_what_the_sender_asked_for(string asks, string success, string refusal, bool report)
    {
        var (leg, peer) = _rig.Bound();
        var answer = peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi", "1-2/2", asks)));
        Assert.Equal(success.Length > 0 ? $"MSRP abcd {success} OK\n-------abcd$\n" : "", WithoutReport(answer));
        Assert.Equal(report, answer.Contains("REPORT\nMessage-ID: 1\nByte-Range: 1-2/2\nStatus: 000 200 OK\n-------"));
        leg.Judge = _ => MsrpStatus.UnsupportedType;
        answer = peer.Say(Rig.Send(leg, "efgh", Rig.Text("2", "hi", "1-2/2", asks)));
        Assert.Equal(refusal.Length > 0 ? $"MSRP efgh {refusal} Unsupported Media Type\n-------efgh$\n" : "", answer);
    }

    [Fact]
    public void Chunks_are_answered_each_and_reported_once_when_all_bytes_are_there() // MSW-9
    {
        var (leg, peer) = _rig.Bound();
        const string Asks = "Success-Report: yes\n";
        Assert.Equal("MSRP aaaa 200 OK\n-------aaaa$\n", peer.Say(Rig.Send(leg, "aaaa", Rig.Text("1", "one ", "1-4/13", Asks), flag: '+')));
        Assert.Equal("MSRP cccc 200 OK\n-------cccc$\n", peer.Say(Rig.Send(leg, "cccc", Rig.Text("1", "three", "9-13/13", Asks))));
        var last = peer.Say(Rig.Send(leg, "bbbb", Rig.Text("1", "two ", "5-*/13", Asks), flag: '+'));
        Assert.Equal("MSRP bbbb 200 OK\n-------bbbb$\nMSRP T1 REPORT\nMessage-ID: 1\nByte-Range: 1-13/13\nStatus: 000 200 OK\n-------T1$\n", last);
        Assert.Equal("one two three", System.Text.Encoding.ASCII.GetString(Assert.Single(leg.Received).Body.Span));
    }

    [Fact]
    public void A_handler_may_report_by_itself()
    {
        var (leg, peer) = _rig.Bound();
        leg.Session.ReportsSuccess = false;
        Assert.Equal("MSRP aaaa 200 OK\n-------aaaa$\n", peer.Say(Rig.Send(leg, "aaaa", Rig.Text("1", "hi", "1-2/2", "Success-Report: yes\n"))));
        _rig.In(() => leg.Session.SendReport("1"u8, new ByteRange(1, 2, 2), MsrpStatus.Forbidden));
        Assert.Equal("MSRP T1 REPORT\nMessage-ID: 1\nByte-Range: 1-2/2\nStatus: 000 403 Forbidden\n-------T1$\n", peer.Take());
    }

    [Theory]
    [InlineData("Message-ID: 1\nByte-Range: 0-2/2\nContent-Type: text/plain\n\nhi", 400)]
    [InlineData("Message-ID: 1\nByte-Range: x\nContent-Type: text/plain\n\nhi", 400)]
    [InlineData("Byte-Range: 1-2/2\nContent-Type: text/plain\n\nhi", 400)]
    [InlineData("Message-ID: 1\nByte-Range: 1-2/2\n\nhi", 400)]
    [InlineData("Message-ID: 1\nByte-Range: 1-*/1001\nContent-Type: text/plain\n\nhi", 413)]
    [InlineData("Message-ID: 1\nByte-Range: 1000-*/*\nContent-Type: text/plain\n\nhi", 413)]
    [InlineData("Message-ID: 1\nByte-Range: 999999999999999999-*/*\nContent-Type: text/plain\n\nhi", 413)]
    public void What_is_wrong_is_refused_and_the_connection_goes_on(string rest, int code) // MSW-14: 413
    {
        var (leg, peer) = _rig.Bound();
        Assert.StartsWith($"MSRP abcd {code} ", peer.Say(Rig.Send(leg, "abcd", rest)));
        Assert.Empty(leg.Events);
        Assert.StartsWith("MSRP abcd 200", peer.Say(Rig.Send(leg, "abcd", Rig.Text("1", "hi"))));
    }

    [Fact]
    public void A_method_that_nobody_knows_is_answered_501()
    {
        var (leg, peer) = _rig.Bound();
        Assert.StartsWith("MSRP abcd 501 Unknown Method", peer.Say(Rig.Send(leg, "abcd", "Use-Nickname: \"x\"").Replace(" SEND", " NICKNAME").Replace("\r\n\r\n", "\r\n")));
    }

    [Fact]
    public void A_chunk_that_outgrows_the_limit_is_refused_at_once_and_once()
    {
        var (leg, peer) = _rig.Bound();
        var head = Rig.Send(leg, "abcd", Rig.Text("1", "", "1-*/*"));
        head = head[..head.IndexOf("\r\n-------", StringComparison.Ordinal)];
        Assert.Equal("MSRP abcd 413 Message Too Large\n-------abcd$\n", peer.Say(head + new string('x', 30_000)));
        Assert.Equal("", peer.Say(new string('x', 60_000)));
        Assert.Equal("", peer.Say("\r\n-------abcd$\r\n"));
        Assert.Empty(leg.Received);
        Assert.StartsWith("MSRP abcd 200", peer.Say(Rig.Send(leg, "abcd", Rig.Text("2", "hi"))));
    }

    [Fact]
    public void The_end_of_an_abandoned_message_is_shown() // MSW-10
    {
        var (leg, peer) = _rig.Bound();
        peer.Say(Rig.Send(leg, "aaaa", Rig.Text("1", "part", "1-4/9"), flag: '+'));
        Assert.StartsWith("MSRP bbbb 200", peer.Say($"MSRP bbbb SEND\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: 1\r\nByte-Range: 1-0/9\r\n-------bbbb#\r\n"));
        Assert.Equal(["piece 1 1 + part", "piece 1 1 # "], leg.Events);
        Assert.Empty(leg.Received);
    }

    [Fact]
    public void What_comes_after_the_close_is_not_shown()
    {
        var (leg, peer) = _rig.Bound();
        leg.Judge = _ =>
        {
            leg.Session.Close(EndReason.Left);
            return MsrpStatus.Ok;
        };
        peer.Say(Rig.Send(leg, "aaaa", Rig.Text("1", "one")) + Rig.Send(leg, "bbbb", Rig.Text("2", "two")));
        Assert.Equal(["piece 1 1 $ one", "ended Left"], leg.Events);
    }

    [Fact]
    public void Reports_and_refusals_of_copies_reach_the_handler_and_are_not_answered()
    {
        var (leg, peer) = _rig.Bound();
        Assert.Equal("", peer.Say($"MSRP aaaa REPORT\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: 9\r\nByte-Range: 1-5/5\r\nStatus: 000 413 no\r\n-------aaaa$\r\n"));
        Assert.Equal("", peer.Say($"MSRP 00000000000000aa 415\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------00000000000000aa$\r\n"));
        Assert.Equal("", peer.Say($"MSRP 00000000000000aa 200\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------00000000000000aa$\r\n"));
        Assert.Equal(["report 9 1-5/5 413", "refused 0 415"], leg.Events);
    }

    [Fact]
    public void A_481_or_506_from_the_peer_ends_the_leg()
    {
        var (leg, peer) = _rig.Bound();
        peer.Say($"MSRP 00000000000000aa 481\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------00000000000000aa$\r\n");
        Assert.Equal(["refused 0 481", "ended PeerClosed"], leg.Events);
    }

    [Fact]
    public void Frames_come_in_order_whether_their_mailbox_is_free_or_taken()
    {
        var (leg, peer) = _rig.Bound();
        var many = string.Concat(Enumerable.Range(1, 50).Select(i => Rig.Send(leg, $"t{i:000}", Rig.Text($"{i}", "hi", "", "Failure-Report: no\n"))));
        peer.Say(many);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"piece {i} 1 $ hi"), leg.Events);
        leg.Events.Clear();

        // The reader runs while its thread is inside another mailbox: every frame is copied and posted.
        var connection = leg.Session.Connection!;
        _rig.In(new Mailbox(_rig.World), () => connection.OnReceived(System.Text.Encoding.ASCII.GetBytes(many)));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"piece {i} 1 $ hi"), leg.Events);
    }

    [Fact]
    public void A_full_mailbox_stops_the_reading_of_who_fills_it()
    {
        using var rig = new Rig(new Limits { MailboxLetters = 4 });
        var (leg, peer) = rig.Bound();
        var many = string.Concat(Enumerable.Range(1, 20).Select(i => Rig.Send(leg, $"t{i:000}", Rig.Text($"{i}", "hi", "", "Failure-Report: no\n"))));
        var flow = (Confab.Sim.SimStream)leg.Session.Flow!;
        var connection = leg.Session.Connection!;
        rig.In(new Mailbox(rig.World), () =>
        {
            connection.OnReceived(System.Text.Encoding.ASCII.GetBytes(many));
            Assert.False(leg.Session.Owner.HasRoom);
            peer.Flow.Send(System.Text.Encoding.ASCII.GetBytes(Rig.Send(leg, "last", Rig.Text("21", "hi"))));
        });
        Assert.Equal(Enumerable.Range(1, 21).Select(i => $"piece {i} 1 $ hi"), leg.Events);
        Assert.True(flow.IsOpen);
    }

    [Fact]
    public void Sessions_of_two_mailboxes_may_share_a_connection()
    {
        var (a, peer) = _rig.Bound();
        var b = _rig.Open("msrp://192.0.2.11:7654/b;tcp", new Mailbox(_rig.World));
        peer.Bind(b, "msrp://192.0.2.11:7654/b;tcp");
        peer.Say(Rig.Send(a, "aaaa", Rig.Text("1", "for a")) + Rig.Send(b, "bbbb", Rig.Text("2", "for b"), "msrp://192.0.2.11:7654/b;tcp") + Rig.Send(a, "cccc", Rig.Text("3", "again")));
        Assert.Equal(["piece 1 1 $ for a", "piece 3 1 $ again"], a.Events);
        Assert.Equal(["bound", "piece 2 1 $ for b"], b.Events);
        peer.Flow.Break();
        _rig.Sim.Run();
        Assert.Contains("ended ConnectionLost", a.Events);
        Assert.Contains("ended ConnectionLost", b.Events);
    }

    [Fact]
    public void A_paused_session_is_not_read()
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(leg.Session.PauseReading);
        Assert.Equal("", peer.Say(Rig.Send(leg, "aaaa", Rig.Text("1", "hi"))));
        Assert.Empty(leg.Events);
        _rig.In(leg.Session.ResumeReading);
        Assert.Equal(["piece 1 1 $ hi"], leg.Events);
    }

    [Fact]
    public void The_tap_sees_every_message_whole_in_both_directions()
    {
        var seen = new List<string>();
        _rig.World.Tap.Seen += record => seen.Add($"{record.Protocol} {(record.Outgoing ? "out" : "in")} {System.Text.Encoding.ASCII.GetString(record.Bytes.Span).Split("\r\n")[0]}");
        var leg = _rig.Open();
        _rig.Connect().Bind(leg);
        Assert.Equal(["msrp in MSRP bind1 SEND", "msrp out MSRP bind1 200 OK"], seen);
    }

    private static string WithoutReport(string text)
    {
        var at = text.IndexOf("MSRP T", StringComparison.Ordinal);
        return at < 0 ? text : text[..at];
    }
}
