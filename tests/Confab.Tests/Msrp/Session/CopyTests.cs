using System.Diagnostics;
using System.Net;
using System.Text;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Msrp;

// The switch's copies. Rows MSW-1, MSW-2, MSW-3, MSW-10, MSW-11, MSW-14; decision D-09.
public sealed class CopyTests : IDisposable
{
    private readonly Rig _rig = new(new Limits { QueuedBytesPerFlow = 128 * 1024, UnboundLegBytes = 4096 });
    private readonly MsrpCopy _copy = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_copy_has_the_paths_of_its_leg_and_a_transaction_of_its_own() // MSW-1, MSW-3
    {
        var (a, alice) = _rig.Bound();
        var (b, bob) = _rig.Bound();
        _rig.In(() =>
        {
            _copy.Prepare(1, "m0002alice"u8, 1, 5, "message/cpim"u8, "a\r\nbc"u8);
            Assert.Equal(SendStatus.Sent, a.Session.SendChunk(_copy));
            Assert.Equal(SendStatus.Sent, b.Session.SendChunk(_copy));
        });
        var (toAlice, toBob) = (alice.TakeRaw(), bob.TakeRaw());
        Assert.Matches(
            $"^MSRP ([0-9a-f]{{16}}) SEND\r\nTo-Path: {Rig.PeerUri}\r\nFrom-Path: {a.Session.LocalUri}\r\nMessage-ID: m0002alice\r\nByte-Range: 1-5/5\r\n"
            + "Failure-Report: partial\r\nContent-Type: message/cpim\r\n\r\na\r\nbc\r\n-------\\1\\$\r\n$",
            toAlice);
        Assert.Contains($"From-Path: {b.Session.LocalUri}\r\n", toBob);
        Assert.NotEqual(toAlice[..21], toBob[..21]);
    }

