using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class SocketDatagramTests : IDisposable
{
    private readonly Loopback _loopback = new();

    public void Dispose() => _loopback.Dispose();

    [Fact]
    public void A_datagram_arrives_from_where_it_was_sent_and_can_be_answered()
    {
        var atServer = new Postbox();
        var atClient = new Postbox();
        var server = _loopback.Bind(atServer);
        var client = _loopback.Bind(atClient);
        Assert.True(client.To(server.Local).Send("ping"u8));
        var (text, flow) = atServer.Next();
        Assert.Equal("ping", text);
        Assert.Equal(client.Local, flow.Remote);
        Assert.Equal(server.Local, flow.Local);
        Assert.True(flow.IsSameAs(server.To(client.Local)));
        Assert.True(flow.Send("pong"u8));
        Assert.Equal("pong", atClient.Next().Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_500)]
    [InlineData(65_507)]
    public void A_datagram_of_any_size_arrives_whole(int size)
    {
        var heard = new Postbox();
        var server = _loopback.Bind(heard);
        Assert.True(_loopback.Bind(new Postbox()).To(server.Local).Send(Encoding.ASCII.GetBytes(new string('x', size))));
        Assert.Equal(size, heard.Next().Text.Length);
    }

    [Fact]
    public void One_that_is_too_large_is_not_sent()
    {
        var port = _loopback.Bind(new Postbox());
        Assert.False(port.To(port.Local).Send(new byte[65_508]));
    }

    [Fact]
    public void A_handler_that_throws_loses_that_datagram_and_no_other()
    {
        var heard = new Postbox { ThrowsOn = "bad" };
        var server = _loopback.Bind(heard);
        var flow = _loopback.Bind(new Postbox()).To(server.Local);
        flow.Send("bad"u8);
        flow.Send("good"u8);
        Assert.Equal("good", heard.Next().Text);
        Assert.Equal("bad", Assert.Single(_loopback.Log.Errors).Exception!.Message);
    }

    [Fact]
    public void A_datagram_to_nobody_does_not_disturb_the_port_it_came_from()
    {
        var heard = new Postbox();
        var port = _loopback.Bind(heard);
        var gone = _loopback.Bind(new Postbox());
        gone.Dispose();
        for (var i = 0; i < 5; i++) port.To(gone.Local).Send("x"u8); // answered with ICMP errors, which later calls report
        port.To(port.Local).Send("to myself"u8);
        Assert.Equal("to myself", heard.Next().Text);
    }

    [Fact]
    public void A_disposed_port_is_free_and_its_flows_are_closed()
    {
        var heard = new Postbox();
        var port = _loopback.Bind(heard);
        var flow = port.To(port.Local);
        Assert.Throws<SocketException>(() => _loopback.Network.Bind(port.Local, heard));
        port.Dispose();
        Assert.False(flow.IsOpen);
        Assert.False(flow.Send("x"u8));

        // The reader may be about to leave the socket: it is free very soon, not at once.
        for (var tries = 0; ; tries++)
        {
            try
            {
                _loopback.Network.Bind(port.Local, heard).Dispose();
                break;
            }
            catch (SocketException) when (tries < 1_000_000)
            {
                Thread.Yield();
            }
        }

        Assert.Empty(_loopback.Log.Errors);
    }

    private sealed class Postbox : IDatagramHandler
    {
        private readonly BlockingCollection<(string Text, Flow Flow)> _received = [];

        public string? ThrowsOn { get; init; }

        public (string Text, Flow Flow) Next()
        {
            Assert.True(_received.TryTake(out var next, Loopback.Patience));
            return next;
        }

        public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
        {
            var text = Encoding.ASCII.GetString(datagram);
            if (text == ThrowsOn) throw new InvalidOperationException(text);
            _received.Add((text, flow));
        }
    }
}
