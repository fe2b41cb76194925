using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F10: a 1-1 session is extended to a conference, by alice and by the other side.</summary>
public sealed class F10ExtendTests
{
    [Fact]
    public void IMC_EXT_1_to_9_200_and_BYE_alice_extends_and_only_the_old_session_ends()
    {
        using var flow = new ClientFlow();
        var old = flow.Calls(out var first);
        var extending = old.ExtendAsync(["sip:carol@example.net"]);
        var invite = flow.Sends("INVITE sip:conference-factory@example.com SIP/2.0\r\n", ClientFlow.Initial + "\nTo: <sip:conference-factory@example.com>\nRequire: recipient-list-invite\nContent-Type: multipart/mixed;boundary=*\n!Replaces"); // 2
        Assert.NotEqual(first["Call-ID"], invite["Call-ID"]);
        ClientFlow.Offers(invite.Body.Split("Content-Type: application/resource-lists+xml")[0]);
        Assert.Equal(
            [$"sip:bob@example.com?Replaces={Uri.EscapeDataString(first["Call-ID"]!)}%3Bto-tag%3Ds101%3Bfrom-tag%3D{first.Tag("From")}", "sip:carol@example.net"],
            ClientFlow.Recipients(invite)); // to-tag is that of her own leg's other end
        var oldLeg = flow.Peer.Msrp!;
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF10dJ4nYc1HfXe6"), tag: "s171"); // 3
        flow.Sends($"ACK {ClientFlow.Room} SIP/2.0\r\n");
        flow.Binds("sF10dJ4nYc1HfXe6");
        var notifier = new ConferenceNotifier(flow);
        var session = extending.Result().Session!;
        Assert.Equal((true, old), (session.IsGroup, session.Extends));
        flow.Scene.Events();

        flow.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=s101\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 1 BYE\nUser-Agent: IM-serv/OMA1.0 ExampleAs/1.0"); // 7
        flow.Sends("SIP/2.0 200", "CSeq: 1 BYE");
        Assert.Equal((old, SessionEnd.Moved), flow.Next<Ended>() is var ended ? (ended.Session, ended.Reason) : default);
        Assert.Same(session, old.MovedTo);
        Assert.False(oldLeg.IsOpen);
        notifier.Full(0, ("alice@example.com", "connected", ""), ("bob@example.com", "connected", ""), ("carol@example.net", "disconnected", "busy")); // 8
        Assert.Equal("busy", flow.Scene.Events().OfType<RosterChanged>().Single().Users[2].Disconnection);
        flow.Writes(session, "Now all of us", ClientFlow.Room);
        flow.EndsHere();
    }

    [Theory] // the 1-1 session stays
    [InlineData(403)]
    [InlineData(486)]
    [InlineData(500)]
    public void IMC_EXT_FAIL_a_factory_that_refuses_leaves_the_session_as_it_was(int status)
    {
        using var flow = new ClientFlow();
        var old = flow.Calls(out _);
        var extending = old.ExtendAsync(["sip:carol@example.net"]);
        flow.Peer.Answer(flow.Sends("INVITE sip:conference-factory@example.com", ClientFlow.Initial), status);
        flow.Sends("ACK sip:conference-factory@example.com");
        Assert.Equal((SessionFailure.Refused, status), (extending.Result().Failure, extending.Result().Status));
        flow.Writes(old, "Only the two of us then", "sip:bob@example.com");
        flow.EndsHere();
    }

    [Fact]
    public void IMC_EXT_5_more_invitees_than_MAX_ADHOC_GROUP_SIZE_are_not_sent_and_the_session_stays()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, largest: 1));
        var old = flow.Calls(out _);
        var extending = old.ExtendAsync(["sip:carol@example.net"]); // 1: bob counts
        flow.Scene.World.Run();
        Assert.Equal((SessionFailure.MaxAdhocGroupSizeExceeded, ImSessionState.Established), (extending.Result().Failure, old.State));
        flow.EndsHere();
    }

    [Fact]
    public void IMC_INV_1_2a_and_2b_the_other_party_goes_on_in_the_group_and_leaves_the_old_leg()
    {
        using var flow = new ClientFlow();
        var old = flow.Calls(out var first);
        var invite = flow.Invites($"Replaces: {first["Call-ID"]};to-tag={first.Tag("From")};from-tag=s101\nReferred-By: <sip:bob@example.com>\nAllow-Events: conference, refer\n", "f10-b-0d3f@im.example.com"); // 4
        var session = flow.Next<Invited>().Session;
        Assert.Same(old, session.Replaces); // 5
        _ = session.AcceptAsync();
        var answer = flow.Sends("SIP/2.0 200"); // 6
        flow.Scene.InDialog(invite, answer, "ACK", 1);
        _ = new ConferenceNotifier(flow);
        flow.Peer.Answer(flow.Sends($"BYE {ClientFlow.One} SIP/2.0\r\n", $"From: <sip:alice@example.com>;tag={first.Tag("From")}\nTo: <sip:bob@example.com>;tag=s101\nCall-ID: {first["Call-ID"]}\nCSeq: 2 BYE"), 200);
        flow.Binds("sF2b7uDz6NiGo4Ex");
        Assert.Equal((old, SessionEnd.Moved), flow.Scene.Events().OfType<Ended>().Single() is var ended ? (ended.Session, ended.Reason) : default);
        flow.EndsHere();
    }

    [Theory] // 5
    [InlineData("Referred-By: <sip:mallory@example.com>\n", "s101", 403)]
    [InlineData("", "s101", 403)]
    [InlineData("Referred-By: <sip:bob@example.com>\n", "another", 481)]
    public void IMC_INV_2b_who_may_not_replace_it_is_refused_and_the_session_stays(string more, string tag, int status)
    {
        using var flow = new ClientFlow();
        var old = flow.Calls(out var first);
        flow.Peer.Request(
            "INVITE", "sip:alice@192.0.2.11", $"From: <{ClientFlow.Room}>;tag=s180\nTo: <sip:alice@example.com>\nCall-ID: f10-x\nCSeq: 1 INVITE\nContact: {ClientFlow.Focus}\nP-Asserted-Identity: <sip:bob@example.com>\n"
                + $"Replaces: {first["Call-ID"]};to-tag={first.Tag("From")};from-tag={tag}\n{more}Content-Type: application/sdp",
            ClientFlow.Sdp("actpass"));
        flow.Sends($"SIP/2.0 {status} ");
        flow.Writes(old, "Still here", "sip:bob@example.com");
        flow.EndsHere();
    }
}
