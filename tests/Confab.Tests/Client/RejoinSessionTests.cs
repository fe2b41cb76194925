using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.9: coming back to a session by its identity.</summary>
public sealed class RejoinSessionTests
{
    const string Identity = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string Accepted = $"Contact: <{Identity}>;+g.oma.sip-im\nAllow: INVITE, ACK, BYE, REFER";

    [Fact]
    public void IMC_REJOIN_1_to_5_an_initial_invite_with_a_fresh_offer_goes_to_the_identity()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first, Accepted);
        Leave(scene, session);
        var rejoining = scene.Client.RejoinAsync(session.Identity!);
        var invite = scene.Peer.Expect($"INVITE {Identity} SIP/2.0");
        Assert.Equal($"<{Identity}>", invite["To"]);
        Assert.NotEqual(first["Call-ID"], invite["Call-ID"]);
        Assert.NotEqual(first.Tag("From"), invite.Tag("From"));
        Assert.NotNull(invite.Sdp("path"));
        Assert.NotEqual(first.Sdp("path"), invite.Sdp("path"));
        Assert.Equal("<sip:alice@example.com>", invite["P-Preferred-Identity"]); // IMC-REJOIN-IMS
        Assert.Equal("*;+g.oma.sip-im", invite["Accept-Contact"]);
        Assert.StartsWith("IM-client/OMA1.0", invite["User-Agent"], StringComparison.Ordinal);
        Assert.False(rejoining.IsCompleted);
    }

    [Fact]
    public void IMC_REJOIN_200a_and_200b_the_methods_and_the_new_identity_are_kept()
    {
        using var scene = new Scene();
        var session = scene.Called(out _, Accepted);
        Leave(scene, session);
        var rejoining = scene.Client.RejoinAsync(Identity);
        const string moved = "sip:sess-7f3a@203.0.113.9:5060";
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, $"Contact: <{moved}>;isfocus;+g.oma.sip-im\nAllow: INVITE, ACK, BYE", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        var back = rejoining.Result().Session!;
        Assert.True(back is { IsRejoin: true, IsGroup: true, IsFocus: true });
        Assert.Equal(moved, back.Identity);
        Assert.Equal(["INVITE", "ACK", "BYE"], back.RemoteAllow);
        Assert.Same(back, scene.Events().OfType<Established>().Single().Session);

        // The identity that was called is not the session's any more.
        Assert.Equal(SessionFailure.SessionIdentityExpired, Rejoin(scene, Identity).Failure);
        Assert.Equal(2, scene.Peer.Heard.Count(static m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)));
    }

    [Fact]
    public void IMC_REJOIN_SUB_who_comes_back_subscribes_anew_and_what_was_known_before_is_gone()
    {
        using var scene = new Scene().Registered();
        const string focus = $"Contact: <{Identity}>;isfocus;+g.oma.sip-im";
        var session = scene.Called(out _, focus);
        var first = new ScriptedNotifier(scene).Accepted();
        first.Notify(SubscribeToConferenceTests.Document("full", 0, SubscribeToConferenceTests.User("alice", "connected"), SubscribeToConferenceTests.User("bob", "connected")));
        Leave(scene, session);
        var rejoining = scene.Client.RejoinAsync(Identity);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, focus, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        var back = rejoining.Result().Session!;
        var second = new ScriptedNotifier(scene).Accepted();
        Assert.NotEqual(first.Subscribe["Call-ID"], second.Subscribe["Call-ID"]);
        Assert.Empty(back.Roster);

        // A change of what only the old one knows is a gap for the new one; its own documents begin anew.
        second.Notify(SubscribeToConferenceTests.Document("full", 0, SubscribeToConferenceTests.User("alice", "connected")));
        Assert.Equal("sip:alice@example.com", Assert.Single(back.Roster).Address);
        scene.Events();

        // The old one is ended by the client where the server does not end it.
        scene.World.Advance(TimeSpan.FromSeconds(1));
        var unsubscribe = scene.Peer.Expect("SUBSCRIBE");
        Assert.Equal((first.Subscribe["Call-ID"], "0"), (unsubscribe["Call-ID"], unsubscribe["Expires"]));
    }

    [Fact]
    public void IMC_REJOIN_1_and_1a_an_identity_that_was_never_entered_fails_without_a_packet()
    {
        using var scene = new Scene();
        var outcome = Rejoin(scene, "sip:sess-other@198.51.100.5");
        Assert.Equal(SessionFailure.SessionIdentityExpired, outcome.Failure);
        Assert.Null(outcome.Session);
        Assert.NotEmpty(outcome.Text);
        scene.Peer.ExpectSilence();
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void IMC_REJOIN_KEEP_the_identity_is_kept_until_the_600th_second_after_leaving()
    {
        using var scene = new Scene();
        var session = scene.Called(out _, Accepted);
        scene.World.Advance(TimeSpan.FromSeconds(5000)); // the time in the session does not count
        Leave(scene, session);
        scene.World.Advance(TimeSpan.FromSeconds(599.9));
        _ = scene.Client.RejoinAsync(Identity);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 486);
        scene.Peer.Expect("ACK");
        scene.World.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(SessionFailure.SessionIdentityExpired, Rejoin(scene, Identity).Failure);
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_REJOIN_EXP_after_it_an_invitation_leads_back_all_the_same()
    {
        using var scene = new Scene(change: options => Kept(options, TimeSpan.Zero)).Registered();
        var session = scene.Called(out _, Accepted);
        Leave(scene, session);
        Assert.Equal(SessionFailure.SessionIdentityExpired, Rejoin(scene, Identity).Failure);
        scene.Invite($"<{Identity}>;isfocus");
        Assert.Equal(Identity, Assert.IsType<Invited>(Assert.Single(scene.Events())).Session.Identity);
        scene.Peer.Expect("SIP/2.0 180 ");
    }

    [Fact]
    public void IMC_REL_KEEP_a_released_session_can_be_tried_again()
    {
        using var scene = new Scene();
        scene.Called(out var first, Accepted);
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=bobtag\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 9 BYE");
        scene.Peer.Expect("SIP/2.0 200 ");
        _ = scene.Client.RejoinAsync(Identity);
        scene.Peer.Expect($"INVITE {Identity} ");
    }

    [Fact]
    public void IMC_LEAVE_KEEP_a_session_whose_connection_broke_can_be_tried_again()
    {
        using var scene = new Scene();
        scene.Called(out _, Accepted);
        scene.Peer.Msrp!.Close();
        scene.World.Run();
        scene.Peer.Expect("BYE");
        var rejoining = scene.Client.RejoinAsync(Identity); // its own BYE is still on its way
        scene.Peer.Answer(scene.Peer.Expect($"INVITE {Identity} "), 200, Accepted, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        Assert.True(rejoining.Result().IsEstablished);
    }

    [Theory]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(410, false)]
    [InlineData(481, false)]
    [InlineData(486, true)]
    [InlineData(488, true)]
    [InlineData(503, true)]
    public void IMC_REJOIN_ERR_only_what_says_that_there_is_no_way_back_ends_the_keeping(int status, bool isKept)
    {
        using var scene = new Scene();
        Leave(scene, scene.Called(out _, Accepted));
        var rejoining = scene.Client.RejoinAsync(Identity);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status, "Warning: 399 example.com \"The reason\"");
        scene.Peer.Expect("ACK");
        Assert.Equal((SessionFailure.Refused, status, "The reason"), (rejoining.Result().Failure, rejoining.Result().Status, rejoining.Result().Text));
        Assert.False(rejoining.Result().Session!.WasEstablished);
        var again = scene.Client.RejoinAsync(Identity);
        scene.World.Run();
        if (isKept) scene.Peer.Expect("INVITE");
        else Assert.Equal(SessionFailure.SessionIdentityExpired, again.Result().Failure);
    }

    [Fact]
    public void IMC_REJOIN_KEEP_a_rejoined_session_that_is_left_is_kept_anew()
    {
        using var scene = new Scene();
        Leave(scene, scene.Called(out _, Accepted));
        scene.World.Advance(TimeSpan.FromSeconds(500));
        var rejoining = scene.Client.RejoinAsync(Identity);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Accepted, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        Leave(scene, rejoining.Result().Session!);
        scene.World.Advance(TimeSpan.FromSeconds(500));
        _ = scene.Client.RejoinAsync(Identity);
        scene.Peer.Expect("INVITE");
    }

    [Fact]
    public void IMC_REJOIN_KEEP_the_oldest_identity_goes_when_more_are_left_than_sessions_may_stand()
    {
        using var scene = new Scene(change: static options => new ImClientOptions
        {
            Address = options.Address, Password = options.Password, Server = options.Server, LocalAddress = options.LocalAddress, MaxSessions = 2,
        });
        for (var i = 1; i <= 3; i++) Leave(scene, scene.Called(out _, $"Contact: <sip:sess-{i}@198.51.100.5;transport=tcp>"));
        Assert.Equal(SessionFailure.SessionIdentityExpired, Rejoin(scene, "sip:sess-1@198.51.100.5;transport=tcp").Failure);
        _ = scene.Client.RejoinAsync("sip:sess-2@198.51.100.5;transport=tcp");
        scene.Peer.Expect("INVITE sip:sess-2@");
    }

    [Fact]
    public void An_anonymous_session_is_rejoined_anonymously()
    {
        using var scene = new Scene();
        var calling = scene.Client.GroupAsync(["sip:bob@example.com"], anonymous: true);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Accepted, ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        Leave(scene, calling.Result().Session!);
        _ = scene.Client.RejoinAsync(Identity);
        var invite = scene.Peer.Expect("INVITE");
        Assert.Equal("id", invite["Privacy"]);
        Assert.StartsWith("\"Anonymous\" <sip:anonymous@anonymous.invalid>", invite["From"], StringComparison.Ordinal);
    }

    [Fact]
    public void Giving_the_rejoin_up_cancels_it_and_the_identity_stays()
    {
        using var scene = new Scene();
        Leave(scene, scene.Called(out _, Accepted));
        using var given = new CancellationTokenSource();
        _ = scene.Client.RejoinAsync(Identity, given.Token);
        var invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 180);
        given.Cancel();
        scene.Peer.Answer(scene.Peer.Expect("CANCEL"), 200);
        scene.Peer.Answer(invite, 487);
        scene.Peer.Expect("ACK");
        _ = scene.Client.RejoinAsync(Identity);
        scene.Peer.Expect("INVITE");
    }

    static SessionOutcome Rejoin(Scene scene, string identity)
    {
        var rejoining = scene.Client.RejoinAsync(identity);
        scene.World.Run();
        return rejoining.Result();
    }

    static void Leave(Scene scene, ImSession session)
    {
        var leaving = session.LeaveAsync();
        scene.World.Run();
        while (!leaving.IsCompleted)
        {
            var request = scene.Peer.Expect("");
            if (request.StartLine.StartsWith("BYE", StringComparison.Ordinal)) scene.Peer.Answer(request, 200);
        }

        Assert.True(leaving.Result());
        scene.Events();
    }

    static ImClientOptions Kept(ImClientOptions options, TimeSpan retention) => new()
    {
        Address = options.Address,
        Password = options.Password,
        Server = options.Server,
        LocalAddress = options.LocalAddress,
        SessionIdentityRetention = retention,
    };
}
