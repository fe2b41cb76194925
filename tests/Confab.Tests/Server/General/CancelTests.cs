using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.General;

/// <summary>RFC 3261 22.1: a CANCEL cannot be challenged.</summary>
public sealed class CancelTests
{
    [Fact]
    public void A_CANCEL_is_taken_from_where_its_INVITE_came_and_from_nobody_else_who_knows_the_branch()
    {
        using var rig = new ServerRig();
        var call = rig.Alice.Invite(rig.Bob.Address);
        rig.Bob.LastCall.Respond(180);
        var mallory = new Phone(rig, "mallory", "192.0.2.66");
        call.Cancel(from: mallory);
        rig.Run();
        Assert.Equal(481, Assert.IsType<SipResponse>(mallory.Heard[^1]).Status);
        Assert.Equal(0, call.Status);
        Assert.False(rig.Bob.LastCall.Cancelled);

        call.Cancel();
        rig.Run();
        Assert.Equal(487, call.Status);
        Assert.True(rig.Bob.LastCall.Cancelled);
    }
}
