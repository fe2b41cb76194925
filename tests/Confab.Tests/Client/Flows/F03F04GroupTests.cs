using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F3 and F4: the session of a pre-defined group is started, and joined; to the client it is the same INVITE.</summary>
public sealed class F03F04GroupTests
{
    const string Team = "sip:team@groups.example.com";

    [Fact]
    public void IMC_GRP_1_and_2_alice_calls_the_group_and_is_in_its_session_where_others_come()
    {
        using var flow = new ClientFlow();
        var joining = flow.Client.JoinGroupAsync(Team);
        var invite = flow.Sends($"INVITE {Team} SIP/2.0\r\n", ClientFlow.Initial + $"\nTo: <{Team}>\nContent-Type: application/sdp\n!Require"); // F3 1, F4 1
        ClientFlow.Offers(invite.Body);
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF3dJ4nYc1HfXe6U"), tag: "s140"); // F3 3
        flow.Sends($"ACK {ClientFlow.Room} SIP/2.0\r\n", $"To: <{Team}>;tag=s140\nCSeq: 1 ACK");
        flow.Binds("sF3dJ4nYc1HfXe6U");
        var session = joining.Result().Session!;
        Assert.Equal((ClientFlow.Room, Team, true), (session.Identity, session.GroupIdentity, session.IsPredefined));
        var notifier = new ConferenceNotifier(flow);
        notifier.Full(0, ("alice@example.com", "connected", ""), ("bob@example.com", "alerting", ""), ("carol@example.net", "alerting", "")); // F3 4: dave is not invited
        notifier.Partial(1, ("bob@example.com", "connected", ""), ("carol@example.net", "connected", "")); // F3 5
        notifier.Partial(2, ("dave@example.com", "connected", "")); // F4 4: he joins
        Assert.Equal("sip:dave@example.com", Assert.Single(flow.Scene.Events().OfType<RosterChanged>().Last().Changed).Address);
        Assert.Equal(4, session.Roster.Count);
        flow.Writes(session, "All here?", ClientFlow.Room);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_GEN_8_who_joins_anonymously_asks_for_privacy_and_prefers_her_address()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, anonymous: true));
        var joining = flow.Client.JoinGroupAsync(Team);
        var invite = flow.Sends($"INVITE {Team}", "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=*\nP-Preferred-Identity: <sip:alice@example.com>\nPrivacy: id\n!P-Asserted-Identity");
        flow.Peer.Answer(invite, 403, "Warning: 399 im.example.com \"Anonymity is not allowed\"");
        flow.Sends("ACK");
        Assert.Equal((403, "Anonymity is not allowed"), (joining.Result().Status, joining.Result().Text));
        flow.EndsHere();
    }

    [Theory] // F3 2, F4 2
    [InlineData(403, "", "The rules of the group do not allow it.")]
    [InlineData(404, "", "There is no such group or session.")]
    [InlineData(486, "Warning: 399 im.example.com \"Too many participants\"", "Too many participants")]
    [InlineData(488, "Warning: 305 im.example.com \"Incompatible media format\"", "Incompatible media format")]
    public void IMC_GRP_3_a_group_that_refuses_says_why(int status, string headers, string text)
    {
        using var flow = new ClientFlow();
        var joining = flow.Client.JoinGroupAsync(Team);
        flow.Peer.Answer(flow.Sends("INVITE", ClientFlow.Initial), status, headers);
        flow.Sends($"ACK {Team} SIP/2.0");
        Assert.Equal((SessionFailure.Refused, status, text), (joining.Result().Failure, joining.Result().Status, joining.Result().Text));
        Assert.Equal((SessionEnd.Failed, status), flow.Next<Ended>() is var ended ? (ended.Reason, ended.Status) : default);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_INV_4_a_member_who_is_invited_is_in_the_group_and_told_who_else()
    {
        using var flow = new ClientFlow();
        var invite = flow.Invites("Allow-Events: conference, refer\n", "f3-b"); // F3 4
        flow.Accepts(flow.Next<Invited>().Session, invite); // F3 5
        var notifier = new ConferenceNotifier(flow);
        notifier.Full(3, ("alice@example.com", "connected", ""), ("bob@example.com", "connected", ""));
        Assert.Equal(2, flow.Scene.Events().OfType<RosterChanged>().Single().Users.Count);
        flow.EndsHere();
    }
}
