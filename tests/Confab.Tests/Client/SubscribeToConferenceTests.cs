using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.11: the client's subscription to the conference state.</summary>
public sealed class SubscribeToConferenceTests
{
    const string Room = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string Focus = $"Contact: <{Room}>;isfocus;+g.oma.sip-im";

    [Fact]
    public void IMC_SUB_1_and_2_and_INV_SUB_a_group_is_subscribed_to_in_a_dialog_of_its_own()
    {
        using var scene = new Scene().Registered();
        var invite = Group(scene, out var session);
        var subscribe = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal(Room, subscribe.RequestUri);
        Assert.Equal($"<{Room}>", subscribe["To"]);
        Assert.NotEqual(invite["Call-ID"], subscribe["Call-ID"]);
        Assert.NotEqual(invite.Tag("From"), subscribe.Tag("From"));
        Assert.Equal(("conference", "application/conference-info+xml", "3600"), (subscribe["Event"], subscribe["Accept"], subscribe["Expires"]));
        Assert.Equal("*;+g.oma.sip-im", subscribe["Accept-Contact"]);
        Assert.Equal("<sip:alice@example.com>", subscribe["P-Preferred-Identity"]);
        Assert.Matches(@"^<sip:alice@192\.0\.2\.11:\d+;transport=tcp>;\+g\.oma\.sip-im$", subscribe["Contact"]);
        Assert.Empty(session.Roster);
    }

    [Theory]
    [InlineData("Contact: <sip:one@198.51.100.5:5060>;+g.oma.sip-im")]
    [InlineData(Focus + "\nAllow-Events: refer")]
    public void IMC_INV_SUB_what_is_no_focus_or_has_no_such_events_is_not_subscribed_to(string headers)
    {
        using var scene = new Scene().Registered();
        scene.Called(out _, headers);
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_SUB_4_the_roster_is_merged_and_each_change_is_an_event()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected"), User("bob", "alerting", "Bob")));
        var told = Assert.IsType<RosterChanged>(Assert.Single(scene.Events()));
        Assert.Equal([new("sip:alice@example.com", "connected", null, ""), new("sip:bob@example.com", "alerting", null, "Bob")], told.Users);
        Assert.Same(told.Users, session.Roster);

        notifier.Notify(Document("partial", 1, User("bob", "connected", "Bob")));
        told = Assert.IsType<RosterChanged>(Assert.Single(scene.Events()));
        Assert.Equal("sip:bob@example.com", Assert.Single(told.Changed).Address);
        Assert.Equal(2, told.Users.Count);

        notifier.Notify(Document("partial", 1, User("carol", "connected"))); // a double
        notifier.Notify(Document("full", 2, User("alice", "connected"), User("bob", "connected", "Bob"))); // nothing new
        Assert.Empty(scene.Events());
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_SUB_3_a_gap_is_refreshed_away()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        notifier.Notify(Document("partial", 3, User("carol", "connected")));
        var refresh = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal((notifier.Subscribe["Call-ID"], "notifier", "2 SUBSCRIBE"), (refresh["Call-ID"], refresh.Tag("To"), refresh["CSeq"]));
        scene.Peer.Answer(refresh, 200, "Expires: 3600");
        notifier.Notify(Document("full", 3, User("alice", "connected"), User("carol", "connected")));
        Assert.Equal(2, session.Roster.Count);
    }

    [Fact]
    public void A_server_whose_versions_jump_for_ever_is_asked_but_a_few_times_and_not_often()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        var asked = 0;
        for (var i = 1; i <= 50; i++)
        {
            notifier.Notify(Document("partial", (uint)(2 * i), User("x", "connected")));
            if (i % 5 == 0) scene.World.Advance(TimeSpan.FromSeconds(1));
            while (scene.TryHear("SUBSCRIBE", out var refresh))
            {
                asked++;
                scene.Peer.Answer(refresh, 200, "Expires: 3600");
            }
        }

