using System.Net;
using System.Net.Sockets;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SocketStreamTests : IDisposable
{
    private const int Mebi = 1024 * 1024;

    private readonly Loopback _loopback = new(new Limits { QueuedBytesPerFlow = 4 * Mebi });

    public void Dispose() => _loopback.Dispose();

    [Fact]
    public async Task What_has_come_and_was_not_read_yet_is_known()
    {
        StreamFlow? far = null;
        var heard = new Ears();
        using var listener = _loopback.Listen(flow =>
        {
            far = flow;
            flow.PauseReading();
            return heard;
        });
        var near = await _loopback.Connect(listener.Local, new Ears());
        Assert.True(SpinWait.SpinUntil(() => far is not null, TimeSpan.FromSeconds(10)));
        Assert.False(far!.HasUnread);
        Assert.True(near.Send("Hello"u8));
        Assert.True(SpinWait.SpinUntil(() => far.HasUnread, TimeSpan.FromSeconds(10)));
        far.ResumeReading();
        await heard.Hears(5);
        Assert.True(SpinWait.SpinUntil(() => !far.HasUnread, TimeSpan.FromSeconds(10)));
        near.Close(EndReason.Left);
        Assert.True(SpinWait.SpinUntil(() => !far.IsOpen, TimeSpan.FromSeconds(10)));
        Assert.False(far.HasUnread);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(4_096)]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(32_769)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    [InlineData(1_000_000)]
    [InlineData(Mebi)]
    public async Task Messages_come_back_whole_whatever_their_size(int size)
    {
        StreamFlow? far = null;
        var echo = new Ears(bytes =>
        {
            // As a framer does: only whole messages are taken, and what is begun waits for its rest.
            var whole = bytes.Length / size * size;
            for (var at = 0; at < whole; at += size) Assert.True(far!.Send(bytes.Span.Slice(at, size)));
            return whole;
        });
        using var listener = _loopback.Listen(flow =>
        {
            far = flow;
            return echo;
        });
        var heard = new Ears();
        var near = await _loopback.Connect(listener.Local, heard);

        var message = new byte[size];
        new Random(size).NextBytes(message);
        var sent = new List<byte>();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(near.Send(message));
            sent.AddRange(message);
        }

        await heard.Hears(sent.Count);
        Assert.Equal(sent, heard.Bytes);
        Assert.InRange(echo.Longest, size, Math.Max(64 * 1024, 4 * size));
        Assert.Empty(_loopback.Log.Errors);
    }

    [Fact]
    public async Task A_message_that_comes_byte_by_byte_is_shown_as_it_grows()
    {
        var heard = new Ears(static bytes => bytes.Length == 50 ? 50 : 0);
        using var listener = _loopback.Listen(_ => heard);
        var peer = _loopback.Bare(listener.Local);
        peer.NoDelay = true;
        for (byte i = 0; i < 50; i++) peer.Send([i]);
        await heard.Hears(50);
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => (byte)i), heard.Bytes);
    }

    [Fact]
    public async Task The_buffer_follows_the_messages_not_the_speed_of_their_sender()
    {
        const int Size = 49_000; // fills a buffer of any power of two and leaves much behind
        const int Count = 600;
        var heard = new Ears(static bytes => bytes.Length / Size * Size);
        using var listener = _loopback.Listen(_ => heard);
        using var peer = _loopback.Bare(listener.Local);
        var messages = new byte[Size * 100];
        for (var i = 0; i < Count / 100; i++) peer.Send(messages);
        await heard.Hears(Size * Count);
        Assert.InRange(heard.Longest, Size, 64 * 1024);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_bounded_and_others_do_not_notice()
    {
        StreamFlow? slow = null;
        using var listener = _loopback.Listen(flow =>
        {
            slow ??= flow;
            return new Ears(bytes =>
            {
                flow.Send(bytes.Span);
                return bytes.Length;
            });
        });
        using var peer = _loopback.Bare(listener.Local);
        peer.Send("x"u8);
        peer.Receive(new byte[1]);

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        slow!.Drained += _ => drained.TrySetResult();
        var message = new byte[10_000];
        var accepted = 0;
        while (slow.Send(message))
        {
            accepted += message.Length;
            Assert.InRange(slow.QueuedBytes, 0, 4 * Mebi);
            Assert.InRange(accepted, 0, 64 * Mebi);
        }

        Assert.True(slow.IsBackedUp);
        Assert.True(accepted > 4 * Mebi - message.Length);

        var heard = new Ears();
        var other = await _loopback.Connect(listener.Local, heard);
        Assert.True(other.Send("still served"u8));
        await heard.Hears("still served".Length);

        // What was refused left nothing behind: exactly the accepted messages come once the peer reads.
        var buffer = new byte[Mebi];
        for (var received = 0; received < accepted;) received += peer.Receive(buffer);
        await drained.Task.WaitAsync(Loopback.Patience);
        Assert.Equal(0, peer.Available);
        Assert.False(slow.IsBackedUp);
        Assert.True(slow.Send("y"u8));
        Assert.Equal(1, peer.Receive(buffer));
    }

    [Fact]
    public async Task Who_does_not_read_is_dropped_as_slow_in_time_and_not_before()
    {
        var heard = new Ears();
        StreamFlow? flow = null;
        using var listener = _loopback.Listen(f =>
        {
            flow = f;
            return heard;
        });
        using var peer = _loopback.Bare(listener.Local);
        peer.Send("x"u8);
        await heard.Hears(1);

        // Backed up after long quiet: its time counts from now.
        _loopback.Time.Advance(TimeSpan.FromMinutes(10));
        while (flow!.Send(new byte[10_000])) Assert.Empty(heard.Closed);
        _loopback.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(flow.IsOpen);
        _loopback.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(EndReason.Slow, await heard.Ends());
    }

    [Fact]
    public async Task A_paused_reader_slows_its_sender_and_loses_nothing()
    {
        var heard = new Ears();
        var (near, far) = await _loopback.Pair(new Ears(), heard);
        far.PauseReading();
        var message = new byte[10_000];
        var sent = 0;
        while (near.Send(message)) sent += message.Length;
        Assert.True(near.IsBackedUp);
        Assert.InRange(heard.Count, 0, 64 * 1024); // the read that was under way when it paused
        far.ResumeReading();
        await heard.Hears(sent);
        Assert.Equal(sent, heard.Count);
    }

    [Fact]
    public async Task What_a_handler_left_when_it_paused_comes_again_on_resuming_though_nothing_follows()
    {
        StreamFlow? far = null;
        var pauses = true;
        var heard = new Ears(bytes =>
        {
            if (!pauses || bytes.Length < 3) return pauses ? 0 : bytes.Length;
            far!.PauseReading();
            return 1;
        });
        using var listener = _loopback.Listen(flow =>
        {
            far = flow;
            return heard;
        });
        var near = await _loopback.Connect(listener.Local, new Ears());
        near.Send("abc"u8);
        await heard.Hears(1);
        pauses = false;
        far!.ResumeReading();
        await heard.Hears(3);
        Assert.Equal("abc"u8, heard.Bytes);
        near.Send("d"u8);
        await heard.Hears(4);
    }

    [Fact]
    public async Task A_flow_that_is_paused_when_it_is_closed_still_ends()
    {
        var heard = new Ears();
        var (_, far) = await _loopback.Pair(new Ears(), heard);
        far.PauseReading();
        far.Close(EndReason.Released);
        far.PauseReading();
        Assert.Equal(EndReason.Released, await heard.Ends());
    }

    [Fact]
    public async Task Nobody_listens_so_it_is_unreachable()
    {
        var listener = _loopback.Listen(static _ => new Ears());
        listener.Dispose();
        Assert.Equal("Unreachable", (await Assert.ThrowsAsync<IOException>(() => _loopback.Connect(listener.Local, new Ears()))).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_from_either_side_ends_both_once(bool nearCloses)
    {
        Ears atNear = new(), atFar = new();
        var (near, far) = await _loopback.Pair(atNear, atFar);
        (nearCloses ? near : far).Close(EndReason.Left);
        (nearCloses ? near : far).Close(EndReason.Fault);
        Assert.Equal(nearCloses ? EndReason.Left : EndReason.PeerClosed, await atNear.Ends());
        Assert.Equal(nearCloses ? EndReason.PeerClosed : EndReason.Left, await atFar.Ends());
        Assert.False(near.Send("x"u8));
        Assert.False(far.Send("x"u8));
        Assert.Single(atNear.Closed);
        Assert.Single(atFar.Closed);
        Assert.Equal(0, _loopback.Network.FlowCount);
    }

    [Fact]
    public async Task Many_threads_may_close_and_the_handler_hears_one_of_their_reasons_once()
    {
        for (var round = 0; round < 100; round++)
        {
            Ears atNear = new(), atFar = new();
            var (near, far) = await _loopback.Pair(atNear, atFar);
            using var start = new Barrier(3);
            EndReason[] reasons = [EndReason.Left, EndReason.Removed, EndReason.Released];
            var threads = reasons.Select(reason => new Thread(() =>
            {
                start.SignalAndWait();
                near.Close(reason);
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
            Assert.Contains(await atNear.Ends(), reasons);
            Assert.Equal(EndReason.PeerClosed, await atFar.Ends());
            Assert.Single(atNear.Closed);
            Assert.Single(atFar.Closed);
            Assert.False(far.IsOpen);
        }
    }

    [Fact]
    public async Task A_reader_that_is_busy_while_another_thread_closes_hears_that_threads_reason()
    {
        for (var round = 0; round < 200; round++)
        {
            var heard = new Ears();
            var (near, far) = await _loopback.Pair(new Ears(), heard);
            for (var i = 0; i < 5; i++) near.Send("x"u8);
            await heard.Hears(1);
            far.Close(EndReason.Removed);
            Assert.Equal(EndReason.Removed, await heard.Ends());
            near.Close(EndReason.None);
        }
    }

    [Fact]
    public async Task Close_when_sent_lets_the_last_words_go_out()
    {
        Ears atNear = new(), atFar = new();
        var (near, far) = await _loopback.Pair(atNear, atFar);
        var words = new byte[3 * Mebi];
        new Random(4).NextBytes(words);
        Assert.True(far.Send(words));
        far.CloseWhenSent();
        Assert.False(far.Send("x"u8));
        Assert.Equal(EndReason.PeerClosed, await atNear.Ends());
        Assert.Equal(words, atNear.Bytes);
        Assert.Equal(EndReason.None, await atFar.Ends());
        Assert.False(near.IsOpen);
    }

    [Fact]
    public async Task A_disposed_listener_takes_nobody_new_and_leaves_the_others_alone()
    {
        var heard = new Ears();
        var listener = _loopback.Listen(_ => heard);
        var near = await _loopback.Connect(listener.Local, new Ears());
        near.Send("x"u8);
        await heard.Hears(1);
        listener.Dispose();
        await Assert.ThrowsAsync<IOException>(() => _loopback.Connect(listener.Local, new Ears()));
        near.Send("y"u8);
        await heard.Hears(2);
        Assert.Throws<SocketException>(() => _loopback.Network.Listen(IPEndPoint.Parse("192.0.2.1:5060"), Transport.Tcp, static _ => new Ears()));
    }

    [Fact]
    public async Task A_handler_that_throws_loses_its_connection_and_no_other()
    {
        var healthy = new Ears();
        var broken = new Ears(static _ => throw new InvalidOperationException("a bug"));
        var (other, _) = await _loopback.Pair(new Ears(), healthy);
        var (near, _) = await _loopback.Pair(new Ears(), broken);
        near.Send("x"u8);
        Assert.Equal(EndReason.Fault, await broken.Ends());
        Assert.Equal("a bug", Assert.Single(_loopback.Log.Errors).Exception!.Message);
        other.Send("x"u8);
        await healthy.Hears(1);
    }

    [Fact]
    public async Task A_connection_that_gets_no_handler_is_closed_and_the_next_is_served()
    {
        var asked = 0;
        var heard = new Ears();
        using var listener = _loopback.Listen(_ => ++asked == 1 ? throw new InvalidOperationException("a bug") : heard);
        var first = new Ears();
        await _loopback.Connect(listener.Local, first);
        Assert.Equal(EndReason.PeerClosed, await first.Ends());
        var second = await _loopback.Connect(listener.Local, new Ears());
        second.Send("x"u8);
        await heard.Hears(1);
        Assert.Equal("a bug", Assert.Single(_loopback.Log.Errors).Exception!.Message);
    }

    [Fact]
    public async Task Who_sends_without_a_pause_does_not_keep_others_from_being_served()
    {
        var flooded = new Ears(static bytes => bytes.Length);
        var heard = new Ears();
        var accepted = 0;
        using var listener = _loopback.Listen(_ => Interlocked.Increment(ref accepted) == 1 ? flooded : heard);
        using var peer = _loopback.Bare(listener.Local);
        using var enough = new ManualResetEventSlim();
        var flood = new Thread(() =>
        {
            var message = new byte[64 * 1024];
            while (!enough.IsSet) peer.Send(message);
        });
        flood.Start();
        await flooded.Hears(Mebi);
        var near = await _loopback.Connect(listener.Local, new Ears());
        near.Send("me too"u8);
        await heard.Hears(6);
        enough.Set();
        flood.Join();
    }
}
