using System.Net;
using System.Text;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Confab.Tests.Sip;
using Xunit;

namespace Confab.Tests.House.Readmes;

/// <summary>The programs in the READMEs of the packages are these classes, and do what is said of them.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("src/Confab.Sip/README.md", "Answerer")]
    [InlineData("src/Confab.Msrp/README.md", "Listener")]
    public void The_README_shows_the_class_that_is_tested_here(string readme, string name)
    {
        var source = Repository.Read($"tests/Confab.Tests/House/Readmes/{name}.cs");
        var shown = source[source.IndexOf($"sealed class {name}", StringComparison.Ordinal)..].TrimEnd();
        Assert.Contains(shown + "\n```", Repository.Read(readme), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIONS", 200)]
    [InlineData("MESSAGE", 200)]
    [InlineData("INVITE", 405)]
    public void The_program_on_SIP_answers(string method, int status)
    {
        using var sim = new SimWorld();
        using var answerer = new Answerer(sim.Host("192.0.2.11", idSeed: 1));
        answerer.Transport.Listen(Transport.Udp, IPEndPoint.Parse("192.0.2.11:5060"));
        var peer = new RawPeer(sim, "192.0.2.12");
        peer.To("192.0.2.11").Send(Encoding.UTF8.GetBytes($"""
            {method} sip:192.0.2.11 SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.12:5060;branch=z9hG4bK1
            Max-Forwards: 70
            From: <sip:bob@example.com>;tag=1
            To: <sip:192.0.2.11>
            Call-ID: 1
            CSeq: 1 {method}
            Content-Length: 0


            """.ReplaceLineEndings("\r\n")));
        sim.Run();
        var response = Assert.Single(peer.All(status)).Response;
        Assert.True(response.TryGet(HeaderName.Allow, out var allow));
        Assert.Equal("OPTIONS", allow.ToString()); // the first of the two
    }

    [Fact]
    public void The_program_on_MSRP_says_hello()
    {
        using var sim = new SimWorld();
        var world = sim.Host("192.0.2.11", idSeed: 1);
        var transport = new MsrpTransport(world);
        var local = transport.Listen(IPEndPoint.Parse("192.0.2.11:2855")).Local;
        var told = new List<string>();
        var mailbox = new Mailbox(world);
        mailbox.Post(() =>
        {
            var alice = transport.Open(mailbox, new Listener(text => told.Add($"alice {text}")), "192.0.2.11", local.Port);
            var bob = transport.Open(mailbox, new Listener(text => told.Add($"bob {text}")), "192.0.2.11", local.Port);
            alice.SetRemote([bob.LocalUri]);
            bob.SetRemote([alice.LocalUri]);
            bob.ListenForPeer();
            alice.Connect();
            alice.Send(new OutgoingMessage("text/plain", Encoding.UTF8.GetBytes("Hello")));
        });
        sim.Run();
        Assert.Equal(["bob text/plain: Hello", "alice sent: Ok"], told);
    }
}
