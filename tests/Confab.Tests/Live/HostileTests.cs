using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>What no peer should send, to the real server: it goes on serving everybody else.</summary>
[Collection(LiveCollection.Name)]
public sealed class HostileTests
{
    [Fact]
    public async Task Garbage_half_requests_and_a_thousand_idle_connections_keep_nobody_from_chatting()
    {
        await using var server = await LiveServer.Start();
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 500; i++)
            {
                idle.Add(await Connect(server.Tcp, "OPTIONS sip:exam"));
                idle.Add(await Connect(server.Msrp, "MSRP abcd SE"));
            }

            foreach (var endpoint in new[] { server.Tcp, server.Msrp })
            {
                await Swallows(endpoint, new string('\0', 100_000));
                await Swallows(endpoint, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            }

            await Swallows(server.Tcp, "OPTIONS sip:example.com SIP/2.0\r\nSubject: " + new string('a', 1_000_000));
            await Swallows(server.Tcp, "OPTIONS sip:example.com SIP/2.0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 100_000)));
            await Swallows(server.Msrp, "MSRP abcd1234 SEND\r\nTo-Path: " + new string('a', 1_000_000));

            var (alice, bob) = (await server.User("alice"), await server.User("bob", "udp"));
            await alice.Type("/call bob");
            await bob.Accept();
            await alice.Type("did you notice anything?");
            await bob.Hears("alice", "did you notice anything?");
        }
        finally
        {
            foreach (var connection in idle) connection.Dispose();
        }

        await server.Program.Signal("TERM");
        Assert.Equal(0, await server.Program.Exit(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Garbage_and_strangers_on_UDP_are_answered_or_passed_over()
    {
        await using var server = await LiveServer.Start();
        using var stranger = new UdpUser(server.Udp, "mallory", "guess");
        for (var length = 1; length < 1000; length += 7) await stranger.Send(new string('\u0001', length));
        Assert.Equal(401, UdpUser.Status(await stranger.Ask("INVITE", "sip:bob@example.com", "")));
        Assert.Equal(401, await stranger.Register());
        Assert.Equal(481, UdpUser.Status(await stranger.Ask("CANCEL", "sip:bob@example.com", "")));
        Assert.Equal(405, UdpUser.Status(await stranger.Ask("FOO", "sip:bob@example.com", "")));
        Assert.Equal(420, UdpUser.Status(await stranger.Ask("INVITE", "sip:bob@example.com", "Require: 100rel" + Environment.NewLine)));
        Assert.Equal(416, UdpUser.Status(await stranger.Ask("INVITE", "tel:+1234", "")));
        Assert.Equal(200, UdpUser.Status(await stranger.Ask("OPTIONS", "sip:example.com", "")));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_strangers_is_answered_once_each_and_leaves_nothing()
    {
        await using var server = await LiveServer.Start();
        var before = await Levels(server);
        using var stranger = new UdpUser(server.Udp, "mallory", "guess");
        string[] methods = ["INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "REFER", "MESSAGE", "BYE", "CANCEL", "FOO"];
        for (var i = 0; i < 900; i++)
        {
            var method = methods[i % methods.Length];
            Assert.InRange(UdpUser.Status(await stranger.Ask(method, "sip:bob@example.com", "", callId: $"flood-{i}")), 200, 499);
        }

        Assert.Equal(before, await Levels(server));
        await stranger.HearsNothingMore();
    }

    /// <summary>What the server holds, as its operator sees it.</summary>
    private static async Task<string> Levels(LiveServer server) => string.Join(
        '\n', (await server.Get("/metrics")).Split('\n').Where(static l => l.StartsWith("confab_", StringComparison.Ordinal) && l.Contains("_active", StringComparison.Ordinal)));

    private static async Task<TcpClient> Connect(IPEndPoint to, string text)
    {
        var client = new TcpClient();
        await client.ConnectAsync(to, TestContext.Current.CancellationToken).AsTask().WaitAsync(Running.Patience);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Sends it, and waits for the server to close the connection.</summary>
    private static async Task Swallows(IPEndPoint server, string text)
    {
        try
        {
            using var client = await Connect(server, text);
            var buffer = new byte[1024];
            while (await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Running.Patience) > 0)
            {
                // an answer before the end
            }
        }
        catch (IOException)
        {
            // Closed while we were still sending: a reset.
        }
    }
}
