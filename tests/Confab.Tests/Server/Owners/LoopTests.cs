using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>Registrations that lead back to the server, which trusts its own machine: RFC 5393 is what forking loops can do.</summary>
public sealed class LoopTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public void An_invitation_that_comes_back_to_the_server_ends_there_and_does_not_multiply(string transport)
    {
        using var rig = new ServerRig(static options => options.Limits.Owners = 300);
        rig.Rest();
        var bob = rig.Bob;
        bob.Send(bob.Request(
            "REGISTER",
            "sip:example.com",
            "loop",
            1,
            "loop",
            bob.Address,
            "",
            bob.NewBranch(),
            $"Path: <sip:10.0.0.1;lr;transport={transport}>\r\nContact: <sip:bob@example.com;a=1>;expires=60\r\nContact: <sip:bob@example.com;a=2>;expires=60\r\n"));
        rig.Run();
        Assert.Equal(200, Assert.IsType<SipResponse>(bob.Heard[^1]).Status);

        var call = rig.Alice.Invite(bob.Address);
        rig.Advance(1);
        Assert.InRange(rig.Now.Owners, 1, 5);
        bob.LastCall.Respond(486);
        rig.Advance(1);
        Assert.InRange(call.Status, 480, 486);
        rig.AssertAtRest();
    }
}
