using System.IO.Compression;
using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Controlling;

/// <summary>REFERs that are too large to be written out in a flow, or come packed.</summary>
public sealed class ReferTests
{
    [Theory]
    [InlineData(10_000, 486)]
    [InlineData(10_001, 400)]
    public void IMS_ADD_5_a_list_of_as_many_as_are_read_is_too_many_for_the_group_and_one_more_is_not_read(int entries, int status)
    {
        using var rig = new ServerRig(static options => options.Limits.SipBodyBytes = 4 * 1024 * 1024);
        rig.Group();
        var list = Phone.List(Enumerable.Range(0, entries).Select(static i => $"sip:user{i}@example.com"));
        var call = rig.Alice.LastCall;
        call.InDialog("REFER", more: List(rig.Alice), body: list);
        Assert.Equal(status, Answer(rig.Alice).Status);
        Assert.Equal(3, Assert.Single(rig.Server.Node.Router.Sessions).Participants.Count);
    }

    [Fact]
    public void IMS_ADD_5_a_group_as_large_as_a_group_may_be_is_invited_by_one_refer()
    {
        using var rig = new ServerRig(static options =>
        {
            options.Limits.SipBodyBytes = 4 * 1024 * 1024;
            options.Session.MaxAdhocGroupSize = 10_000;
        });
        rig.Group();
        var list = Phone.List(Enumerable.Range(0, 9_997).Select(static i => $"sip:user{i}@example.com"));
        rig.Alice.LastCall.InDialog("REFER", more: List(rig.Alice), body: list);
        Assert.Equal(200, Answer(rig.Alice).Status);
        rig.Run();
        var focus = Assert.Single(rig.Server.Node.Router.Sessions);
        Assert.Equal(3, focus.Participants.Count); // none of them is registered
        Assert.Equal(10_000, focus.Roster.Attendees.Count);
    }

    [Fact]
    public void IMS_ADD_8_a_list_that_comes_packed_is_read()
    {
        using var rig = new ServerRig();
        rig.Group();
        var dave = rig.Phone("dave");
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(Encoding.UTF8.GetBytes(Phone.List(dave.Address)));
        var call = rig.Alice.LastCall;
        var head = rig.Alice.Request(
            "REFER", call.Identity, call.CallId, 77, call.LocalTag, call.Uri, call.RemoteTag, rig.Alice.NewBranch(), List(rig.Alice) + "Content-Encoding: deflate\r\n")
            .Replace("Content-Length: 0", $"Content-Length: {packed.Length}", StringComparison.Ordinal);
        rig.Alice.Flow.Send([.. Encoding.UTF8.GetBytes(head), .. packed.ToArray()]);
        rig.Run();
        Assert.Equal(200, Answer(rig.Alice).Status);
        Assert.Equal(dave.Address, dave.LastCall.Invite.To.Uri.AddressKey());
    }

    private static string List(Phone phone) =>
        $"Contact: {phone.Contact}\r\nRefer-To: <cid:list>\r\nContent-ID: <list>\r\nContent-Type: application/resource-lists+xml\r\nRequire: multiple-refer\r\n";

    private static SipResponse Answer(Phone phone)
    {
        phone.Rig.Run();
        return phone.Heard.OfType<SipResponse>().Last(static r => r.CSeq.Method == SipMethod.Refer);
    }
}
