using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Message;
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
