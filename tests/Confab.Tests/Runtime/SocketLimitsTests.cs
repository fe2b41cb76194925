using System.Net;
using System.Net.Sockets;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SocketLimitsTests : IDisposable
{
    private readonly Loopback _loopback = new(new Limits { ConnectionsPerAddress = 3, FirstByteSeconds = 60 });

    public void Dispose() => _loopback.Dispose();

    [Fact]
    public async Task One_address_has_so_many_connections_and_a_closed_one_makes_room()
    {
        var accepted = new List<Ears>();
        using var listener = _loopback.Listen(flow =>
        {
            var ears = new Ears(bytes =>
            {
                flow.Send(bytes.Span);
                return bytes.Length;
            });
            lock (accepted) accepted.Add(ears);
            return ears;
        });
        var first = await Admitted(listener.Local);
        await Admitted(listener.Local);
        await Admitted(listener.Local);

        var refused = new Ears();
        await _loopback.Connect(listener.Local, refused);
        await refused.Ends();
        Assert.Equal(3, accepted.Count);

        first.Close(EndReason.Left);
        await accepted[0].Ends();
        await Admitted(listener.Local);
        Assert.Equal(4, accepted.Count);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_at_first_is_closed_and_one_that_spoke_may_be_silent_since()
    {
        Ears silent = new(), spoke = new();
        var accepted = 0;
        using var listener = _loopback.Listen(_ => ++accepted == 1 ? silent : spoke);
        var dialled = new Ears();
        await _loopback.Connect(listener.Local, dialled);
        var talker = new Ears();
        (await _loopback.Connect(listener.Local, talker)).Send("x"u8);
        await spoke.Hears(1);

        _loopback.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(silent.Closed);
        _loopback.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(EndReason.Silent, await silent.Ends());
        Assert.Equal(EndReason.PeerClosed, await dialled.Ends());
        _loopback.Time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(spoke.Closed);
        Assert.Empty(talker.Closed); // the end that dialled owes no first byte
    }

    [Fact]
    public async Task What_one_address_has_sent_and_not_ended_is_bounded_and_what_it_ended_makes_room()
    {
        using var loopback = new Loopback(new Limits { HeldBytesPerAddress = 40_000 });
        var shown = new TaskCompletionSource();
        var accepted = new List<Ears>();
        var third = new TaskCompletionSource<Ears>();
        using var listener = loopback.Listen(_ =>
        {
            accepted.Add(new Ears(bytes =>
            {
                if (bytes.Length == 1500) shown.SetResult();
                return bytes.Span[^1] == '.' ? bytes.Length : 0; // a message ends with a full stop
            }));
            if (accepted.Count == 3) third.SetResult(accepted[2]);
            return accepted[^1];
        });

        var whole = loopback.Bare(listener.Local);
        whole.Send([.. new byte[1499], (byte)'.']);
        await shown.Task.WaitAsync(Loopback.Patience);
        await accepted[0].Hears(1500);

        shown = new TaskCompletionSource();
        var half = loopback.Bare(listener.Local);
        half.Send(new byte[1500]); // more than an idle connection has room for
        await shown.Task.WaitAsync(Loopback.Patience);

        loopback.Bare(listener.Local).Send(new byte[1500]);
        Assert.Equal(EndReason.LimitExceeded, await (await third.Task.WaitAsync(Loopback.Patience)).Ends());
        Assert.Empty(accepted[1].Closed);

        half.Dispose();
        await accepted[1].Ends();
        shown = new TaskCompletionSource();
        var later = loopback.Bare(listener.Local);
        later.Send(new byte[1500]);
        await shown.Task.WaitAsync(Loopback.Patience);
        later.Send("."u8);
        await accepted[3].Hears(1501);
        Assert.Empty(accepted[0].Closed);
        Assert.Empty(accepted[3].Closed);
        Assert.Empty(loopback.Log.Errors);
    }

    [Fact]
    public async Task A_network_that_is_disposed_closes_its_flows()
    {
        Ears atNear = new(), atFar = new();
        await _loopback.Pair(atNear, atFar);
        _loopback.Network.Dispose();
        EndReason[] either = [EndReason.ShuttingDown, EndReason.PeerClosed]; // the other end may notice before it is closed itself
        Assert.Contains(await atNear.Ends(), either);
        Assert.Contains(await atFar.Ends(), either);
        Assert.Equal(0, _loopback.Network.FlowCount);
    }

    [Fact]
    public async Task A_network_that_is_disposed_listens_no_more()
    {
        var stream = _loopback.Listen(static _ => new Ears());
        var datagrams = _loopback.Bind(new Deaf());
        _loopback.Network.Dispose();
        await Assert.ThrowsAnyAsync<IOException>(() => _loopback.Connect(stream.Local, new Ears()));
        Assert.ThrowsAny<SocketException>(() => _loopback.Bare(stream.Local));
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(datagrams.Local);
    }

    [Theory]
    [InlineData(Transport.Tls)]
    [InlineData(Transport.Ws)]
    [InlineData(Transport.Wss)]
    public async Task What_asks_for_TLS_is_never_served_in_the_clear(Transport transport)
    {
        Assert.Throws<NotSupportedException>(() => _loopback.Network.Listen(new IPEndPoint(IPAddress.Loopback, 0), transport, static _ => new Ears()));
        var accepted = 0;
        using var listener = _loopback.Listen(_ =>
        {
            accepted++;
            return new Ears();
        });
        var told = new TaskCompletionSource<EndReason>();
        _loopback.Network.Connect(listener.Local, transport, _ => throw new InvalidOperationException("connected"), told.SetResult);
        Assert.Equal(EndReason.Unreachable, await told.Task.WaitAsync(Loopback.Patience));
        Assert.Equal(0, accepted);
    }

    /// <summary>A peer whose machine is gone cannot be had here: the system tells which of its timers runs on a socket.</summary>
    [Fact]
    public async Task The_system_looks_whether_silent_peers_are_still_there_at_both_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/net/tcp");
        var (near, far) = await _loopback.Pair(new Ears(), new Ears());
        foreach (var flow in (StreamFlow[])[near, far])
        {
            var ports = $":{flow.Local.Port:X4} 0100007F:{flow.Remote.Port:X4} ";
            var line = (await File.ReadAllLinesAsync("/proc/net/tcp", TestContext.Current.CancellationToken)).Single(l => l.Contains(ports, StringComparison.Ordinal));
            var timer = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5].Split(':');
            Assert.Equal("02", timer[0]); // keep-alive
            Assert.InRange(Convert.ToInt32(timer[1], 16), 10_000, 12_000); // hundredths of seconds
        }
    }

    [Fact]
    public async Task A_peer_that_resets_ends_as_lost()
    {
        var heard = new Ears();
        using var listener = _loopback.Listen(_ => heard);
        var peer = _loopback.Bare(listener.Local);
        peer.Send("x"u8);
        await heard.Hears(1);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        Assert.Equal(EndReason.ConnectionLost, await heard.Ends());
        Assert.Empty(_loopback.Log.Errors);
    }

    [Fact]
    public async Task Names_resolve_and_unknown_ones_to_nothing()
    {
        Assert.Equal([IPAddress.Parse("192.0.2.7")], await Resolve("192.0.2.7"));
        Assert.Contains(IPAddress.Loopback, await Resolve("localhost"));
        Assert.Empty(await Resolve(new string('x', 300)));
    }

    [Fact]
    public async Task So_many_connections_are_made_and_names_looked_up_at_once_and_no_more()
    {
        using var loopback = new Loopback(new Limits { ConnectsUnderWay = 1, LookupsUnderWay = 1 });
        using var listener = loopback.Listen(static _ => new Ears());
        var nobody = new IPEndPoint(IPAddress.Loopback, 1);
        for (var i = 0; i < 3; i++)
        {
            // One after the other there is always room, whatever became of the one before.
            await loopback.Connect(listener.Local, new Ears());
            Assert.Equal("Unreachable", (await Assert.ThrowsAsync<IOException>(() => loopback.Connect(nobody, new Ears()))).Message);
            Assert.NotEmpty(await Resolve("localhost", loopback));
            Assert.Empty(await Resolve(new string('x', 300), loopback));
        }

        using var full = new Loopback(new Limits { ConnectsUnderWay = 0, LookupsUnderWay = 0 });
        Assert.Equal("LimitExceeded", (await Assert.ThrowsAsync<IOException>(() => full.Connect(listener.Local, new Ears()))).Message);
        Assert.Empty(await Resolve("localhost", full));
        Assert.Equal([IPAddress.Loopback], await Resolve("127.0.0.1", full)); // nothing to look up
    }

    private sealed class Deaf : IDatagramHandler
    {
        public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
        {
        }
    }

    private Task<IReadOnlyList<IPAddress>> Resolve(string host, Loopback? loopback = null)
    {
        var done = new TaskCompletionSource<IReadOnlyList<IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        (loopback ?? _loopback).Network.Resolve(host, done.SetResult);
        return done.Task.WaitAsync(Loopback.Patience);
    }

    private async Task<StreamFlow> Admitted(IPEndPoint to)
    {
        var heard = new Ears();
        var flow = await _loopback.Connect(to, heard);
        flow.Send("x"u8);
        await heard.Hears(1);
        return flow;
    }
}
