using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F2: an ad-hoc group through the conference factory.</summary>
public sealed class F02AdhocGroupTests
{
    const string List = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\" xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>"
        + "<entry uri=\"sip:alice@example.com\" cp:copyControl=\"to\"/><entry uri=\"sip:carol@example.net\" cp:copyControl=\"to\"/></list></resource-lists>";

    [Fact]
    public void IMC_ADHOC_1_2_3_and_5_and_IMC_SUB_1_alice_starts_the_group_sees_who_comes_and_writes_to_all()
    {
        using var flow = new ClientFlow();
        var starting = flow.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.net"]);
        var invite = flow.Sends("INVITE sip:conference-factory@example.com SIP/2.0\r\n", ClientFlow.Initial + "\nTo: <sip:conference-factory@example.com>\nRequire: recipient-list-invite\nContent-Type: multipart/mixed;boundary=*"); // 2
        var parts = invite.Body.Split("--" + invite["Content-Type"]!.Split("boundary=")[1].Trim('"'));
        Assert.Equal(4, parts.Length); // nothing, offer, list, end
        Assert.StartsWith("\r\nContent-Type: application/sdp\r\n\r\n", parts[1], StringComparison.Ordinal);
        ClientFlow.Offers(parts[1]);
        Assert.StartsWith("\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n", parts[2], StringComparison.Ordinal);
        Assert.Equal(["sip:bob@example.com", "sip:carol@example.net"], ClientFlow.Recipients(invite));
        Assert.Equal(2, parts[2].Split(":copyControl=\"to\"").Length - 1);
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF2dJ4nYc1HfXe6U"), tag: "s111"); // 3
        flow.Sends($"ACK {ClientFlow.Room} SIP/2.0\r\n", "CSeq: 1 ACK\nTo: <sip:conference-factory@example.com>;tag=s111");
        flow.Binds("sF2dJ4nYc1HfXe6U");
        var session = starting.Result().Session!;
        Assert.Equal((ClientFlow.Room, true, true), (session.Identity, session.IsGroup, session.IsFocus));

        var notifier = new ConferenceNotifier(flow); // 7
        notifier.Full(0, ("alice@example.com", "connected", ""), ("bob@example.com", "dialing-out", ""), ("carol@example.net", "dialing-out", ""));
        notifier.Partial(1, ("bob@example.com", "connected", ""), ("carol@example.net", "disconnected", "busy")); // 8
        var told = flow.Scene.Events().OfType<RosterChanged>().Last();
        Assert.Equal(["sip:bob@example.com connected ", "sip:carol@example.net disconnected busy"], told.Changed.Select(static u => $"{u.Address} {u.Status} {u.Disconnection}"));
        Assert.Equal(3, session.Roster.Count);
        flow.Writes(session, "Lunch?", ClientFlow.Room); // 9
        flow.Peer.Msrp!.SendMessage(invite.Sdp("path")!, "msrp://198.51.100.5:2855/sF2dJ4nYc1HfXe6U;tcp", $"From: <sip:bob@example.com>\nTo: <{ClientFlow.Room}>\nDateTime: 2025-01-15T10:00:05Z\n\nContent-Type: text/plain\n\nYes");
        Assert.Contains(" 200 OK\r\n", flow.Peer.Msrp.Expect(), StringComparison.Ordinal);
        Assert.Equal("sip:bob@example.com", flow.Next<MessageReceived>().From);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_INV_LIST_and_IMC_INV_SUB_the_invitee_sees_who_is_invited_accepts_and_subscribes()
    {
        using var flow = new ClientFlow();
        var invite = flow.Invites("Referred-By: <sip:bob@example.com>\nAllow-Events: conference, refer\n", "f2-b-77d0@im.example.com", List); // 4
        var session = flow.Next<Invited>().Session;
        Assert.Equal(("sip:bob@example.com", ClientFlow.Room, true), (session.Peer, session.Identity, session.IsGroup));
        Assert.Equal(["sip:alice@example.com", "sip:carol@example.net"], session.Participants);
        flow.Accepts(session, invite); // 5
        Assert.True(flow.Next<Established>().Session.IsFocus);
        _ = new ConferenceNotifier(flow);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_SIM_2_an_invitee_who_is_busy_says_486()
    {
        using var flow = new ClientFlow(static o => new() { Address = o.Address, Password = o.Password, Server = o.Server, MaxSimultaneousSessions = 1, MsrpListener = new(System.Net.IPAddress.Any, 7654) });
        flow.Calls(out _);
        flow.Peer.Request("INVITE", "sip:alice@192.0.2.11", $"From: <{ClientFlow.Room}>;tag=s120\nTo: <sip:alice@example.com>\nCall-ID: f2-c\nCSeq: 1 INVITE\nContact: {ClientFlow.Focus}\nContent-Type: application/sdp", ClientFlow.Sdp("actpass"));
        flow.Sends("SIP/2.0 486 ", "Server: IM-client/OMA1.0 Confab/*"); // 6
        flow.EndsHere();
    }

    [Fact]
    public void IMC_ADHOC_4_more_invitees_than_MAX_ADHOC_GROUP_SIZE_are_not_sent()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, largest: 1));
        var starting = flow.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.net"]); // 1
        flow.Scene.World.Run();
        Assert.Equal(SessionFailure.MaxAdhocGroupSizeExceeded, starting.Result().Failure);
        flow.EndsHere();
    }

    [Fact]
    public void XDM_17_the_factory_and_the_largest_group_are_provisioned()
    {
        using var flow = new ClientFlow(static o => new() { Address = o.Address, Password = o.Password, Server = o.Server, ConferenceFactory = "sip:groups@im.operator.net", MaxAdhocGroupSize = 1, MsrpListener = new(System.Net.IPAddress.Any, 7654) });
        _ = flow.Client.GroupAsync(["sip:bob@example.com"]);
        flow.Sends("INVITE sip:groups@im.operator.net SIP/2.0\r\n", ClientFlow.Initial + "\nTo: <sip:groups@im.operator.net>");
        flow.EndsHere();
    }

    [Theory]
    [InlineData(486, "Warning: 399 im.example.com \"Too many participants\"", "Too many participants")]
    [InlineData(400, "", "Some Phrase")]
    [InlineData(420, "Unsupported: recipient-list-invite", "Some Phrase")]
    [InlineData(403, "Warning: 399 im.example.com \"Anonymity is not allowed\"", "Anonymity is not allowed")]
    public void IMC_GEN_10_a_factory_that_refuses_is_told(int status, string headers, string text)
    {
        using var flow = new ClientFlow();
        var starting = flow.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.net"]);
        flow.Peer.Answer(flow.Sends("INVITE", ClientFlow.Initial), status, headers);
        flow.Sends("ACK sip:conference-factory@example.com SIP/2.0");
        Assert.Equal((SessionFailure.Refused, status, text), (starting.Result().Failure, starting.Result().Status, starting.Result().Text));
        flow.EndsHere();
    }
}
