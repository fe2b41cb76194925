using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>A room with more members than an owner may have requests of peers: Limits:TransactionsPerOwner bounds what others ask of us.</summary>
public sealed class LargeRoomTests : IDisposable
{
    private readonly ServerRig _rig = new(static options => options.Limits.TransactionsPerOwner = 1);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void It_is_left_while_more_are_invited_than_there_may_be_transactions()
    {
        _rig.Rest();
        var caller = _rig.Alice.InviteGroup(_rig.Bob.Address, _rig.Carol.Address);
        _rig.Bob.LastCall.Respond(180);
        _rig.Carol.LastCall.Respond(180);
        caller.Bye();
        Assert.Equal(200, caller.ByeStatus);
        Assert.True(_rig.Bob.LastCall.Cancelled);
        Assert.True(_rig.Carol.LastCall.Cancelled);
        _rig.AssertAtRest();
    }

    [Fact]
    public void Its_members_leave_while_there_is_no_room_and_anything_else_is_told_to_come_again()
    {
        _rig.Rest();
        var (alice, bob, carol) = _rig.Group();
        _rig.Advance(20); // Alice's INVITE still has its transaction
        bob.InDialog("OPTIONS");
        Assert.Equal(503, Last(bob));
        bob.Bye();
        Assert.Equal(200, bob.ByeStatus);
        bob.Bye();
        Assert.Equal(503, bob.ByeStatus); // he is gone: this one ends nothing
        carol.Bye();
        Assert.Equal(200, carol.ByeStatus);
        Assert.Equal(1, alice.Byes);
        _rig.AssertAtRest();
    }

    private static int Last(Call call) => call.Phone.Heard.OfType<Confab.Sip.Message.SipResponse>().Last(r => r.CallId.ToString() == call.CallId).Status;
}
