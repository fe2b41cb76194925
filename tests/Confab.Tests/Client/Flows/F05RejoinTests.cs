using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F5: back into a session that was left, released or lost.</summary>
public sealed class F05RejoinTests
{
    [Theory] // 0: how she went
    [InlineData("left")]
    [InlineData("released")]
    [InlineData("broke")]
    public void IMC_REJOIN_1_to_5_200a_and_200b_and_SUB_an_initial_invite_to_the_identity_leads_back(string how)
    {
        using var flow = new ClientFlow(static o => new() { Address = o.Address, Password = o.Password, Server = o.Server, RejoinLostSessions = false, MsrpListener = new(System.Net.IPAddress.Any, 7654) });
        var session = flow.Hosts(out var first, out var notifier);
        Goes(flow, session, first, notifier, how);
        var rejoining = flow.Client.RejoinAsync(session.Identity!);
        var invite = flow.Sends($"INVITE {ClientFlow.Room} SIP/2.0\r\n", ClientFlow.Initial + $"\nTo: <{ClientFlow.Room}>\nContent-Type: application/sdp\n!Require\n!Replaces"); // 2
        Assert.NotEqual(first["Call-ID"], invite["Call-ID"]);
        Assert.Empty(invite.Tag("To"));
        ClientFlow.Offers(invite.Body);
        Assert.NotEqual(first.Sdp("path"), invite.Sdp("path"));
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF5rM7uDz6NiGo4E"), tag: "s151"); // 4
        flow.Sends($"ACK {ClientFlow.Room} SIP/2.0\r\n", $"To: <{ClientFlow.Room}>;tag=s151");
        flow.Binds("sF5rM7uDz6NiGo4E"); // 5
        Assert.True(rejoining.Result().IsEstablished);
        var again = new ConferenceNotifier(flow); // 7
        again.Full(7, ("alice@example.com", "connected", ""), ("bob@example.com", "connected", "")); // 6
        Assert.Equal(2, rejoining.Result().Session!.Roster.Count);
        Assert.True(rejoining.Result().Session!.IsRejoin);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_REJOIN_1a_and_EXP_after_600_seconds_nothing_is_sent()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var first, out var notifier);
        Goes(flow, session, first, notifier, "left");
        flow.Scene.World.Advance(TimeSpan.FromSeconds(601));
        var rejoining = flow.Client.RejoinAsync(session.Identity!); // 1
        flow.Scene.World.Run();
        Assert.Equal(SessionFailure.SessionIdentityExpired, rejoining.Result().Failure);
        flow.EndsHere();
    }

    [Theory] // 3
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(486, true)]
    [InlineData(488, true)]
    public void IMC_REJOIN_ERR_what_the_server_checks_in_order_and_whether_it_may_be_tried_again(int status, bool isKept)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var first, out var notifier);
        Goes(flow, session, first, notifier, "left");
        var rejoining = flow.Client.RejoinAsync(session.Identity!);
        flow.Peer.Answer(flow.Sends($"INVITE {ClientFlow.Room}", ClientFlow.Initial), status, status == 486 ? "Warning: 399 im.example.com \"Too many participants\"" : "");
        flow.Sends($"ACK {ClientFlow.Room}");
        Assert.Equal((SessionFailure.Refused, status), (rejoining.Result().Failure, rejoining.Result().Status));
        var again = flow.Client.RejoinAsync(session.Identity!);
        if (isKept)
        {
            flow.Peer.Answer(flow.Sends($"INVITE {ClientFlow.Room}"), 404);
            flow.Sends("ACK");
        }

        Assert.Equal(isKept ? SessionFailure.Refused : SessionFailure.SessionIdentityExpired, Ran(flow, again).Failure);
        flow.EndsHere();
    }

    static SessionOutcome Ran(ClientFlow flow, Task<SessionOutcome> task)
    {
        flow.Scene.World.Run();
        return task.Result();
    }

    static void Goes(ClientFlow flow, ImSession session, WireMessage first, ConferenceNotifier notifier, string how)
    {
        switch (how)
        {
            case "left":
                _ = session.LeaveAsync();
                flow.Peer.Answer(flow.Sends("BYE"), 200);
                break;
            case "released":
                flow.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:conference-factory@example.com>;tag=s111\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 1 BYE\nReason: SIP;cause=200;text=\"Session released\"");
                flow.Sends("SIP/2.0 200");
                break;
            case "broke":
                flow.Peer.Msrp!.Close();
                for (var i = 0; i < 20 && session.State != ImSessionState.Ended; i++)
                {
                    flow.Scene.World.Advance(TimeSpan.FromSeconds(1));
                    flow.Peer.Msrp!.Close(); // each time it connects again
                }

                flow.Peer.Answer(flow.Sends("BYE"), 200);
                break;
        }

        notifier.Over("noresource");
        flow.Scene.Events();
        Assert.Equal(ImSessionState.Ended, session.State);
    }
}
