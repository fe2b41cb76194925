using System.Net;
using System.Net.Sockets;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SimStreamTests : IDisposable
{
    private static readonly IPEndPoint s_service = IPEndPoint.Parse("10.0.0.1:2855");

    private readonly SimWorld _sim = new();
    private readonly World _server;
    private readonly World _client;
    private readonly Heard _atServer = new();
    private readonly Heard _atClient = new();
    private SimStream _near = null!;
    private SimStream _far = null!;

    public SimStreamTests()
    {
        var limits = new Limits { QueuedBytesPerFlow = 100_000, FirstByteSeconds = 60, StalledFlowSeconds = 30 };
        _server = _sim.Host("10.0.0.1", 1, limits);
        _client = _sim.Host("10.0.0.2", 2);
    }

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void A_message_arrives_whole_and_only_when_the_world_runs()
    {
        Connect();
        Assert.True(_near.Send("hello"u8));
        Assert.Empty(_atServer.Bytes);
        _sim.Run();
        Assert.Equal("hello"u8, _atServer.Bytes);
        Assert.True(_far.Send("and back"u8));
        _sim.Run();
        Assert.Equal("and back"u8, _atClient.Bytes);
        _sim.ThrowOnErrors();
    }

    [Fact]
    public void Each_end_sees_the_other_and_outgoing_ports_count_up()
    {
        Connect();
        Assert.Equal(IPEndPoint.Parse("10.0.0.2:49152"), _near.Local);
        Assert.Equal(s_service, _near.Remote);
        Assert.Equal((_near.Local, _near.Remote), (_far.Remote, _far.Local));
        Assert.True(_far.IsAccepted);
        Connect(IPEndPoint.Parse("10.0.0.1:2856"));
        Assert.Equal(49153, _near.Local.Port);
        Assert.Equal(4, _sim.Network.Streams.Count);
        Assert.Equal(2, _sim.Network.StreamsOf(IPAddress.Parse("10.0.0.2")).Count);
    }

    [Fact]
    public void Nobody_listens_so_it_is_unreachable()
    {
        var failures = new List<EndReason>();
        _client.Network.Connect(s_service, Transport.Tcp, _ => throw new InvalidOperationException(), failures.Add);
        _client.Network.Connect(IPEndPoint.Parse("10.9.9.9:1"), Transport.Tcp, _ => throw new InvalidOperationException(), failures.Add);
        var listener = _server.Network.Listen(s_service, Transport.Tcp, _ => _atServer);
        listener.Dispose();
        _sim.Run();
        Assert.Equal([EndReason.Unreachable, EndReason.Unreachable], failures);
    }

    [Fact]
    public void A_port_is_chosen_and_one_in_use_or_of_another_host_is_refused()
    {
        var first = _server.Network.Listen(new IPEndPoint(IPAddress.Any, 0), Transport.Tcp, _ => _atServer);
        Assert.Equal(49152, first.Local.Port);
        Assert.Throws<SocketException>(() => _server.Network.Listen(new IPEndPoint(IPAddress.Any, 49152), Transport.Tcp, _ => _atServer));
        Assert.Throws<SocketException>(() => _server.Network.Listen(IPEndPoint.Parse("10.0.0.2:5060"), Transport.Tcp, _ => _atServer));
        first.Dispose();
        _server.Network.Listen(new IPEndPoint(IPAddress.Any, 49152), Transport.Tcp, _ => _atServer).Dispose();
    }

    [Fact]
    public void Messages_of_one_turn_go_out_in_one_send()
    {
        Connect();
        var mailbox = new Mailbox(_client);
        for (var i = 0; i < 50; i++) mailbox.Post(() => Assert.True(_near.Send("x"u8)));
        _sim.Run();
        Assert.Equal(1, _near.Sends);
        Assert.Equal([50], _atServer.Parts);

        using (Turn.Enter())
        {
            using (Turn.Enter()) _near.Send("y"u8);
            Assert.Equal(1, _near.Sends);
            _near.Send("z"u8);
        }

        Assert.Equal(2, _near.Sends);
        _near.Send("outside a turn"u8);
        Assert.Equal(3, _near.Sends);
    }

    [Fact]
    public void A_long_turn_sends_before_its_end()
    {
        Connect();
        using (Turn.Enter())
        {
            for (var i = 0; i < 70; i++) _near.Send(new byte[1024]);
            Assert.Equal(1, _near.Sends);
        }

        _sim.Run();
        Assert.Equal(70 * 1024, _atServer.Count);
    }

    [Fact]
    public void What_a_peer_does_not_read_is_bounded_and_a_refused_message_leaves_nothing_behind()
    {
        Connect();
        _near.TakeOnly(0);
        var accepted = new List<byte>();
        var message = new byte[999];
        for (var i = 0; i < 300; i++)
        {
            Array.Fill(message, (byte)i);
            var sent = false;
            using (Turn.Enter()) sent = _far.Send(message);
            _sim.Run();
            if (sent) accepted.AddRange(message);
            Assert.InRange(_far.QueuedBytes, 0, 100_000);
        }

        // The peer's window, and then the flow's own bound.
        Assert.Equal((65_536 + 100_000) / 999 * 999, accepted.Count);
        Assert.True(_far.IsBackedUp);
        Assert.True(_far.Send("fits"u8));
        accepted.AddRange("fits"u8);

        var drained = 0;
        _far.Drained += _ => drained++;
        _near.TakeOnly(1_000);
        _near.ResumeReading();
        _near.Release();
        _sim.Run();
        Assert.Equal(accepted, _atClient.Bytes);
        Assert.Equal(1, drained);
        Assert.False(_far.IsBackedUp);
        Assert.Equal(0, _far.QueuedBytes);
    }

    [Fact]
    public void A_flow_that_catches_up_says_so_though_more_was_written_meanwhile()
    {
        Connect();
        var drained = 0;
        _far.Drained += _ => drained++;
        _near.TakeOnly(0);
        _far.Send(new byte[70_000]);
        _far.Send("more"u8);
        _near.Release();
        _sim.Run();
        Assert.Equal(70_004, _atClient.Count);
        Assert.Equal(1, drained);
    }

    [Fact]
    public void A_slow_reader_takes_what_it_is_allowed()
    {
        Connect();
        _far.TakeOnly(10);
        _near.Send(new byte[25]);
        _sim.Run();
        Assert.Equal(10, _atServer.Count);
        Assert.Equal(15, _far.Unread);
        _far.Release();
        _sim.Run();
        Assert.Equal(25, _atServer.Count);
    }

    [Fact]
    public void Who_does_not_read_for_thirty_seconds_is_dropped_as_slow_and_progress_gives_new_time()
    {
        Connect();
        _atServerSays();
        _near.TakeOnly(0);
        for (var i = 0; i < 90; i++) _far.Send(new byte[1024]);
        Assert.True(_far.IsBackedUp);
        _sim.Advance(TimeSpan.FromSeconds(29));
        _near.TakeOnly(1_000);
        _near.ResumeReading();
        _near.PauseReading();
        _near.ResumeReading();
        _sim.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(_atServer.Closed);
        _sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([EndReason.Slow], _atServer.Closed);

        void _atServerSays()
        {
            _near.Send("first byte"u8);
            _sim.Run();
        }
    }

    [Fact]
    public void Bytes_that_a_handler_leaves_come_again_with_what_follows()
    {
        var lines = new List<string>();
        var heard = new Heard(bytes =>
        {
            var end = bytes.Span.LastIndexOf((byte)'\n') + 1;
            if (end > 0) lines.AddRange(Encoding.ASCII.GetString(bytes.Span[..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return end;
        });
        Connect(atServer: heard);
        foreach (var part in new[] { "on", "e\ntw", "o\nthree\nfo", "ur\n" })
        {
            _near.Send(Encoding.ASCII.GetBytes(part));
            _sim.Run();
        }

        Assert.Equal(["one", "two", "three", "four"], lines);
        Assert.Equal([2, 6, 12, 5], heard.Parts);
    }

    [Fact]
    public void Segments_are_random_repeat_with_the_seed_and_lose_nothing()
    {
        var first = Segment(3);
        Assert.True(first.Count > 5);
        Assert.Equal(first, Segment(3));
        Assert.NotEqual(first, Segment(4));

        static List<int> Segment(int seed)
        {
            using var sim = new SimWorld(seed);
            sim.Network.SegmentsStreams = true;
            var heard = new Heard();
            sim.Host("10.0.0.1", 1).Network.Listen(s_service, Transport.Tcp, _ => heard);
            StreamFlow? flow = null;
            sim.Host("10.0.0.2", 2).Network.Connect(s_service, Transport.Tcp, f =>
            {
                flow = f;
                return new Heard();
            }, _ => Assert.Fail());
            sim.Run();
            var bytes = new byte[50_000];
            new Random(1).NextBytes(bytes);
            flow!.Send(bytes);
            sim.Run();
            Assert.Equal(bytes, heard.Bytes);
            return heard.Parts;
        }
    }

    [Fact]
    public void Latency_delays_the_connection_and_every_byte_and_keeps_their_order()
    {
        _sim.Network.Latency = TimeSpan.FromMilliseconds(40);
        var connectedAt = TimeSpan.Zero;
        _server.Network.Listen(s_service, Transport.Tcp, _ => _atServer);
        _client.Network.Connect(s_service, Transport.Tcp, flow =>
        {
            connectedAt = _sim.Time.Elapsed;
            _near = (SimStream)flow;
            return _atClient;
        }, _ => Assert.Fail());
        _sim.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Equal(TimeSpan.FromMilliseconds(80), connectedAt);
        _near.Send("slow "u8);
        _sim.Network.Latency = TimeSpan.Zero;
        _near.Send("fast"u8);
        _sim.Advance(TimeSpan.FromMilliseconds(40) - TimeSpan.FromTicks(1));
        Assert.Equal(0, _atServer.Count);
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("slow fast"u8, _atServer.Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Closing_tells_the_other_end_after_the_bytes_on_their_way(bool delays)
    {
        Connect();
        if (delays) _sim.Network.Latency = TimeSpan.FromMilliseconds(10);
        _near.Send("last words"u8);
        _near.Close(EndReason.Left);
        _near.Close(EndReason.Fault);
        Assert.False(_near.Send("too late"u8));
        Assert.False(_near.IsOpen);
        Assert.True(_far.IsOpen);
        _sim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("last words"u8, _atServer.Bytes);
        Assert.Equal([EndReason.PeerClosed], _atServer.Closed);
        Assert.Equal([EndReason.Left], _atClient.Closed);
        Assert.Empty(_sim.Network.Streams);
        _sim.ThrowOnErrors();
    }

    [Fact]
    public void Close_when_sent_waits_for_the_slow_reader()
    {
        Connect();
        _near.TakeOnly(0);
        using (Turn.Enter())
        {
            _far.Send(new byte[100_000]);
            _far.CloseWhenSent();
            Assert.False(_far.Send("more"u8));
        }

        _sim.Run();
        Assert.True(_far.IsOpen);
        _near.Release();
        _sim.Run();
        Assert.Equal(100_000, _atClient.Count);
        Assert.Equal([EndReason.PeerClosed], _atClient.Closed);
        Assert.Equal([EndReason.None], _atServer.Closed);
    }

    [Fact]
    public void A_half_closed_peer_still_reads()
    {
        var answer = new Answering("bye"u8.ToArray());
        Connect(atServer: answer.Handler, onAccept: flow => answer.Flow = flow);
        _near.Send("request"u8);
        _near.HalfClose();
        Assert.True(_near.IsOpen);
        _sim.Run();
        Assert.Equal("bye"u8, _atClient.Bytes);
        Assert.Equal([EndReason.PeerClosed], answer.Handler.Closed);
        Assert.Equal([EndReason.PeerClosed], _atClient.Closed);
    }

    [Fact]
    public void A_broken_connection_is_lost_to_both_with_what_was_on_its_way()
    {
        Connect();
        _near.Send("never seen"u8);
        _near.Break();
        _sim.Run();
        Assert.Equal(0, _atServer.Count);
        Assert.Equal([EndReason.ConnectionLost], _atServer.Closed);
        Assert.Equal([EndReason.ConnectionLost], _atClient.Closed);
    }

    [Fact]
    public void Who_writes_to_a_closed_peer_without_reading_learns_it_by_a_reset()
    {
        Connect();
        _far.PauseReading();
        _near.Close(EndReason.Left);
        _sim.Run();
        Assert.True(_far.IsOpen);
        Assert.True(_far.Send("into the void"u8));
        _sim.Run();
        Assert.Equal([EndReason.ConnectionLost], _atServer.Closed);
    }

    [Fact]
    public void A_paused_reader_is_shown_nothing_and_what_it_left_comes_again_when_it_resumes()
    {
        var pauses = true;
        var heard = new Heard(bytes =>
        {
            if (!pauses) return bytes.Length;
            _far.PauseReading();
            return 1;
        });
        Connect(atServer: heard);
        _near.Send("abc"u8);
        _sim.Run();
        _near.Send("def"u8);
        _near.Close(EndReason.Left);
        _sim.Run();
        Assert.Equal("a"u8, heard.Bytes);
        Assert.Empty(heard.Closed);
        pauses = false;
        _far.ResumeReading();
        _sim.Run();
        Assert.Equal("abcdef"u8, heard.Bytes);
        Assert.Equal([EndReason.PeerClosed], heard.Closed);
    }

    [Fact]
    public void What_was_left_comes_again_on_resuming_though_nothing_follows_it()
    {
        var pauses = true;
        var heard = new Heard(bytes =>
        {
            if (!pauses) return bytes.Length;
            _far.PauseReading();
            return 1;
        });
        Connect(atServer: heard);
        _near.Send("abc"u8);
        _sim.Run();
        pauses = false;
        _far.ResumeReading();
        _sim.Run();
        Assert.Equal("abc"u8, heard.Bytes);
    }

    [Fact]
    public void A_connection_that_says_nothing_at_first_is_closed()
    {
        Connect();
        _sim.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.Empty(_atServer.Closed);
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([EndReason.Silent], _atServer.Closed);
        Assert.Equal([EndReason.PeerClosed], _atClient.Closed);
    }

    [Fact]
    public void A_handler_that_throws_loses_its_connection_and_no_other()
    {
        Connect(atServer: new Heard(static _ => throw new InvalidOperationException("a bug")));
        var broken = _near;
        Connect(IPEndPoint.Parse("10.0.0.1:2856"));
        broken.Send("x"u8);
        _near.Send("y"u8);
        _sim.Run();
        Assert.False(broken.IsOpen);
        Assert.True(_near.IsOpen);
        Assert.Equal("a bug", Assert.Single(_sim.Log.Errors).Exception!.Message);
    }

    [Fact]
    public void A_host_that_goes_down_closes_what_it_had()
    {
        Connect();
        _server.Network.Dispose();
        _sim.Run();
        Assert.Equal([EndReason.ShuttingDown], _atServer.Closed);
        Assert.Equal([EndReason.PeerClosed], _atClient.Closed);
        var failed = EndReason.None;
        _client.Network.Connect(s_service, Transport.Tcp, _ => _atClient, reason => failed = reason);
        _sim.Run();
        Assert.Equal(EndReason.Unreachable, failed);
    }

    private void Connect(IPEndPoint? to = null, Heard? atServer = null, Action<SimStream>? onAccept = null)
    {
        to ??= s_service;
        _server.Network.Listen(to, Transport.Tcp, flow =>
        {
            _far = (SimStream)flow;
            onAccept?.Invoke(_far);
            return atServer ?? _atServer;
        });
        _client.Network.Connect(to, Transport.Tcp, flow =>
        {
            _near = (SimStream)flow;
            return _atClient;
        }, _ => Assert.Fail("not connected"));
        _sim.Run();
        Assert.Same(_far, _near.Peer);
    }

    private sealed class Answering
    {
        public Answering(byte[] answer) => Handler = new Heard(bytes =>
        {
            Assert.True(Flow!.Send(answer));
            return bytes.Length;
        });

        public Heard Handler { get; }

        public SimStream? Flow { get; set; }
    }
}
