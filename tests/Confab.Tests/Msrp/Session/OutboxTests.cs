using Confab.Msrp;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Msrp;

// RFC 4975 7.1.1. Rows IMC-SDP-9, IMC-LMM-4, IMC-LMM-7.
public sealed class OutboxTests : IDisposable
{
    private readonly Rig _rig = new();
    private readonly Mailbox _far;
    private readonly Leg _near;
    private readonly Leg _peer;

    public OutboxTests()
    {
        _far = new Mailbox(_rig.World);
        _near = _rig.Open(null, listen: false);
        _peer = _rig.Open(_near.Session.LocalUri, _far);
        _rig.In(() =>
        {
            _near.Session.SetRemote([_peer.Session.LocalUri]);
            _near.Session.Connect();
        });
        _near.Events.Clear();
        _peer.Events.Clear();
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_short_message_is_one_chunk_and_its_200_is_the_outcome()
    {
        Give(Message("m1", "hello"u8.ToArray()));
        Assert.Equal(["piece m1 1 $ hello"], _peer.Events);
        Assert.Equal(["sent m1 200"], _near.Events);
        Assert.Equal(0, _near.Session.UnsettledCount);
    }

    [Fact]
    public void A_message_over_2048_octets_goes_in_chunks_that_may_be_interrupted() // IMC-SDP-9
    {
        var seen = new List<string>();
        _rig.World.Tap.Seen += record =>
        {
            var text = System.Text.Encoding.Latin1.GetString(record.Bytes.Span);
            if (record.Outgoing && text.Contains(" SEND\r\n")) seen.Add(text.Split("Byte-Range: ")[1].Split("\r\n")[0] + text[^3]);
        };
        var body = Random(20_000);
        Give(Message("m1", body));
        Assert.Equal(["1-2048/20000+", "2049-*/20000+", "10241-*/20000+", "18433-20000/20000$"], seen);
        Assert.Equal(body, Assert.Single(_peer.Received).Body.ToArray());
        Assert.Equal(["sent m1 200"], _near.Events);
    }

    [Fact]
    public void Messages_take_turns() // 7.1.1: fairness
    {
        Give(Message("long", Random(400_000)), Message("short", "hi"u8.ToArray()), Message("other", Random(50_000)));
        Assert.Equal(["short", "other", "long"], _peer.Received.ConvertAll(m => m.MessageId));
        Assert.Equal(["sent short 200", "sent other 200", "sent long 200"], _near.Events.Where(e => e != "drained"));
    }

    [Fact]
    public void Messages_of_one_chunk_keep_their_order() // also past a longer one, and where the connection takes no more for a time
    {
        string[] names = [.. Enumerable.Range(1, 40).Select(static number => $"m{number}")];
        Give([Message("long", Random(400_000)), .. names.Select(name => Message(name, Random(1500)))]);
        Assert.Equal(names, _peer.Received.ConvertAll(m => m.MessageId).Where(id => id != "long"));
    }

    [Theory]
    [InlineData(FailureReport.Yes, false)]
    [InlineData(FailureReport.Partial, false)]
    [InlineData(FailureReport.No, false)]
    [InlineData(FailureReport.Yes, true)]
    public void Five_megabytes_arrive_through_a_slow_network_within_bounds(FailureReport reports, bool segments)
    {
        _rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(5);
        _rig.Sim.Network.SegmentsStreams = segments;
        var body = Random(5_000_000);
        var at = 0;
        var message = new OutgoingMessage("a/b", body.Length, span =>
        {
            Assert.True(_near.Session.QueuedBytes <= 256 * 1024);
            var n = Math.Min(span.Length, 3000);
            n = Math.Min(n, body.Length - at);
            body.AsSpan(at, n).CopyTo(span);
            at += n;
            return n;
        })
        {
            MessageId = "big",
            FailureReport = reports,
            SuccessReport = true,
        };
        Give(message);
        _rig.Sim.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(body, Assert.Single(_peer.Received).Body.ToArray());
        Assert.Contains("sent big 200", _near.Events);
        Assert.Contains("report big 1-5000000/5000000 200", _near.Events); // one, for all of it
        Assert.Single(_near.Events, e => e.StartsWith("report"));
    }

    [Fact]
    public void A_refusal_ends_the_message_and_tells_the_peer() // 10.5
    {
        _rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(5);
        _peer.Judge = _ => MsrpStatus.TooLarge;
        Give(Message("m1", Random(900_000)));
        _rig.Sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["sent m1 413"], _near.Events.Where(e => e != "drained"));
        Assert.Contains("piece m1 1 # ", _peer.Events);
    }

