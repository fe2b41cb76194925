using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.6: a 1-1 session becomes a conference.</summary>
public sealed class ExtendSessionTests
{
    const string Focus = "Contact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus;+g.oma.sip-im\nAllow: INVITE, ACK, BYE, REFER";

    [Fact]
    public void IMC_EXT_1_to_9_an_initial_invite_to_the_factory_lists_the_other_party_with_the_dialog_and_the_others()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        var extending = session.ExtendAsync(["sip:carol@example.com", "sip:CAROL@example.com", "sip:carol@EXAMPLE.com", "sip:bob@example.com", "sip:alice@example.com"]);
        var invite = scene.Peer.Expect("INVITE sip:conference-factory@example.com SIP/2.0");
        Assert.NotEqual(first["Call-ID"], invite["Call-ID"]);
        Assert.Equal("<sip:conference-factory@example.com>", invite["To"]);
        Assert.Null(invite["Replaces"]);
        Assert.Equal("recipient-list-invite", invite["Require"]);
        Assert.StartsWith("multipart/mixed;boundary=", invite["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n", invite.Body, StringComparison.Ordinal);
        Assert.Single(invite.Body.Split("Content-Type: application/sdp")[1..]);
        Assert.NotEqual(first.Sdp("path"), invite.Sdp("path"));

        // IMC-EXT-8a: to-tag is bob's, from-tag alice's
        var callId = Uri.EscapeDataString(first["Call-ID"]!);
        Assert.Contains($"""<entry uri="sip:bob@example.com?Replaces={callId}%3Bto-tag%3Dbobtag%3Bfrom-tag%3D{first.Tag("From")}" """, invite.Body, StringComparison.Ordinal);
        Assert.Contains("""<entry uri="sip:carol@example.com" """, invite.Body, StringComparison.Ordinal);
        Assert.Equal(3, invite.Body.Split("<entry ")[1..].Length); // CAROL is another user
        Assert.False(extending.IsCompleted);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void IMC_EXT_200_and_BYE_the_group_has_its_identity_and_the_bye_in_the_old_session_says_moved()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        var group = Extended(scene, session);
        Assert.Equal("sip:sess-7f3a@198.51.100.5:5060;transport=tcp", group.Identity);
        Assert.True(group is { IsGroup: true, IsFocus: true } && group.Extends == session);
        Assert.Equal(["sip:bob@example.com", "sip:carol@example.com"], group.Participants);
        Assert.Same(group, scene.Events().OfType<Established>().Single().Session);
        Assert.Equal(ImSessionState.Established, session.State);

        Bye(scene, first);
        scene.Peer.Expect("SIP/2.0 200 ");
        var ended = scene.Events().OfType<Ended>().Single();
        Assert.Equal((session, SessionEnd.Moved, group), (ended.Session, ended.Reason, session.MovedTo));
        Assert.Equal(ImSessionState.Established, group.State);

        // Nobody goes back to where nobody is.
        Assert.Equal(SessionFailure.SessionIdentityExpired, Failure(scene, scene.Client.RejoinAsync(session.Identity!)));
    }

    [Theory]
    [InlineData(486, SessionEnd.Failed)]
    [InlineData(403, SessionEnd.Failed)]
    [InlineData(503, SessionEnd.Failed)]
    [InlineData(603, SessionEnd.Declined)]
    public void IMC_EXT_FAIL_where_the_group_is_refused_the_1_1_session_goes_on_and_can_be_extended_again(int status, SessionEnd reason)
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var extending = session.ExtendAsync(["sip:carol@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status, "Warning: 399 example.com \"Too many participants\"");
        scene.Peer.Expect("ACK");
        Assert.Equal((SessionFailure.Refused, status, "Too many participants"), (extending.Result().Failure, extending.Result().Status, extending.Result().Text));
        var ended = scene.Events().OfType<Ended>().Single();
        Assert.Equal((reason, extending.Result().Session), (ended.Reason, ended.Session));
        Assert.Equal(ImSessionState.Established, session.State);
        var sending = session.SendAsync("Still here");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
        _ = session.ExtendAsync(["sip:carol@example.com"]);
        scene.Peer.Expect("INVITE");
    }

