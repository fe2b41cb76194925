using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F6 and F7: one user is added by REFER, several by a list.</summary>
public sealed class F06F07AddTests
{
    const string InDialog = """
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=*
        Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
        Accept-Contact: *;+g.oma.sip-im
        P-Preferred-Identity: <sip:alice@example.com>
        User-Agent: IM-client/OMA1.0 Confab/*
        !Privacy
        """;

    [Fact]
    public void IMC_ADD_1_to_3_and_6_and_NTF1_and_NTF2_a_user_is_added_inside_of_the_dialog_and_what_comes_of_it_is_told()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        var refer = flow.Sends($"REFER {ClientFlow.Room} SIP/2.0\r\n", InDialog + $"\nTo: <sip:conference-factory@example.com>;tag=s111\nCall-ID: {invite["Call-ID"]}\nCSeq: 2 REFER\nRefer-To: <sip:dave@example.com;method=INVITE>\n"
            + "Refer-Sub: true\nSupported: replaces, timer, norefersub, tdialog\n!Require\nContent-Length: 0"); // 2
        flow.Peer.Answer(refer, 200, $"Contact: {ClientFlow.Focus}\nSupported: norefersub, multiple-refer\nServer: IM-serv/OMA1.0 ExampleAs/1.0"); // 4
        Assert.True(adding.Result().IsAccepted);
        Notify(flow, invite, 1, "Event: refer", "active;expires=60", "SIP/2.0 100 Trying\r\n");
        Notify(flow, invite, 2, "Event: refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"); // 7
        notifier.Partial(1, ("dave@example.com", "connected", ""));
        var events = flow.Scene.Events();
        Assert.Equal(["100 False", "200 True"], events.OfType<ReferProgress>().Select(static p => $"{p.Status} {p.IsFinal}"));
        Assert.Equal(4, events.OfType<RosterChanged>().Single().Users.Count);