    [Fact]
    public void A_failure_report_means_the_same_as_a_refusal() // 7.3.2
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() => leg.Session.Send(Message("m1", "hi"u8.ToArray())));
        peer.Say($"MSRP aaaa REPORT\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: m1\r\nByte-Range: 1-2/2\r\nStatus: 000 403 no\r\n-------aaaa$\r\n");
        Assert.Equal(["sent m1 403", "report m1 1-2/2 403"], leg.Events);
        _rig.Sim.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, leg.Events.Count);
    }

    [Fact]
    public void Without_an_answer_in_30_seconds_a_message_probably_failed() // 7.1.1
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() =>
        {
            leg.Session.Send(Message("yes", "hi"u8.ToArray()));
            leg.Session.Send(Message("partial", "hi"u8.ToArray(), FailureReport.Partial));
            leg.Session.Send(Message("no", "hi"u8.ToArray(), FailureReport.No));
        });
        Assert.Equal(["sent partial 200", "sent no 200"], leg.Events);
        _rig.Sim.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.Equal(2, leg.Events.Count);
        _rig.Sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["sent partial 200", "sent no 200", "sent yes 408"], leg.Events);
        Assert.NotEmpty(peer.Take());
        Assert.True(leg.Session.IsBound);
    }

    [Fact]
    public void An_error_may_follow_where_only_errors_are_answered()
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() => leg.Session.Send(Message("m1", "hi"u8.ToArray(), FailureReport.Partial)));
        var id = peer.TakeRaw()[5..21];
        peer.Say($"MSRP {id} 415\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------{id}$\r\n");
        Assert.Equal(["sent m1 200", "sent m1 415"], leg.Events);
    }

    [Fact]
    public void A_lost_connection_leaves_what_is_open_unconfirmed()
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() => leg.Session.Send(Message("m1", "hi"u8.ToArray())));
        peer.Flow.Break();
        _rig.Sim.Run();
        Assert.Equal(["sent m1 0", "ended ConnectionLost"], leg.Events);
    }

    [Fact]
    public void A_source_that_fails_and_a_message_that_is_given_up_end_with_the_abort_flag() // IMC-LMM-7
    {
        var reads = 0;
        Give(new OutgoingMessage("a/b", 10_000, span => reads++ == 0 ? span.Length : -1) { MessageId = "m1" });
        Assert.Equal(["sent m1 0"], _near.Events);
        Assert.Equal(["piece m1 1 # "], _peer.Events);

        var (leg, peer) = _rig.Bound();
        var message = Message("m2", Random(400_000)); // more than goes out before the first answers
        _rig.In(() => leg.Session.Send(message));
        _rig.In(() => leg.Session.Abort(message));
        Assert.EndsWith("#\n", peer.Take());
        Assert.Contains("sent m2 0", leg.Events);
    }

    [Fact]
    public void Messages_wait_for_the_binding_and_longer_ones_than_the_peer_takes_are_refused()
    {
        var leg = _rig.Open();
        _rig.In(() =>
        {
            leg.Session.SetRemote([Rig.PeerUri], 10);
            Assert.Equal(SendStatus.Queued, leg.Session.Send(Message("m1", "hi"u8.ToArray())));
            Assert.Equal(SendStatus.TooLarge, leg.Session.Send(Message("m2", new byte[11])));
        });
        Assert.Contains("Message-ID: m1\n", _rig.Connect().Bind(leg));
    }

    private void Give(params OutgoingMessage[] messages) => _rig.In(() =>
    {
        foreach (var message in messages) Assert.Equal(SendStatus.Sent, _near.Session.Send(message));
    });

    private static OutgoingMessage Message(string id, byte[] body, FailureReport reports = FailureReport.Yes) =>
        new("a/b", body) { MessageId = id, FailureReport = reports };

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