    [Fact]
    public void IMC_EXT_FAIL_a_bye_before_the_group_stands_is_a_release_and_no_move()
    {
        using var scene = new Scene();
        var session = scene.Called(out var first);
        _ = session.ExtendAsync(["sip:carol@example.com"]);
        var invite = scene.Peer.Expect("INVITE");
        Bye(scene, first);
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(SessionEnd.Released, scene.Events().OfType<Ended>().Single().Reason);

        // and the group comes about all the same
        scene.Peer.Answer(invite, 200, Focus, ScriptedPeer.Sdp(id: "room"));
        scene.Peer.Expect("ACK");
        Assert.Single(scene.Events().OfType<Established>());
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void IMC_EXT_5_and_5a_more_invitees_than_MAX_ADHOC_GROUP_SIZE_are_not_sent_and_the_user_is_told(int users, bool isSent)
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, LocalAddress = o.LocalAddress, MaxAdhocGroupSize = 4 });
        var session = scene.Called(out _);
        var extending = session.ExtendAsync([.. Enumerable.Range(0, users).Select(static i => $"sip:user{i}@example.com")]); // and bob
        scene.World.Run();
        if (isSent)
        {
            scene.Peer.Expect("INVITE");
            return;
        }

        Assert.Equal(SessionFailure.MaxAdhocGroupSizeExceeded, extending.Result().Failure);
        Assert.Contains("at most 4", extending.Result().Text, StringComparison.Ordinal);
        scene.Peer.ExpectSilence();
        Assert.Empty(scene.Events());
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void What_cannot_be_extended_is_said_without_a_packet()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Equal(SessionFailure.NobodyInvited, Failure(scene, session.ExtendAsync(["sip:bob@example.com", "sip:alice@example.com"])));
        Assert.Throws<ArgumentException>(() => { _ = session.ExtendAsync(["nonsense"]); });
        scene.Peer.ExpectSilence();
        var group = Extended(scene, session);
        scene.Peer.Ignore();
        Assert.Equal(SessionFailure.AlreadyExtending, Failure(scene, session.ExtendAsync(["sip:dave@example.com"])));
        Assert.Equal(SessionFailure.NotOneToOne, Failure(scene, group.ExtendAsync(["sip:dave@example.com"])));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void One_who_called_anonymously_cannot_be_invited_elsewhere()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, LocalAddress = o.LocalAddress, AutoAccept = true }).Registered();
        var invite = scene.Peer.Request(
            "INVITE", "sip:alice@192.0.2.11", "From: <sip:anonymous@anonymous.invalid>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: a1\nCSeq: 1 INVITE\nContact: <sip:one@198.51.100.5>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass"));
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 1);
        var session = scene.Events().OfType<Established>().Single().Session;
        Assert.Equal(SessionFailure.NotOneToOne, Failure(scene, session.ExtendAsync(["sip:carol@example.com"])));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void The_token_gives_the_group_up_and_the_1_1_session_stays()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        using var token = new CancellationTokenSource();
        _ = session.ExtendAsync(["sip:carol@example.com"], token.Token);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 100);
        token.Cancel();
        scene.World.Run();
        scene.Peer.Expect("CANCEL");
        Assert.Equal(ImSessionState.Established, session.State);
    }

    static ImSession Extended(Scene scene, ImSession session)
    {
        var extending = session.ExtendAsync(["sip:carol@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, Focus, ScriptedPeer.Sdp(id: "room"));
        scene.Peer.Expect("ACK");
        Assert.True(extending.Result().IsEstablished, extending.Result().Text);
        if (scene.TryHear("SUBSCRIBE", out var subscribe)) scene.Peer.Answer(subscribe, 489);
        return extending.Result().Session!;
    }

    static SessionFailure Failure(Scene scene, Task<SessionOutcome> outcome)
    {
        scene.World.Run();
        return outcome.Result().Failure;
    }

    /// <summary>The server ends the session that alice began.</summary>
    static void Bye(Scene scene, WireMessage first) => scene.Peer.Request(
        "BYE", "sip:alice@192.0.2.11", $"From: {first["To"]};tag=bobtag\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 1 BYE\nReason: SIP;cause=200;text=\"Session released\"");
}