        Assert.InRange(asked, 1, 3);
    }

    [Fact]
    public void What_is_no_document_is_refused_and_harms_nothing()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        notifier.Notify("<conference-info", expect: 400);
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE "), 200, "Expires: 3600");
        notifier.Notify("Lunch?", expect: 415, type: "text/plain");
        notifier.Notify("", expect: 200);
        notifier.Notify("", expect: 400, state: "");
        Assert.Single(session.Roster);
    }

    [Fact]
    public void A_roster_of_ten_thousand_is_taken_and_more_is_refused()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        for (uint part = 0; part < 10; part++)
            notifier.Notify(Document(part == 0 ? "full" : "partial", part, [.. Enumerable.Range((int)part * 1000, 1000).Select(i => $"<user entity='sip:u{i}@h'><endpoint entity='1'><status>connected</status></endpoint></user>")]));
        Assert.Equal(10_000, session.Roster.Count);
        notifier.Notify(Document("partial", 10, User("last", "connected")));
        Assert.Equal(10_000, session.Roster.Count);
    }

    [Fact]
    public void IMC_SUB_6_a_NOTIFY_of_nothing_is_answered_481_and_of_another_package_489()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", "From: <sip:x@h>;tag=1\nTo: <sip:alice@example.com>;tag=2\nCall-ID: none\nCSeq: 1 NOTIFY\nEvent: conference\nSubscription-State: active");
        scene.Peer.Expect("SIP/2.0 481");
        scene.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", "From: <sip:x@h>;tag=1\nTo: <sip:alice@example.com>;tag=2\nCall-ID: none\nCSeq: 2 NOTIFY\nEvent: presence\nSubscription-State: active");
        Assert.Equal("conference, refer", scene.Peer.Expect("SIP/2.0 489")["Allow-Events"]);
        scene.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", "From: <sip:x@h>;tag=1\nTo: <sip:alice@example.com>\nCall-ID: none\nCSeq: 3 NOTIFY\nEvent: conference\nSubscription-State: active");
        scene.Peer.Expect("SIP/2.0 481");
    }

    [Fact]
    public void IMC_SUB_6_the_NOTIFY_may_come_before_the_200_and_an_older_one_is_refused()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene);
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        Assert.Single(session.Roster);
        notifier.Accepted();
        notifier.Notify(Document("partial", 1, User("bob", "connected")));
        Assert.Equal(2, session.Roster.Count);
        notifier.Notify(Document("partial", 2, User("carol", "connected")), expect: 500, number: 1);

        // Another device of a fork: one subscription is enough (RFC 4575 3.8).
        notifier.Notify(Document("full", 0, User("dave", "connected")), expect: 481, tag: "other");
        Assert.Equal(2, session.Roster.Count);
    }

    [Fact]
    public void IMC_SUB_7_it_is_refreshed_before_it_expires_as_the_NOTIFY_has_it()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")), state: "active;expires=100");
        scene.World.Advance(TimeSpan.FromMilliseconds(49_999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        var refresh = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal(("2 SUBSCRIBE", "3600", notifier.Subscribe["Call-ID"]), (refresh["CSeq"], refresh["Expires"], refresh["Call-ID"]));
        scene.Peer.Answer(refresh, 200, "Expires: 3600");

        // Timer N: a refresh that no NOTIFY follows is the end, and another beginning.
        scene.World.Advance(TimeSpan.FromMilliseconds(31_999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        scene.World.Advance(TimeSpan.FromSeconds(30));
        Assert.NotEqual(notifier.Subscribe["Call-ID"], scene.Peer.Expect("SUBSCRIBE ")["Call-ID"]);
    }

    [Theory]
    [InlineData("noresource", -1)]
    [InlineData("rejected", -1)]
    [InlineData("invariant;retry-after=5", -1)]
    [InlineData("deactivated;retry-after=9", 0)]
    [InlineData("timeout", 0)]
    [InlineData("unheard-of", 0)]
    [InlineData("unheard-of;retry-after=7", 7)]
    [InlineData("probation;retry-after=60", 60)]
    [InlineData("giveup", 30)]
    public void IMC_SUB_8_the_reason_says_whether_to_come_again(string reason, int seconds)
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        notifier.Notify("", state: $"terminated;reason={reason}");
        if (seconds > 0)
        {
            scene.World.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            scene.Peer.ExpectSilence();
            scene.World.Advance(TimeSpan.FromMilliseconds(1));
        }

        scene.World.Advance(TimeSpan.Zero);
        if (seconds >= 0) Assert.NotEqual(notifier.Subscribe["Call-ID"], scene.Peer.Expect("SUBSCRIBE ")["Call-ID"]);
        else
        {
            scene.World.Advance(TimeSpan.FromMinutes(10));
            Assert.False(scene.TryHear("SUBSCRIBE", out _));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IMC_SUB_8_a_subscription_that_never_lives_is_tried_ever_more_rarely_whatever_it_told(bool tells)
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var tries = 0;
        for (var second = 0; second < 300; second++)
        {
            while (tries < 100 && scene.TryHear("SUBSCRIBE", out var subscribe))
            {
                tries++;
                var notifier = new ScriptedNotifier(scene, subscribe).Accepted();
                if (tells) notifier.Notify(Document("full", 0, User("alice", "connected")));
                notifier.Notify("", state: "terminated;reason=deactivated");
            }

            scene.World.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(tries, 4, 12);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(489)]
    public void A_refusal_is_one(int status)
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE "), status);
        scene.World.Advance(TimeSpan.FromMinutes(5));
        Assert.False(scene.TryHear("SUBSCRIBE", out _));
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void A_challenge_is_met_and_423_is_followed_once()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE "), 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", qop=\"auth\", algorithm=MD5");
        var proven = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Contains("nonce=\"n1\"", proven["Authorization"], StringComparison.Ordinal);
        scene.Peer.Answer(proven, 423, "Min-Expires: 7200");
        var longer = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal("7200", longer["Expires"]);
        scene.Peer.Answer(longer, 423, "Min-Expires: 9000");
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void A_busy_server_is_asked_again_when_it_says()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE "), 503, "Retry-After: 60");
        scene.World.Advance(TimeSpan.FromMilliseconds(59_999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        scene.Peer.Expect("SUBSCRIBE ");
    }

    [Fact]
    public void A_forgotten_subscription_is_made_anew()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 5, User("alice", "connected")), state: "active;expires=100");
        scene.World.Advance(TimeSpan.FromSeconds(50));
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE "), 481);
        scene.World.Advance(TimeSpan.Zero);
        var again = scene.Peer.Expect("SUBSCRIBE ");
        new ScriptedNotifier(scene, again).Accepted().Notify(Document("full", 0, User("bob", "connected")));
        Assert.Equal("sip:bob@example.com", Assert.IsType<RosterChanged>(scene.Events()[^1]).Users[0].Address);
    }

    [Fact]
    public void IMC_SUB_5_a_deleted_conference_is_unsubscribed_from_unless_that_was_the_end()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        notifier.Notify(Document("deleted", 1));
        var leave = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal(("0", "2 SUBSCRIBE"), (leave["Expires"], leave["CSeq"]));
        scene.Peer.Answer(leave, 200, "Expires: 0");
        notifier.Notify("", state: "terminated;reason=timeout");
        scene.World.Advance(TimeSpan.FromMinutes(2));
        Assert.False(scene.TryHear("SUBSCRIBE", out _));
    }

    [Fact]
    public void IMC_SUB_5_a_deleted_conference_whose_subscription_ends_with_it_is_not()
    {
        using var scene = new Scene().Registered();
        Group(scene, out _);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        notifier.Notify(Document("deleted", 1), state: "terminated;reason=noresource");
        scene.World.Advance(TimeSpan.FromMinutes(2));
        Assert.False(scene.TryHear("SUBSCRIBE", out _));
    }

    [Fact]
    public void IMC_SUB_9_who_leaves_unsubscribes_unless_the_server_ends_it_first()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        var leaving = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE "), 200);
        Assert.True(leaving.Result());
        scene.World.Advance(TimeSpan.FromMilliseconds(999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        var leave = scene.Peer.Expect("SUBSCRIBE ");
        Assert.Equal("0", leave["Expires"]);

        // A NOTIFY of a change crosses it.
        notifier.Notify(Document("partial", 1, User("bob", "connected")));
        scene.Peer.Answer(leave, 200, "Expires: 0");
        notifier.Notify("", state: "terminated;reason=timeout");
        notifier.Notify("", expect: 481, state: "terminated;reason=timeout");
        Assert.DoesNotContain(scene.Events(), static happened => happened is RosterChanged { Users.Count: 2 });
    }

    [Fact]
    public void IMC_SUB_9_the_server_is_given_the_first_word()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var notifier = new ScriptedNotifier(scene).Accepted();
        notifier.Notify(Document("full", 0, User("alice", "connected")));
        _ = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE "), 200);
        notifier.Notify("", state: "terminated;reason=noresource");
        scene.World.Advance(TimeSpan.FromMinutes(2));
        Assert.False(scene.TryHear("SUBSCRIBE", out _));
    }

    [Fact]
    public void The_NOTIFY_that_never_comes_is_waited_for_no_longer_than_Timer_N()
    {
        using var scene = new Scene().Registered();
        Group(scene, out var session);
        var subscribe = scene.Peer.Expect("SUBSCRIBE ");
        scene.Peer.Answer(subscribe, 200, "Expires: 3600");
        _ = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE "), 200);
        scene.World.Advance(TimeSpan.FromMinutes(2));
        scene.Peer.Ignore();
        new ScriptedNotifier(scene, subscribe).Notify(Document("full", 0), expect: 481);
    }

    static WireMessage Group(Scene scene, out ImSession session)
    {
        session = scene.Called(out var invite, Focus);
        return invite;
    }

    internal static string Document(string state, uint version, params string[] users) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="{Room}" state="{state}" version="{version}">"""
        + (state == "deleted" ? "" : $"<users state=\"{state}\">{string.Concat(users)}</users>") + "</conference-info>";

    internal static string User(string name, string status, string display = "") =>
        $"<user entity='sip:{name}@example.com'>{(display.Length > 0 ? $"<display-text>{display}</display-text>" : "")}<endpoint entity='1'><status>{status}</status></endpoint></user>";
}

/// <summary>The server's end of one subscription, in plain text.</summary>
sealed class ScriptedNotifier
{
    readonly Scene _scene;
    int _number;

    public ScriptedNotifier(Scene scene, WireMessage? subscribe = null)
    {
        _scene = scene;
        Subscribe = subscribe ?? scene.Peer.Expect("SUBSCRIBE ");
    }

    public WireMessage Subscribe { get; }

    public ScriptedNotifier Accepted()
    {
        _scene.Peer.Answer(Subscribe, 200, "Expires: 3600\nContact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus", tag: "notifier");
        return this;
    }

    public void Notify(string body, int expect = 200, string state = "active;expires=3600", string type = "application/conference-info+xml", int number = 0, string tag = "notifier")
    {
        _scene.Peer.Request(
            "NOTIFY",
            "sip:alice@192.0.2.11",
            $"From: {Subscribe["To"]!.Split(";tag=")[0]};tag={tag}\nTo: {Subscribe["From"]}\nCall-ID: {Subscribe["Call-ID"]}\nCSeq: {(number == 0 ? ++_number : number)} NOTIFY\nEvent: conference\n"
            + $"Contact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus\n{(state.Length > 0 ? $"Subscription-State: {state}\n" : "")}"
            + (body.Length > 0 ? $"Content-Type: {type}" : ""),
            body);
        Assert.True(_scene.TryHear("SIP/2.0", out var answer), "No answer to the NOTIFY");
        Assert.Equal((expect, "NOTIFY"), (answer.Status, answer.Method));
    }
}
