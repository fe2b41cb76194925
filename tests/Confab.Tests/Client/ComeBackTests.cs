using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>What the client does by itself when the network goes and comes back.</summary>
public sealed class ComeBackTests
{
    const string Identity = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string Focus = $"Contact: <{Identity}>;isfocus;+g.oma.sip-im\nAllow-Events: refer";

    static ImSession Group(Scene scene)
    {
        var session = scene.Called(out _, Focus);
        Assert.True(session.IsFocus);
        return session;
    }

    /// <summary>All connections break.</summary>
    static void Break(Scene scene)
    {
        foreach (var stream in scene.World.Network.Streams.ToArray()) stream.Break();
        scene.World.Run();
    }

    static void Reregister(Scene scene, TimeSpan within)
    {
        Assert.True(scene.World.RunUntil(() => scene.Peer.TryHear("REGISTER", out _), within), "No REGISTER came");
        var register = scene.Peer.Heard[^1];
        scene.Peer.Answer(register, 200, "Expires: 3600");
    }

    [Fact]
    public void A_lost_connection_for_messages_is_opened_again_for_the_same_session()
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        scene.Peer.Msrp!.Close();
        Assert.IsType<Interrupted>(Assert.Single(scene.Events()));
        Assert.Equal(ImSessionState.Established, session.State);
        var before = scene.Peer.Msrp;
        scene.World.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Same(before, scene.Peer.Msrp);
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(before, scene.Peer.Msrp);
        var binding = scene.Peer.Msrp.Expect();
        Assert.Equal(invite.Sdp("path"), ScriptedMsrp.Header(binding, "From-Path"));
        Assert.Empty(scene.Events());
        scene.Peer.Msrp.Answer(binding);
        Assert.IsType<Resumed>(Assert.Single(scene.Events()));
        var sending = session.SendAsync("back");
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void A_peer_that_refuses_the_new_connection_ends_the_session_by_bye()
    {
        using var scene = new Scene();
        scene.Called(out _);
        scene.Peer.Msrp!.Close();
        scene.World.Advance(TimeSpan.FromSeconds(1));
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect(), "481 No Such Session");
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        var ended = Assert.IsType<Ended>(scene.Events()[^1]);
        Assert.Equal((SessionEnd.Failed, "The connection for messages was lost.", false), (ended.Reason, ended.Text, ended.IsComingBack));
    }

    [Fact]
    public void A_connection_that_breaks_again_and_again_is_given_up_after_four_times()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var opened = 0;
        for (var i = 0; i < 10 && session.State == ImSessionState.Established; i++)
        {
            var before = scene.Peer.Msrp;
            before!.Close();
            scene.World.Advance(TimeSpan.FromSeconds(5));
            if (scene.Peer.Msrp == before) break;
            opened++;
            scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        }

        Assert.Equal(4, opened);
        scene.Peer.Expect("BYE");

        // One that stood for a minute is worth as many tries as the first.
        using var other = new Scene();
        session = other.Called(out _);
        for (var i = 0; i < 10; i++)
        {
            other.Peer.Msrp!.Close();
            other.World.Advance(TimeSpan.FromMilliseconds(200));
            other.Peer.Msrp.Answer(other.Peer.Msrp.Expect());
            other.World.Advance(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(ImSessionState.Established, session.State);
    }

    /// <summary>Nobody rejoins a 1-1 session: it waits for the network, and for the server, for two minutes.</summary>
    [Theory]
    [InlineData(118, true)]
    [InlineData(140, false)]
    public void A_1_1_session_outlives_two_minutes_without_the_network(int seconds, bool lives)
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out var invite);
        scene.Peer.GoDown();
        scene.World.Advance(TimeSpan.FromSeconds(seconds));
        var events = scene.Events();
        Assert.Single(events.OfType<Interrupted>());
        Assert.Equal(lives ? ImSessionState.Established : ImSessionState.Ended, session.State);
        if (!lives)
        {
            Assert.Equal("The connection for messages was lost.", events.OfType<Ended>().Single().Text);
            return;
        }

        var before = scene.Peer.Msrp;
        scene.Peer.Open();
        Assert.True(scene.World.RunUntil(() => scene.Peer.Msrp != before, TimeSpan.FromSeconds(60)));
        var binding = scene.Peer.Msrp!.Expect();
        Assert.Equal(invite.Sdp("path"), ScriptedMsrp.Header(binding, "From-Path"));
        scene.Peer.Msrp.Answer(binding);
        Assert.Single(scene.Events().OfType<Resumed>());
        var sending = session.SendAsync("back");
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
    }

    /// <summary>The connection for SIP alone was lost: the server is told where the user is now, in each session (RFC 3261 12.2).</summary>
    [Theory]
    [InlineData("Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im", "200")]
    [InlineData(Focus, "200")]
    [InlineData(Focus, "488")]
    [InlineData(Focus, "481")]
    public void A_new_way_to_the_server_is_told_to_it_in_each_session(string headers, string status)
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out var invite, headers);
        if (scene.TryHear("SUBSCRIBE", out var subscribe)) scene.Peer.Answer(subscribe, 403);
        scene.Peer.Flow!.Close(Confab.Runtime.EndReason.None);
        scene.World.Run();
        Reregister(scene, TimeSpan.FromSeconds(1));
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect()); // it is asked whether it is there
        scene.Events();
        var again = scene.Peer.Expect("INVITE sip:");
        Assert.Equal((invite["Call-ID"], invite.Tag("From")), (again["Call-ID"], again.Tag("From")));
        Assert.NotEqual(invite["Contact"], again["Contact"]); // another port
        Assert.Equal((invite.Sdp("path"), invite["Content-Type"]), (again.Sdp("path"), again["Content-Type"]));
        scene.Peer.Answer(again, int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), headers, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        scene.World.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(status == "481" ? ImSessionState.Ended : ImSessionState.Established, session.State);
        Assert.DoesNotContain(scene.Events(), static e => e is Modified); // nothing is new
        if (status == "481") return;
        var sending = session.SendAsync("still here");
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
    }

    [Fact]
    public void IMC_REJOIN_KEEP_a_group_that_went_with_the_network_is_come_back_to_when_the_client_is_registered_again()
    {
        using var scene = new Scene().Registered();
        var session = Group(scene);
        Break(scene);
        var events = scene.Events();
        Assert.Contains(events, static e => e is Unregistered { Retrying: true });
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        var ended = scene.Events().OfType<Ended>().Single();
        Assert.Equal((session, SessionEnd.Failed, true), (ended.Session, ended.Reason, ended.IsComingBack));

        Reregister(scene, TimeSpan.FromSeconds(1));
        var invite = scene.Peer.Expect($"INVITE {Identity} ");
        scene.Peer.Answer(invite, 200, Focus, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        events = scene.Events();
        Assert.Contains(events, static e => e is Registered);
        var back = events.OfType<Established>().Single().Session;
        Assert.True(back is { IsRejoin: true, IsGroup: true });

        // The server does not end the old dialog: the client does.
        scene.World.Advance(TimeSpan.FromMilliseconds(4999));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 481);
        scene.Peer.ExpectSilence();
        Assert.Equal(ImSessionState.Established, back.State);
    }

    [Fact]
    public void Coming_back_goes_on_while_the_way_back_may_open_and_ends_when_there_is_none()
    {
        using var scene = new Scene().Registered();
        Group(scene);
        Break(scene);
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        Reregister(scene, TimeSpan.FromSeconds(1));
        foreach (var status in (int[])[486, 503, 480])
        {
            WireMessage? invite = null;
            Assert.True(scene.World.RunUntil(() => scene.TryHear($"INVITE {Identity} ", out invite), TimeSpan.FromSeconds(8)));
            scene.Peer.Answer(invite!, status);
            scene.Peer.Expect("ACK");
        }

        scene.Events();
        WireMessage? last = null;
        Assert.True(scene.World.RunUntil(() => scene.TryHear($"INVITE {Identity} ", out last), TimeSpan.FromSeconds(16)));
        scene.Peer.Answer(last!, 404);
        scene.Peer.Expect("ACK");
        Assert.Equal((SessionEnd.Failed, 404), scene.Events().OfType<Ended>().Select(static e => (e.Reason, e.Status)).Single());
        scene.Peer.Expect("BYE"); // of the dialog that was lost
        scene.Peer.Ignore();
        scene.World.Advance(TimeSpan.FromMinutes(20));
        Assert.DoesNotContain(scene.Peer.Heard[^1].Text, "INVITE", StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_REJOIN_KEEP_after_600_seconds_nobody_comes_back()
    {
        using var scene = new Scene().Registered();
        Group(scene);
        Break(scene);
        scene.World.Advance(TimeSpan.FromMilliseconds(200)); // the session is over from now on
        scene.Peer.Ignore();
        scene.World.Advance(TimeSpan.FromSeconds(601)); // no REGISTER is answered
        scene.Events();
        WireMessage? register = null;
        Assert.True(scene.World.RunUntil(() => scene.TryHear("REGISTER", out register), TimeSpan.FromSeconds(200)) || scene.Peer.Heard.Count > 0);
        scene.Peer.Answer(scene.Peer.Heard.Last(static m => m.StartLine.StartsWith("REGISTER", StringComparison.Ordinal)), 200, "Expires: 3600");
        scene.World.Advance(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(scene.Peer.Heard, static m => m.StartLine.StartsWith($"INVITE {Identity}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_user_who_rejoins_while_the_client_is_at_it_waits_for_the_same_answer()
    {
        using var scene = new Scene().Registered();
        Group(scene);
        Break(scene);
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        Reregister(scene, TimeSpan.FromSeconds(1));
        var invite = scene.Peer.Expect($"INVITE {Identity} ");
        var rejoining = scene.Client.RejoinAsync(Identity);
        scene.Peer.ExpectSilence();
        scene.Peer.Answer(invite, 200, Focus, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        scene.World.Run();
        Assert.True(rejoining.Result().IsEstablished);
        Assert.Same(scene.Events().OfType<Established>().Single().Session, rejoining.Result().Session);
    }

    [Theory]
    [InlineData("leave")]
    [InlineData("rejoin")]
    [InlineData("option")]
    public void A_user_who_leaves_or_comes_back_himself_or_wants_none_of_it_is_not_brought_back(string how)
    {
        using var scene = new Scene(change: o => new ImClientOptions
        {
            Address = o.Address, Password = o.Password, Server = o.Server, RejoinLostSessions = how != "option",
        }).Registered();
        var session = Group(scene);
        Break(scene);
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        if (how == "leave") _ = session.LeaveAsync();
        if (how == "rejoin") _ = scene.Client.RejoinAsync(Identity);
        scene.World.Advance(TimeSpan.FromSeconds(30));
        var invites = scene.Peer.Heard.Count(static m => m.StartLine.StartsWith($"INVITE {Identity}", StringComparison.Ordinal));
        Assert.Equal(how == "rejoin" ? 1 : 0, invites);
    }

    [Fact]
    public void RFC_5626_4_4_1_a_server_that_stops_answering_keep_alives_is_gone_after_10_seconds()
    {
        using var scene = new Scene().Registered();
        var first = scene.Peer.Flow!;
        scene.World.Advance(TimeSpan.FromSeconds(100));
        Assert.True(scene.Peer.TakePing());
        scene.Peer.Send("\r\n");
        scene.World.Advance(TimeSpan.FromSeconds(110)); // the first wait, and the next ping
        Assert.True(scene.Peer.TakePing());
        scene.World.Advance(TimeSpan.FromMilliseconds(9999));
        Assert.True(first.IsOpen);
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(first.IsOpen);
        Assert.IsType<Unregistered>(scene.NextEvent());
        Reregister(scene, TimeSpan.FromSeconds(1));
        Assert.IsType<Registered>(scene.NextEvent());
    }

    [Fact]
    public void RFC_5626_4_4_1_a_server_that_knows_no_keep_alive_is_not_taken_for_dead()
    {
        using var scene = new Scene().Registered();
        var first = scene.Peer.Flow!;
        scene.World.Advance(TimeSpan.FromSeconds(1000));
        Assert.True(first.IsOpen);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_session_that_seems_to_stand_is_asked_when_the_way_is_there_again()
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out _);
        scene.Peer.Flow!.Close(Confab.Runtime.EndReason.None);
        scene.World.Run();
        Reregister(scene, TimeSpan.FromSeconds(1));
        var probe = scene.Peer.Msrp!.Expect();
        Assert.DoesNotContain("\r\n\r\n", probe, StringComparison.Ordinal);
        scene.Events();
        scene.World.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.Empty(scene.Events());
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<Interrupted>(Assert.Single(scene.Events()));
        scene.World.Advance(TimeSpan.FromMilliseconds(200));
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.IsType<Resumed>(Assert.Single(scene.Events()));
        Assert.Equal(ImSessionState.Established, session.State);
    }
}
