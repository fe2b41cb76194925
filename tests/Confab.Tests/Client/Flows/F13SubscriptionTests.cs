using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F13: the subscription to who is in the session, from its first document to its end.</summary>
public sealed class F13SubscriptionTests
{
    [Fact]
    public void IMC_SUB_1_to_4_7_and_9_she_subscribes_merges_asks_for_what_she_missed_refreshes_and_ends_it()
    {
        using var flow = new ClientFlow();
        var starting = flow.Client.JoinGroupAsync("sip:team@groups.example.com");
        var invite = flow.Sends("INVITE", ClientFlow.Initial);
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "s13"), tag: "s190");
        flow.Sends("ACK");
        flow.Binds("s13");
        var notifier = new ConferenceNotifier(flow); // 1
        Assert.NotEqual(invite["Call-ID"], notifier.Subscribe["Call-ID"]);
        notifier.Full(0, ("alice@example.com", "connected", ""), ("anonymous1@anonymous.invalid", "connected", ""), ("carol@example.net", "disconnected", "busy")); // 2
        var session = starting.Result().Session!;
        Assert.Equal(3, session.Roster.Count);
        Assert.True(session.Roster[1].IsAnonymous);
        notifier.Partial(1, ("dave@example.com", "connected", "")); // 3
        Assert.Equal(4, session.Roster.Count);

        notifier.Partial(3, ("carol@example.net", "connected", "")); // 4: version 2 is missing
        flow.Peer.Answer(Again(flow, notifier, 2, 3600), 200, $"Expires: 3600\nContact: {ClientFlow.Focus}");
        Assert.Equal("disconnected", session.Roster.Single(static u => u.Address == "sip:carol@example.net").Status);
        (string User, string Status, string Gone)[] all = [("alice@example.com", "connected", ""), ("anonymous1@anonymous.invalid", "connected", ""), ("carol@example.net", "connected", ""), ("dave@example.com", "connected", "")];
        notifier.Notify(ConferenceNotifier.Document("full", 3, all), "active;expires=600");
        Assert.Equal("connected", session.Roster.Single(static u => u.Address == "sip:carol@example.net").Status);
        flow.Scene.Events();

        flow.Scene.World.Advance(TimeSpan.FromSeconds(299)); // 5: as the NOTIFY has it, at half of a short time
        flow.Peer.ExpectSilence();
        flow.Scene.World.Advance(TimeSpan.FromSeconds(1));
        flow.Peer.Answer(Again(flow, notifier, 3, 3600), 200, $"Expires: 3600\nContact: {ClientFlow.Focus}");
        notifier.Notify(ConferenceNotifier.Document("full", 3, all)); // nothing has changed
        Assert.Empty(flow.Scene.Events());

        _ = session.LeaveAsync();
        flow.Peer.Answer(flow.Sends("BYE"), 200);
        flow.Scene.World.Advance(TimeSpan.FromSeconds(1)); // the server's turn
        flow.Peer.Answer(Again(flow, notifier, 4, 0), 200, $"Expires: 0\nContact: {ClientFlow.Focus}"); // 6
        notifier.Over("timeout");
        flow.Scene.World.Advance(TimeSpan.FromMinutes(5));
        flow.EndsHere();
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(489)]
    public void IMC_SUB_8_a_refusal_stays_one_and_the_session_goes_on_without_a_roster(int status)
    {
        using var flow = new ClientFlow();
        var session = InGroup(flow);
        flow.Peer.Answer(flow.Sends($"SUBSCRIBE {ClientFlow.Room}"), status);
        flow.Scene.World.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(session.Roster);
        flow.Writes(session, "Who is there?", ClientFlow.Room);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_SUB_2_a_longer_interval_that_the_server_wants_is_asked_for_once()
    {
        using var flow = new ClientFlow();
        InGroup(flow);
        flow.Peer.Answer(flow.Sends("SUBSCRIBE", "Expires: 3600"), 423, "Min-Expires: 7200");
        flow.Peer.Answer(flow.Sends("SUBSCRIBE", "Expires: 7200\nCSeq: 2 SUBSCRIBE"), 200, $"Expires: 7200\nContact: {ClientFlow.Focus}");
        flow.EndsHere();
    }

    [Fact]
    public void IMC_SUB_5_a_conference_that_is_deleted_is_unsubscribed_from()
    {
        using var flow = new ClientFlow();
        flow.Hosts(out _, out var notifier);
        notifier.Notify(ConferenceNotifier.Deleted(1));
        flow.Peer.Answer(Again(flow, notifier, 2, 0), 200, $"Expires: 0\nContact: {ClientFlow.Focus}");
        notifier.Over("timeout");
        flow.EndsHere();
    }

    [Fact]
    public void IMC_SUB_6_a_notify_of_no_subscription_is_481_and_of_another_package_489()
    {
        using var flow = new ClientFlow();
        flow.Hosts(out _, out var notifier);
        flow.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", $"From: <{ClientFlow.Room}>;tag=x\nTo: {notifier.Subscribe["From"]}\nCall-ID: of-nothing\nCSeq: 1 NOTIFY\nEvent: conference\nSubscription-State: active");
        flow.Sends("SIP/2.0 481");
        flow.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", $"From: <{ClientFlow.Room}>;tag=x\nTo: {notifier.Subscribe["From"]}\nCall-ID: of-presence\nCSeq: 1 NOTIFY\nEvent: presence\nSubscription-State: active");
        flow.Sends("SIP/2.0 489");
        flow.EndsHere();
    }

    static ImSession InGroup(ClientFlow flow)
    {
        var joining = flow.Client.JoinGroupAsync("sip:team@groups.example.com");
        flow.Peer.Answer(flow.Sends("INVITE"), 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "s13"), tag: "s190");
        flow.Sends("ACK");
        flow.Binds("s13");
        return joining.Result().Session!;
    }

    static WireMessage Again(ClientFlow flow, ConferenceNotifier notifier, int number, int seconds) => flow.Sends(
        $"SUBSCRIBE {ClientFlow.Room} SIP/2.0\r\n",
        $"From: {notifier.Subscribe["From"]}\nTo: <{ClientFlow.Room}>;tag=n190\nCall-ID: {notifier.Subscribe["Call-ID"]}\nCSeq: {number} SUBSCRIBE\nExpires: {seconds}\nEvent: conference\nAccept: application/conference-info+xml");
}