    [Fact]
    public void A_chunk_over_2048_octets_has_no_end_in_its_range() // 7.1.1
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() =>
        {
            _copy.Prepare(1, "m1"u8, 1, 5000, "a/b"u8, new byte[2048], '+');
            leg.Session.SendChunk(_copy);
            _copy.Prepare(1, "m1"u8, 2049, 5000, "a/b"u8, new byte[2952], '$', FailureReport.No, successReport: true);
            leg.Session.SendChunk(_copy);
        });
        var text = peer.Take();
        Assert.Contains("Byte-Range: 1-2048/5000\nFailure-Report: partial\nContent-Type", text);
        Assert.Contains("Byte-Range: 2049-*/5000\nSuccess-Report: yes\nFailure-Report: no\nContent-Type", text);
    }

    [Fact]
    public void The_end_line_never_occurs_in_the_body() // 7.1
    {
        var next = Ids.FromSeed(7);
        var probe = new byte[16];
        TransactionId.Write(Ids.FromSeed(7).Unique(), probe);
        var body = Encoding.ASCII.GetBytes($"quoting\r\n-------{Encoding.ASCII.GetString(probe)}$\r\nback");
        _copy.Prepare(1, "m"u8, 1, body.Length, "a/b"u8, body);
        var id = _copy.NewId(next);
        Assert.True(TransactionId.TryRead(probe, out var taken));
        Assert.NotEqual(taken, id);
    }

    [Fact]
    public void Later_chunks_go_only_to_who_got_the_first() // MSW-10
    {
        var (early, alice) = _rig.Bound();
        var late = _rig.Open();
        Leg later = null!;
        RawPeer bob = null!;
        _rig.In(() => Chunk(1, 1, '+', early));
        (later, bob) = _rig.Bound();
        _rig.In(() =>
        {
            Assert.Equal(SendStatus.Skipped, Chunk(1, 11, '+', later));
            Assert.Equal(SendStatus.Sent, Chunk(1, 11, '+', early));
            _copy.PrepareAbort(1, "m1"u8);
            Assert.Equal(SendStatus.Skipped, later.Session.SendChunk(_copy));
            Assert.Equal(SendStatus.Sent, early.Session.SendChunk(_copy));
            Assert.Equal(SendStatus.Skipped, Chunk(1, 21, '$', early));
        });
        Assert.Equal("", bob.Take());
        Assert.EndsWith("SEND\nMessage-ID: m1\nByte-Range: 1-0/*\nFailure-Report: partial\n-------T3#\n", alice.Take());
        Assert.False(late.Session.IsBound);
    }

    [Fact]
    public void A_copy_that_the_peer_refuses_midway_is_abandoned_for_him() // 7.3.2, 10.5
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() => Chunk(5, 1, '+', leg));
        var id = peer.TakeRaw()[5..21];
        peer.Say($"MSRP {id} 413 no\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------{id}$\r\n");
        Assert.Equal(["refused 5 413"], leg.Events);
        _rig.In(() => Assert.Equal(SendStatus.Skipped, Chunk(5, 11, '+', leg)));
        Assert.Contains("\n-------T1#\n", peer.Take());
        _rig.In(() => Assert.Equal(SendStatus.Skipped, Chunk(5, 21, '$', leg)));
        Assert.Equal("", peer.Take());
    }

    [Fact]
    public void A_message_longer_than_the_leg_takes_is_not_sent_to_it() // MSW-14
    {
        var (leg, peer) = _rig.Bound();
        _rig.In(() =>
        {
            leg.Session.SetRemote([Rig.PeerUri], 15);
            _copy.Prepare(1, "m1"u8, 1, 16, "a/b"u8, "x"u8, '+');
            Assert.Equal(SendStatus.TooLarge, leg.Session.SendChunk(_copy));
            Assert.Equal(SendStatus.Sent, Chunk(2, 1, '+', leg));
            Assert.Equal(SendStatus.TooLarge, Chunk(2, 11, '+', leg)); // its length was not known
        });
        Assert.EndsWith("#\n", peer.Take());
    }

    [Fact]
    public void Who_does_not_read_is_bounded_and_what_he_has_of_a_message_is_ended() // D-09
    {
        var (slow, peer) = _rig.Bound();
        var (quick, other) = _rig.Bound();
        peer.Flow.TakeOnly(0);
        var body = new byte[10_000];
        var full = 0;
        _rig.In(() => Chunk(1, 1, '+', slow));
        for (var i = 0; i < 40; i++)
        {
            _rig.In(() =>
            {
                _copy.Prepare(100 + (ulong)i, "big"u8, 1, body.Length, "a/b"u8, body);
                if (slow.Session.SendChunk(_copy) == SendStatus.Full) full++;
                Assert.Equal(SendStatus.Sent, quick.Session.SendChunk(_copy));
            });
        }

        _rig.In(() =>
        {
            Assert.True(slow.Session.QueuedBytes <= 128 * 1024);
            Assert.Equal(SendStatus.Full, Chunk(1, 11, '+', slow, new byte[20_000]));
            Assert.Equal(SendStatus.Skipped, Chunk(1, 20_011, '$', slow));
        });
        Assert.InRange(full, 20, 35);
        Assert.True(slow.Session.IsBackedUp);
        peer.Flow.Release();
        _rig.Sim.Run();
        var text = peer.Take();
        Assert.Equal(40 - full, text.Split("Message-ID: big").Length - 1);
        Assert.EndsWith("Message-ID: m1\nByte-Range: 1-0/*\nFailure-Report: partial\n-------T" + (40 - full + 2) + "#\n", text);
        Assert.Contains("drained", slow.Events);
        Assert.All(Pieces.Of(Encoding.Latin1.GetBytes(other.TakeRaw()), 16384, 8000).Frames, f => Assert.Equal(10_000, f.Body.Length));
    }

    [Fact]
    public void Who_reads_nothing_for_30_seconds_is_dropped() // D-09
    {
        var (leg, peer) = _rig.Bound();
        peer.Flow.TakeOnly(0);
        _rig.In(() =>
        {
            _copy.Prepare(1, "big"u8, 1, 90_000, "a/b"u8, new byte[90_000]);
            leg.Session.SendChunk(_copy);
        });
        _rig.Sim.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(leg.Events);
        _rig.Sim.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["ended Slow"], leg.Events);
    }

    [Fact]
    public void What_waits_for_an_unbound_leg_is_bounded() // MSW-11
    {
        var leg = _rig.Open();
        var queued = 0;
        _rig.In(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                _copy.Prepare((ulong)(100 + i), "m"u8, 1, 200, "a/b"u8, new byte[200]);
                if (leg.Session.SendChunk(_copy) == SendStatus.Queued) queued++;
            }

            Assert.True(leg.Session.QueuedBytes <= 4096);
        });
        Assert.InRange(queued, 5, 12);
        Assert.Equal(queued, _rig.Connect().Bind(leg).Split("Message-ID: m\n").Length - 1);
    }

    [Fact]
    public void Ten_thousand_deliveries_allocate_nothing()
    {
        using var world = new World(TimeProvider.System, System.IO.Pipelines.PipeScheduler.Inline, new NoNetwork(), Ids.FromSeed(3), new SimLog(TimeProvider.System).Of("x"));
        var transport = new MsrpTransport(world);
        var owner = new Mailbox(world);
        var legs = new List<MsrpSession>();
        var flows = new List<SinkFlow>();
        for (var i = 0; i < 100; i++)
        {
            var leg = new Leg();
            var session = leg.Session = transport.Open(owner, leg, "198.51.100.5", 2855);
            session.SetRemote([Rig.PeerUri]);
            var flow = new SinkFlow();
            var connection = new MsrpConnection(transport, flow);
            connection.OnReceived(Encoding.ASCII.GetBytes($"MSRP bind1 SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\n-------bind1$\r\n"));
            Assert.True(session.IsBound);
            legs.Add(session);
            flows.Add(flow);
        }

        var sender = legs[0];
        var body = Encoding.ASCII.GetBytes("From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2025-01-15T10:00:05Z\r\n\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + new string('x', 100));
        var before = 0L;
        var watch = new Stopwatch();
        for (var round = 0; round < 300; round++)
        {
            if (round == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                watch.Start();
            }

            using (Turn.Enter())
            {
                _copy.Prepare((ulong)round, "m0002alice"u8, 1, body.Length, "message/cpim"u8, body);
                foreach (var leg in legs)
                {
                    if (leg != sender && leg.SendChunk(_copy) != SendStatus.Sent) Assert.Fail("not sent");
                }
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalNanoseconds / (200 * 99):f0} ns and {allocated / (200.0 * 99):f2} bytes a delivery");
        Assert.Equal(0, allocated);
        Assert.All(flows.Skip(1), flow => Assert.True(flow.Bytes > 300 * body.Length));
    }

    [Fact]
    public void Messages_that_come_in_and_are_answered_allocate_nothing()
    {
        using var world = new World(TimeProvider.System, System.IO.Pipelines.PipeScheduler.Inline, new NoNetwork(), Ids.FromSeed(3), new SimLog(TimeProvider.System).Of("x"));
        var transport = new MsrpTransport(world);
        var handler = new Silent();
        var session = transport.Open(new Mailbox(world), handler, "198.51.100.5", 2855);
        session.SetRemote([Rig.PeerUri]);
        var flow = new SinkFlow();
        var connection = new MsrpConnection(transport, flow);
        var frame = Encoding.ASCII.GetBytes($"MSRP abcdefgh SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {Rig.PeerUri}\r\nMessage-ID: m1\r\nByte-Range: 1-200/200\r\nContent-Type: message/cpim\r\n\r\n{new string('x', 200)}\r\n-------abcdefgh$\r\n");
        byte[] ten = [.. Enumerable.Repeat(frame, 10).SelectMany(f => f)];
        var before = 0L;
        var taken = 0L;
        var watch = new Stopwatch();
        for (var round = 0; round < 2000; round++)
        {
            if (round == 1000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                watch.Start();
            }

            using (Turn.Enter()) taken += connection.OnReceived(ten);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalNanoseconds / 10_000:f0} ns and {allocated / 10_000.0:f2} bytes a message");
        Assert.Equal(0, allocated);
        Assert.Equal((20_000, 2000L * ten.Length), (handler.Count, taken));
    }

    [Fact]
    public void Who_begins_many_messages_takes_no_place_of_another_sender() // MSW-10
    {
        var (leg, _) = _rig.Bound();
        _rig.In(() =>
        {
            for (var i = 1UL; i <= 64; i++) Assert.Equal(SendStatus.Sent, Begin(i, sender: 1, leg));
            Assert.Equal(SendStatus.Full, Begin(65, sender: 1, leg));
            Assert.Equal(SendStatus.Sent, Begin(66, sender: 2, leg));
            Assert.Equal(SendStatus.Full, Begin(67, sender: 2, leg));
        });
        for (var i = 3UL; i <= 961; i++) _rig.In(() => Assert.Equal(SendStatus.Sent, Begin(100 + i, sender: i, leg)));
        _rig.In(() => Assert.Equal(SendStatus.Full, Begin(9999, sender: 9999, leg))); // 1,024 in all
    }

    private SendStatus Begin(ulong message, ulong sender, Leg leg)
    {
        _copy.Prepare(message, "m"u8, 1, -1, "a/b"u8, "x"u8, '+', sender: sender);
        return leg.Session.SendChunk(_copy);
    }

    private SendStatus Chunk(ulong message, long start, char flag, Leg leg, byte[]? body = null)
    {
        _copy.Prepare(message, Encoding.ASCII.GetBytes($"m{message}"), start, -1, "a/b"u8, body ?? "0123456789"u8, flag);
        return leg.Session.SendChunk(_copy);
    }

    private sealed class Silent : IMsrpSessionHandler
    {
        public int Count { get; private set; }

        public MsrpStatus OnPiece(MsrpSession session, in MsrpFrame piece)
        {
            Count++;
            return MsrpStatus.Ok;
        }

        public void OnEnded(MsrpSession session, EndReason reason)
        {
        }
    }

    /// <summary>Takes all bytes and drops them.</summary>
    private sealed class SinkFlow() : StreamFlow(1024 * 1024)
    {
        private static readonly IPEndPoint s_any = new(IPAddress.Loopback, 1);

        public long Bytes { get; private set; }

        public override Transport Transport => Transport.Tcp;

        public override IPEndPoint Local => s_any;

        public override IPEndPoint Remote => s_any;

        public override void Close(EndReason reason) => MarkClosed();

        public override void PauseReading()
        {
        }

        public override void ResumeReading()
        {
        }

        protected override int TrySend(ReadOnlySpan<byte> bytes, out EndReason failed)
        {
            failed = EndReason.None;
            Bytes += bytes.Length;
            return bytes.Length;
        }

        protected override void BeginSend(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();
    }

    private sealed class NoNetwork : INetwork
    {
        public IListener Listen(IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept) => throw new NotSupportedException();

        public IDatagramPort Bind(IPEndPoint local, IDatagramHandler handler) => throw new NotSupportedException();

        public void Connect(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> connected, Action<EndReason> failed) => throw new NotSupportedException();

        public void Resolve(string host, Action<IReadOnlyList<IPAddress>> resolved) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
