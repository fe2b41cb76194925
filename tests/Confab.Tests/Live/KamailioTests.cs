using System.Net;
using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>The client library with Kamailio as registrar and proxy and no server of ours: digest, record-routes, the far end's own MSRP.</summary>
[Collection(LiveCollection.Name)]
public sealed class KamailioTests
{
    [Theory]
    [InlineData(Transport.Tcp, Transport.Tcp)]
    [InlineData(Transport.Udp, Transport.Udp)]
    [InlineData(Transport.Tcp, Transport.Udp)]
    public async Task Two_users_talk_through_a_proxy_that_knows_nothing_of_messages(Transport callerOver, Transport calleeOver)
    {
        Tool.Need("kamailio");
        await using var kamailio = await Kamailio.Start();
        await using var alice = Client(kamailio, "alice", callerOver);
        await using var bob = Client(kamailio, "bob", calleeOver, listens: true);
        Assert.True((await alice.RegisterAsync(Cancel)).IsRegistered);
        Assert.True((await bob.RegisterAsync(Cancel)).IsRegistered);

        var calling = alice.CallAsync("sip:bob@example.com", cancellationToken: Cancel);
        var invited = await Next<Invited>(bob);
        Assert.Equal("sip:alice@example.com", invited.Session.Peer);
        Assert.True((await invited.Session.AcceptAsync(cancellationToken: Cancel)).IsEstablished);
        var outcome = await calling;
        Assert.True(outcome.IsEstablished, $"{outcome.Status} {outcome.Text}");
        Assert.True((await outcome.Session!.SendAsync("hello over there", Cancel)).IsSent);
        Assert.Equal("hello over there", (await Next<MessageReceived>(bob)).Text);
        Assert.True((await invited.Session.SendAsync("hello over here", Cancel)).IsSent);
        Assert.Equal("hello over here", (await Next<MessageReceived>(alice)).Text);
        Assert.True((await outcome.Session.SendAsync("text/plain", new MemoryStream(new byte[300_000]), cancellationToken: Cancel)).IsSent);
        Assert.Equal(300_000, (await Next<MessageReceived>(bob)).Content.Length);

        await invited.Session.LeaveAsync(Cancel);
        Assert.Equal(SessionEnd.Released, (await Next<Ended>(alice)).Reason);
        Assert.True(await bob.UnregisterAsync(Cancel));
        Assert.Equal((SessionFailure.Refused, 404), (await alice.CallAsync("sip:bob@example.com", cancellationToken: Cancel)) is var gone ? (gone.Failure, gone.Status) : default);
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.Udp)]
    public async Task IMC_GEN_9_and_COM_IMS_1_a_core_that_tells_a_service_route_is_called_along_it(Transport over)
    {
        Tool.Need("kamailio");
        await using var kamailio = await Kamailio.Start(isCore: true);
        await using var alice = Client(kamailio, "alice", over, ims: new ImsProfile { AccessNetworkInfo = "IEEE-802.3" });
        await using var bob = Client(kamailio, "bob", over, listens: true, ims: new ImsProfile { AccessNetworkInfo = "IEEE-802.3" });
        await using var plain = Client(kamailio, "plain", over);
        Assert.True((await alice.RegisterAsync(Cancel)).IsRegistered);
        Assert.True((await bob.RegisterAsync(Cancel)).IsRegistered);
        Assert.True((await plain.RegisterAsync(Cancel)).IsRegistered);
        Assert.Equal(["sip:alice@example.com"], (await Next<Registered>(alice)).AssociatedAddresses);
        var outside = await plain.CallAsync("sip:bob@example.com", cancellationToken: Cancel);
        Assert.Equal((403, "Not Along The Service Route"), (outside.Status, outside.Text));

        var calling = alice.CallAsync("sip:bob@example.com", cancellationToken: Cancel);
        var invited = await Next<Invited>(bob);
        Assert.True((await invited.Session.AcceptAsync(cancellationToken: Cancel)).IsEstablished);
        var outcome = await calling;
        Assert.True(outcome.IsEstablished, $"{outcome.Status} {outcome.Text}");
        Assert.True((await outcome.Session!.SendAsync("through the core", Cancel)).IsSent);
        Assert.Equal("through the core", (await Next<MessageReceived>(bob)).Text);
        Assert.True((await invited.Session.HoldAsync(Cancel)).IsModified);
        await outcome.Session.LeaveAsync(Cancel);
        Assert.Equal(SessionEnd.Released, (await Next<Ended>(bob)).Reason);
    }

    [Fact]
    public async Task A_call_is_given_up_through_the_proxy_and_a_wrong_password_is_refused()
    {
        Tool.Need("kamailio");
        await using var kamailio = await Kamailio.Start();
        await using var alice = Client(kamailio, "alice", Transport.Tcp);
        await using var bob = Client(kamailio, "bob", Transport.Tcp, listens: true);
        await using var mallory = Client(kamailio, "mallory", Transport.Tcp, password: "wrong");
        Assert.Equal((false, 401), await mallory.RegisterAsync(Cancel) is var refused ? (refused.IsRegistered, refused.Status) : default);
        await alice.RegisterAsync(Cancel);
        await bob.RegisterAsync(Cancel);
        using var giveUp = new CancellationTokenSource();
        var calling = alice.CallAsync("sip:bob@example.com", cancellationToken: giveUp.Token);
        await Next<Invited>(bob);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        Assert.Equal(SessionEnd.Failed, (await Next<Ended>(bob)).Reason);
    }

    [Fact]
    public async Task Clients_of_a_proxy_that_was_killed_register_again_when_it_is_back()
    {
        Tool.Need("kamailio");
        await using var kamailio = await Kamailio.Start();
        await using var alice = Client(kamailio, "alice", Transport.Tcp);
        await alice.RegisterAsync(Cancel);
        await Next<Registered>(alice);
        await kamailio.Kill();
        Assert.True((await Next<Unregistered>(alice)).Retrying);
        await kamailio.StartAgain();
        await Next<Registered>(alice);
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static ImClient Client(Kamailio kamailio, string user, Transport over, bool listens = false, string password = "demo", ImsProfile? ims = null) => ImClient.Create(new ImClientOptions
    {
        Address = $"sip:{user}@example.com",
        Password = password,
        Server = $"127.0.0.1:{kamailio.Port}",
        Transport = over,
        Ims = ims,
        LocalAddress = over == Transport.Udp ? IPAddress.Loopback : null,
        MsrpListener = listens ? new IPEndPoint(IPAddress.Loopback, 0) : null,
    });

    static async Task<T> Next<T>(ImClient client)
        where T : ImEvent
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Running.Patience);
        await foreach (var happened in client.Events(patience.Token))
        {
            if (happened is T wanted) return wanted;
        }

        throw new Xunit.Sdk.XunitException($"No {typeof(T).Name} came.");
    }
}
