using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>REFERs with lists of ten thousand: IMS-ADD-5, IMS-ADD-8, IMS-RBYE-MULTI.</summary>
public sealed class ReferListTests
{
    private const int Most = 10_000;

    [Theory]
    [InlineData(Most + 1, 100, 400)] // more entries than are read at all
    [InlineData(Most, 100, 486)] // more than a group may have
    [InlineData(Most - 2, Most, 486)] // one more than there is room for, as three are in it
    public void IMS_ADD_5_a_list_that_does_not_fit_adds_nobody(int entries, int mostInGroup, int status)
    {
        using var rig = Rig(mostInGroup);
        var (alice, _, _) = rig.Group();
        var known = rig.Server.Node.Router.Sessions.Single().Roster.Attendees.Count;

        Assert.Equal(status, Refer(alice, Users(entries)));
        Assert.Equal((3, known), (rig.Server.Node.Router.Sessions.Single().Participants.Count, rig.Server.Node.Router.Sessions.Single().Roster.Attendees.Count));
    }

    [Fact]
    public void IMS_ADD_8_a_list_of_ten_thousand_that_fits_is_worked_through_and_taken_out_again()
    {
        using var rig = Rig(Most);
        var (alice, bob, _) = rig.Group();
        var focus = rig.Server.Node.Router.Sessions.Single();

        Assert.Equal(200, Refer(alice, Users(Most - 3)));
        Assert.Equal(Most, focus.Roster.Attendees.Count);
        Assert.Equal(3, focus.Participants.Count); // none of them can be reached
        Assert.Contains("200 OK", bob.Media.Say("hello"), StringComparison.Ordinal);

        // Those who are not there are passed over; carol is.
        Assert.Equal(200, Refer(alice, [.. Users(Most - 1), rig.Carol.Address], ";method=BYE"));
        Assert.Equal((1, 0, 2), (rig.Carol.LastCall.Byes, bob.Byes, focus.Participants.Count));
    }

    [Fact]
    public void IMS_ADD_8_ten_thousand_times_the_same_user_is_one()
    {
        using var rig = Rig(4);
        var (alice, _, _) = rig.Group();
        rig.Phone("dave");
        Assert.Equal(200, Refer(alice, Enumerable.Repeat("sip:dave@example.com", Most)));
        Assert.Single(rig.Phone("dave").Calls);
    }

    private static ServerRig Rig(int mostInGroup) => new(options =>
    {
        options.Session.MaxAdhocGroupSize = mostInGroup;
        options.Limits.SipBodyBytes = 2_000_000;
    });

    private static IEnumerable<string> Users(int count) => Enumerable.Range(0, count).Select(static i => $"sip:u{i}@elsewhere.example");

    /// <summary>The status of a REFER with this list in the dialog of the call.</summary>
    private static int Refer(Call call, IEnumerable<string> users, string parameter = "")
    {
        call.InDialog("REFER", more: $"Contact: {call.Phone.Contact}\r\nRefer-To: <cid:x>\r\nContent-ID: <x>\r\nContent-Type: application/resource-lists+xml\r\n", body: Phone.List(users.Select(u => u + parameter)));
        return call.Phone.Heard.OfType<SipResponse>().Last(static r => r.CSeq.Method == SipMethod.Refer).Status;
    }
}
