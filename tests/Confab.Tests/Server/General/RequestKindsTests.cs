using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.General;

/// <summary>IMS-GEN-10: what a Request-URI stands for.</summary>
public sealed class RequestKindsTests
{
    [Theory]
    [InlineData("sip:conference-factory@example.com", nameof(RequestKind.Factory))]
    [InlineData("sip:conference-factory@EXAMPLE.com:5060;transport=tcp", nameof(RequestKind.Factory))]
    [InlineData("sip:Conference-Factory@example.com", nameof(RequestKind.User))] // the user part is case-sensitive (RFC 3261 19.1.4)
    [InlineData("sip:bob@example.com", nameof(RequestKind.User))]
    [InlineData("sip:bob@EXAMPLE.COM;user=phone", nameof(RequestKind.User))]
    [InlineData("sip:nobody@example.com", nameof(RequestKind.User))]
    [InlineData("sip:bob@elsewhere.example", nameof(RequestKind.Unknown))]
    [InlineData("sip:conference-factory@elsewhere.example", nameof(RequestKind.Unknown))]
    [InlineData("sip:sess-0000000000000000@example.com", nameof(RequestKind.Unknown))]
    [InlineData("sip:sess-mine@example.com", nameof(RequestKind.User))]
    [InlineData("sip:example.com", nameof(RequestKind.Server))]
    [InlineData("sip:10.0.0.1:5060", nameof(RequestKind.Server))]
    public void IMS_GEN_10_the_kinds_are_told_apart(string uri, string kind)
    {
        using var rig = new ServerRig();
        Assert.Equal(kind, Of(rig, uri).ToString());
    }

    [Fact]
    public void IMS_GEN_10_a_session_is_one_while_it_lives_at_whatever_host_it_is_reached()
    {
        using var rig = new ServerRig();
        var (alice, _, _) = rig.Group();
        var user = alice.Identity.Split('@')[0];
        Assert.Equal((RequestKind.SessionIdentity, RequestKind.SessionIdentity), (Of(rig, alice.Identity), Of(rig, $"{user}@im.example.net;transport=udp")));
        alice.Bye();
        Assert.Equal((RequestKind.Unknown, RequestKind.Unknown), (Of(rig, alice.Identity), Of(rig, $"{user}@example.com")));
    }

    private static RequestKind Of(ServerRig rig, string text)
    {
        Assert.True(SipUri.TryParse(Text.Of(text), out var uri));
        return RequestKinds.Of(rig.Server.Node, uri);
    }
}