        // A second one in the same dialog is told by its number.
        _ = session.AddAsync(["sip:erin@example.com"]);
        flow.Peer.Answer(flow.Sends("REFER", "CSeq: 3 REFER"), 202, $"Contact: {ClientFlow.Focus}");
        Notify(flow, invite, 3, "Event: refer;id=3", "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n");
        Assert.Equal(("sip:erin@example.com", 486, true), flow.Scene.Events().OfType<ReferProgress>().Single() is var told ? (told.Target, told.Status, told.IsFinal) : default);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_ADD_3b_and_NTF3_without_a_subscription_nothing_is_told_but_by_the_roster()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, suppress: true));
        var session = flow.Hosts(out _, out var notifier);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        flow.Peer.Answer(flow.Sends("REFER", InDialog + "\nRefer-Sub: false"), 200, $"Contact: {ClientFlow.Focus}\nRefer-Sub: false");
        Assert.True(adding.Result().IsAccepted);
        notifier.Partial(1, ("dave@example.com", "connected", ""));
        Assert.IsType<RosterChanged>(Assert.Single(flow.Scene.Events()));
        flow.EndsHere();
    }

    [Fact]
    public void IMC_ADD_6_outside_of_the_dialog_it_names_the_dialog_as_its_target()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, outside: true));
        var session = flow.Hosts(out var invite, out _);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        var refer = flow.Sends($"REFER {ClientFlow.Room} SIP/2.0\r\n", InDialog + $"\nTo: <{ClientFlow.Room}>\nCSeq: 1 REFER\nRefer-To: <sip:dave@example.com;method=INVITE>\nRequire: tdialog\n"
            + $"Target-Dialog: {invite["Call-ID"]};local-tag={invite.Tag("From")};remote-tag=s111");
        Assert.NotEqual(invite["Call-ID"], refer["Call-ID"]);
        flow.Peer.Answer(refer, 200, $"Contact: {ClientFlow.Focus}\nSupported: norefersub\nRefer-Sub: false");
        Assert.True(adding.Result().IsAccepted);
        flow.EndsHere();
    }

    [Theory] // 3
    [InlineData(403, "", "Some Phrase")]
    [InlineData(404, "", "Some Phrase")]
    [InlineData(486, "Warning: 399 im.example.com \"Too many participants\"", "Too many participants")]
    public void IMC_ADD_RSP_a_refusal_is_told_and_the_session_goes_on(int status, string headers, string text)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out _);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        flow.Peer.Answer(flow.Sends("REFER"), status, headers);
        Assert.Equal(new ReferOutcome(ReferFailure.Refused, status, text), adding.Result());
        flow.Writes(session, "Well then", ClientFlow.Room);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_ADD_MAX1_more_than_MAX_ADHOC_GROUP_SIZE_are_not_sent()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, largest: 2));
        var session = flow.Hosts(out _, out _);
        var adding = session.AddAsync(["sip:d@example.com", "sip:e@example.com", "sip:f@example.com"]); // 1
        flow.Scene.World.Run();
        Assert.Equal(ReferFailure.MaxAdhocGroupSizeExceeded, adding.Result().Failure);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_ADD_4_4a_4b_4c_and_4d_several_stand_in_a_list_and_only_the_roster_tells()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        var adding = session.AddAsync(["sip:dave@example.com", "sip:erin@example.com"]);
        var refer = flow.Sends($"REFER {ClientFlow.Room} SIP/2.0\r\n", InDialog + $"\nCall-ID: {invite["Call-ID"]}\nRefer-To: <cid:*>\nRefer-Sub: false\nRequire: multiple-refer, norefersub\n!Supported\n"
            + "Content-ID: <*>\nContent-Disposition: recipient-list\nContent-Type: application/resource-lists+xml"); // F7 1
        Assert.Equal(refer["Refer-To"], "<cid:" + refer["Content-ID"]![1..]);
        Assert.Equal(["sip:dave@example.com;method=INVITE", "sip:erin@example.com;method=INVITE"], ClientFlow.Recipients(refer));
        flow.Peer.Answer(refer, 200, $"Contact: {ClientFlow.Focus}\nRefer-Sub: false\nSupported: norefersub, multiple-refer"); // 2
        Assert.True(adding.Result().IsAccepted);
        notifier.Partial(1, ("dave@example.com", "connected", ""), ("erin@example.com", "disconnected", "failed")); // 4
        Assert.Equal(2, Assert.IsType<RosterChanged>(Assert.Single(flow.Scene.Events())).Changed.Count);
        flow.EndsHere();
    }

    [Theory]
    [InlineData(420, 2)]
    [InlineData(403, 0)]
    public void IMC_ADD_RSP_where_lists_are_unknown_each_user_is_referred_to(int status, int refers)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out _);
        var adding = session.AddAsync(["sip:dave@example.com", "sip:erin@example.com"]);
        flow.Peer.Answer(flow.Sends("REFER"), status, status == 420 ? "Unsupported: multiple-refer" : "");
        for (var i = 0; i < refers; i++)
            flow.Peer.Answer(flow.Sends("REFER", $"Refer-To: <sip:{(i == 0 ? "dave" : "erin")}@example.com;method=INVITE>\n!Require"), 200, $"Contact: {ClientFlow.Focus}\nRefer-Sub: false");
        Assert.Equal(refers > 0, adding.Result().IsAccepted);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_TERM_3_who_is_added_is_invited_as_to_any_group()
    {
        using var flow = new ClientFlow();
        var invite = flow.Invites("Referred-By: <sip:bob@example.com>\nAllow-Events: conference, refer\n", "f6-d"); // F6 5
        var session = flow.Next<Invited>().Session;
        Assert.Equal("sip:bob@example.com", session.Peer);
        flow.Accepts(session, invite); // 6
        _ = new ConferenceNotifier(flow);
        flow.EndsHere();
    }

    static void Notify(ClientFlow flow, WireMessage invite, int number, string name, string state, string fragment)
    {
        flow.Peer.Request(
            "NOTIFY",
            "sip:alice@192.0.2.11",
            $"From: <sip:conference-factory@example.com>;tag=s111\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: {number} NOTIFY\nContact: {ClientFlow.Focus}\n{name}\n"
                + $"Subscription-State: {state}\nUser-Agent: IM-serv/OMA1.0 ExampleAs/1.0\nContent-Type: message/sipfrag;version=2.0",
            fragment);
        flow.Sends("SIP/2.0 200", $"CSeq: {number} NOTIFY");
    }
}
