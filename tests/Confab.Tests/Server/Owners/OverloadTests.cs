using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Confab.Tests.Sip.Registration;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>503 with Retry-After, before any work is spent (RFC 3261 21.5.4); the store lane's is shown by RegistrarTests.</summary>
public sealed class OverloadTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly List<string> _sent = [];
    private readonly Ear _flow;

    public OverloadTests() => _flow = new Ear(_sent);

    public void Dispose()
    {
        _sim.ThrowOnErrors();
        _sim.Dispose();
    }

    [Fact]
    public void Beyond_the_owners_that_may_live_nothing_is_begun_and_nothing_is_kept()
    {
        var server = NewServer(new Limits { Owners = 0 });
        for (var i = 0; i < 10; i++) server.Node.Router.OnRequest(Options($"call-{i}"), _flow);
        Assert.Equal(10, _sent.Count);
        Assert.All(_sent, IsOverload);
        Assert.Equal((0, 0), (server.Node.Router.OwnerCount, server.Node.Router.CallIdCount));
    }

    [Fact]
    public void A_full_mailbox_refuses_and_what_was_in_it_is_answered()
    {
        var server = NewServer(new Limits { MailboxLetters = 2 });
        var busy = new Mailbox(server.Node.World);
        Assert.True(busy.TryEnter()); // who is inside one mailbox enters no other: all goes by letter
        for (var i = 1; i <= 5; i++) server.Node.Router.OnRequest(Options("call-1", $"z9hG4bK{i}", (uint)i), _flow);
        Assert.Equal(3, _sent.Count);
        Assert.All(_sent, IsOverload);
        busy.Leave();
        _sim.Run();
        Assert.Equal(2, _sent.Count(static s => s.StartsWith("SIP/2.0 200", StringComparison.Ordinal)));
        Assert.Equal(5, _sent.Count);
    }

    [Fact]
    public void An_owner_with_all_the_transactions_it_may_have_refuses_another_and_never_an_ACK()
    {
        var server = NewServer(new Limits { TransactionsPerOwner = 0 });
        server.Node.Router.OnRequest(Options("call-1"), _flow);
        IsOverload(Assert.Single(_sent));
        server.Node.Router.OnRequest(RegisterText.Parse("ACK sip:bob@example.com SIP/2.0", "ACK", "call-1", 1), _flow);
        Assert.Single(_sent);
    }

    [Fact]
    public void A_request_refused_before_it_has_a_transaction_leaves_no_owner_behind()
    {
        var server = NewServer(new Limits { AnsweredBytes = 1 });
        var answered = server.Node.Transport.Answered;
        answered.Add(ServerKey.Of(Options("another", "z9hG4bK0"), SipMethod.Options), null, new byte[250_000]);
        Assert.False(answered.HasRoom);
        for (var i = 0; i < 10; i++) server.Node.Router.OnRequest(Options($"call-{i}"), _flow);
        _sim.Run();
        Assert.Equal(10, _sent.Count);
        Assert.All(_sent, IsOverload); // no answer could be remembered (RFC 3261 17.2.2)
        Assert.Equal((0, 0), (server.Node.Router.OwnerCount, server.Node.Router.CallIdCount));
    }

    [Fact]
    public void A_request_that_came_by_another_way_already_leaves_no_owner_behind() // RFC 3261 8.2.2.2
    {
        var server = NewServer(new Limits());
        server.Node.Transport.Answered.Add(ServerKey.Of(Options("merged"), SipMethod.Options), RequestIdentity.Of(Options("merged")), "SIP/2.0 200 OK"u8);
        server.Node.Router.OnRequest(Options("merged", "z9hG4bK2"), _flow);
        _sim.Run();
        Assert.StartsWith("SIP/2.0 482 ", Assert.Single(_sent), StringComparison.Ordinal);
        Assert.Equal((0, 0), (server.Node.Router.OwnerCount, server.Node.Router.CallIdCount));
    }

    [Fact]
    public void Registrations_for_which_there_is_no_room_leave_no_owners_behind()
    {
        var server = NewServer(new Limits { MailboxLetters = 2 });
        Assert.True(server.Node.Registrar.Mailbox.TryEnter());
        for (var i = 1; i <= 10; i++) server.Node.Router.OnRequest(RegisterText.With($"call-{i}", 1, $"To: <sip:user-{i}@example.com>"), _flow);
        Assert.Equal(8, _sent.Count);
        Assert.All(_sent, IsOverload);
        server.Node.Registrar.Mailbox.Leave();
        _sim.Run();
        Assert.Equal(2, _sent.Count(static s => s.StartsWith("SIP/2.0 401", StringComparison.Ordinal)));
        Assert.Equal((0, 0), (server.Node.Router.OwnerCount, server.Node.Router.CallIdCount));
    }

    [Theory]
    [InlineData("INVITE", "sip:bob@example.com", 401)]
    [InlineData("INVITE", "tel:+1234", 416)]
    [InlineData("REGISTER", "sip:example.com", 401)]
    [InlineData("SUBSCRIBE", "sip:bob@example.com", 401)]
    [InlineData("REFER", "sip:bob@example.com", 401)]
    [InlineData("OPTIONS", "sip:example.com", 200)]
    [InlineData("OPTIONS", "sip:nowhere@example.net", 404)]
    [InlineData("PRACK", "sip:bob@example.com", 405)]
    [InlineData("BYE", "sip:bob@example.com", 481)]
    public void Of_strangers_nothing_is_kept_whatever_they_ask(string method, string uri, int status)
    {
        var server = NewServer(new Limits());
        var timers = server.Node.World.Timers.Count;
        for (var i = 0; i < 3; i++) server.Node.Router.OnRequest(RegisterText.Parse($"{method} {uri} SIP/2.0", method, "call-1", 1, "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1;rport"), _flow);
        _sim.Run();
        Assert.Equal(3, _sent.Count); // a copy of the request is another request
        Assert.All(_sent, s => Assert.StartsWith($"SIP/2.0 {status} ", s, StringComparison.Ordinal));
        Assert.Single(_sent.Select(static s => s.Split("\r\n").Single(static l => l.StartsWith("To:", StringComparison.Ordinal))).Distinct()); // RFC 3261 8.2.7: one tag
        Assert.Equal((0, 0, timers), (server.Node.Router.OwnerCount, server.Node.Router.CallIdCount, server.Node.World.Timers.Count));
        _sim.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _sent.Count);
    }

    private static void IsOverload(string response)
    {
        Assert.StartsWith("SIP/2.0 503 ", response, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 10\r\n", response, StringComparison.Ordinal);
    }

    private static SipRequest Options(string callId, string branch = "z9hG4bK1", uint cseq = 1) =>
        RegisterText.Parse("OPTIONS sip:example.com SIP/2.0", "OPTIONS", callId, cseq, $"Via: SIP/2.0/UDP 192.0.2.7:5070;branch={branch};rport");

    private ConfabServer NewServer(Limits limits)
    {
        var options = new ServerOptions { Limits = limits };
        return ConfabServer.Create(options, _sim.Host("10.0.0.1", 1, limits), Store.Memory());
    }

    private sealed class Ear(List<string> sent) : Flow
    {
        public override Transport Transport => Transport.Udp;

        public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 5060);

        public override IPEndPoint Remote { get; } = IPEndPoint.Parse("192.0.2.7:5070");

        public override bool IsOpen => true;

        public override bool Send(ReadOnlySpan<byte> message)
        {
            sent.Add(Encoding.UTF8.GetString(message));
            return true;
        }

        public override void Close(EndReason reason)
        {
        }
    }
}
