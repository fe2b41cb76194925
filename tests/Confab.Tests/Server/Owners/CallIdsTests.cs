using System.Globalization;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>A session that lasts is asked again and again, each time under a new Call-ID.</summary>
public sealed class CallIdsTests
{
    [Fact]
    public void A_session_that_is_asked_for_ever_remembers_no_more_than_what_goes_on()
    {
        using var rig = new ServerRig();
        var (alice, _, _) = rig.Group();
        var owners = rig.Now.Owners;
        for (var i = 0; i < 400; i++)
        {
            Ask(rig, alice.Identity, i);
            rig.Advance(5); // six or seven transactions of UDP at once are pending for Timer J
        }

        Assert.Equal(owners, rig.Now.Owners);
        Assert.InRange(rig.Now.CallIds, 1, 64);
        alice.Bye(); // still found by its own
        rig.Run();
        Assert.Equal(200, alice.ByeStatus);
    }

    private static void Ask(ServerRig rig, string identity, int number)
    {
        var heard = rig.Bob.Heard.Count;
        var callId = string.Create(CultureInfo.InvariantCulture, $"ask-{number}");
        rig.Bob.Send(rig.Bob.Request("OPTIONS", identity, callId, 1, "t", identity, "", rig.Bob.NewBranch()));
        rig.Run();
        Assert.True(rig.Bob.Heard.Count > heard);
    }
}
