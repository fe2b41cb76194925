using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.2.2 steps 1) and 2): an invitation in the place of a session.</summary>
public sealed class ReplaceSessionTests
{
    const string Focus = "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus;+g.oma.sip-im";
    const string Verified = "P-Asserted-Identity: <sip:bob@example.com>\nReferred-By: <sip:bob@example.com>";
    const string OfBob = "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im\nP-Asserted-Identity: \"Bob\" <sip:bob@example.com>, <tel:+358901234567>";

    [Fact]
    public void IMC_INV_1_the_new_invitation_is_accepted_and_the_old_dialog_is_left_when_it_stands()
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        var invite = Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 180 ");
        var invited = scene.Events().OfType<Invited>().Single().Session;
        Assert.Same(old, invited.Replaces);
        Assert.Equal(ImSessionState.Established, old.State);
        scene.Peer.ExpectSilence(); // the user has not decided

        var accepting = invited.AcceptAsync();
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.Peer.ExpectSilence(); // nor does it stand yet
        scene.InDialog(invite, answer, "ACK", 1);
        scene.Peer.Expect("SUBSCRIBE sip:sess-7f3a@198.51.100.5:5060;transport=tcp SIP/2.0");
        var bye = scene.Peer.Expect("BYE sip:one-5c1d@198.51.100.5:5060;transport=tcp SIP/2.0");
        Assert.Equal((first["Call-ID"], "bobtag"), (bye["Call-ID"], bye.Tag("To")));
        scene.Peer.Answer(bye, 200);
        Assert.True(accepting.Result().IsEstablished);
        var ended = scene.Events().OfType<Ended>().Single();
        Assert.Equal((old, SessionEnd.Moved, invited), (ended.Session, ended.Reason, old.MovedTo));
        Assert.Equal(ImSessionState.Established, invited.State);
    }

    [Theory]
    [InlineData("Referred-By: <sip:bob@example.com>")]
    [InlineData("")]
    public void IMC_INV_2a_without_an_asserted_identity_it_is_403_and_the_old_session_is_as_it_was(string headers) => Refused(headers, 403);

    [Theory]
    [InlineData("P-Asserted-Identity: <sip:bob@example.com>")]
    [InlineData("P-Asserted-Identity: <sip:bob@example.com>\nReferred-By: <sip:mallory@example.com>")]
    [InlineData("P-Asserted-Identity: <sip:mallory@example.com>\nReferred-By: <sip:mallory@example.com>")]
    [InlineData("P-Asserted-Identity: <sip:bob@example.com>\nReferred-By: <sip:bob@example.org>")]
    [InlineData("P-Asserted-Identity: <sip:bob@example.com>\nReferred-By: nonsense")]
    public void IMC_INV_2b_who_refers_must_be_the_other_party_of_the_old_session_else_403(string headers) => Refused(headers, 403);

    [Theory]
    [InlineData("Referred-By: \"B\" <sip:bob@EXAMPLE.com;user=phone>;reason=x")]
    [InlineData("Referred-By: <tel:+358-90-1234567>")]
    public void IMC_INV_2b_the_addresses_are_compared_and_not_their_spelling(string referredBy)
    {
        using var scene = new Scene().Registered();
        scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first), $"P-Asserted-Identity: <sip:bob@example.com>\n{referredBy}");
        scene.Peer.Expect("SIP/2.0 180 ");
    }

    [Fact]
    public void IMC_INV_2b_a_session_whose_other_party_nobody_asserted_cannot_be_replaced()
    {
        using var scene = new Scene().Registered();
        scene.Called(out var first);
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 403 ");
    }

    [Fact]
    public void IMC_INV_1_what_names_no_dialog_is_481_and_one_with_swapped_tags_too()
    {
        using var scene = new Scene().Registered();
        scene.Called(out var first, OfBob);
        Invite(scene, "nothing;to-tag=1;from-tag=2", Verified);
        scene.Peer.Expect("SIP/2.0 481 ");
        Invite(scene, $"{first["Call-ID"]};to-tag=bobtag;from-tag={first.Tag("From")}", Verified);
        scene.Peer.Expect("SIP/2.0 481 ");
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData("a;to-tag=1")]
    [InlineData("a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2")]
    [InlineData("a;to-tag=1;from-tag=2\nJoin: b;to-tag=1;from-tag=2")]
    public void IMC_INV_1_several_or_malformed_ones_are_400(string replaces)
    {
        using var scene = new Scene().Registered();
        scene.Called(out _, OfBob);
        Invite(scene, replaces, Verified);
        scene.Peer.Expect("SIP/2.0 400 ");
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void IMC_INV_1_a_dialog_that_has_ended_or_is_ending_is_603()
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        var leaving = old.LeaveAsync();
        var bye = scene.Peer.Expect("BYE");
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 603 ");
        scene.Peer.Answer(bye, 200);
        Assert.True(leaving.Result());
        scene.World.Advance(TimeSpan.FromMinutes(10));
        scene.Peer.Ignore();
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 603 ");
    }

    [Fact]
    public void IMC_INV_1_early_only_does_not_mean_a_session_that_was_answered_486()
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first) + ";early-only", Verified);
        scene.Peer.Expect("SIP/2.0 486 ");
        Assert.Equal(ImSessionState.Established, old.State);
    }

    [Fact]
    public void A_user_who_declines_stays_in_the_old_session()
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 180 ");
        _ = scene.Events().OfType<Invited>().Single().Session.DeclineAsync();
        scene.Peer.Expect("SIP/2.0 603 ");
        scene.Peer.ExpectSilence();
        Assert.Equal(ImSessionState.Established, old.State);
    }

    [Fact]
    public void A_new_session_that_nobody_confirms_leaves_the_old_one_as_it_was()
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 180 ");
        _ = scene.Events().OfType<Invited>().Single().Session.AcceptAsync();
        scene.World.Advance(TimeSpan.FromSeconds(33));
        Assert.DoesNotContain(scene.Peer.Heard, m => m.StartLine.StartsWith("BYE", StringComparison.Ordinal) && m["Call-ID"] == first["Call-ID"]);
        Assert.Equal(ImSessionState.Established, old.State);
    }

    [Fact]
    public void An_old_session_that_ends_while_the_user_is_asked_does_not_stand_in_the_way_of_the_new_one()
    {
        using var scene = new Scene().Registered();
        scene.Called(out var first, OfBob);
        var invite = Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 180 ");
        var invited = scene.Events().OfType<Invited>().Single().Session;
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: {first["To"]};tag=bobtag\nTo: {first["From"]}\nCall-ID: {first["Call-ID"]}\nCSeq: 1 BYE");
        scene.Peer.Expect("SIP/2.0 200 ");
        _ = invited.AcceptAsync();
        scene.InDialog(invite, scene.Peer.Expect("SIP/2.0 200 "), "ACK", 1);
        Assert.Equal(ImSessionState.Established, invited.State);
        Assert.DoesNotContain(scene.Peer.Heard, static m => m.StartLine.StartsWith("BYE", StringComparison.Ordinal));
    }

    [Fact]
    public void IMC_SIM_3_at_the_limit_of_sessions_one_in_the_place_of_another_is_no_further_one()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, LocalAddress = o.LocalAddress, MaxSessions = 1 }).Registered();
        scene.Called(out var first, OfBob);
        scene.Invite(callId: "other", branch: "z9hG4bKother");
        scene.Peer.Expect("SIP/2.0 480 ");
        Invite(scene, Replaces(first), Verified);
        scene.Peer.Expect("SIP/2.0 180 ");
    }

    [Fact]
    public void Require_replaces_and_timer_are_understood()
    {
        using var scene = new Scene().Registered();
        scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first), Verified + "\nRequire: replaces, timer\nSession-Expires: 600;refresher=uac\nSupported: timer");
        scene.Peer.Expect("SIP/2.0 180 ");
        scene.Invite(callId: "other", branch: "z9hG4bKother", more: "Require: something");
        Assert.Equal("something", scene.Peer.Expect("SIP/2.0 420 ")["Unsupported"]);
    }

    static void Refused(string headers, int status)
    {
        using var scene = new Scene().Registered();
        var old = scene.Called(out var first, OfBob);
        Invite(scene, Replaces(first), headers);
        scene.Peer.Expect($"SIP/2.0 {status} ");
        Assert.Empty(scene.Events());
        Assert.Equal(ImSessionState.Established, old.State);
        var sending = old.SendAsync("Still here");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
    }

    /// <summary>The dialog that alice began, as she sees it.</summary>
    static string Replaces(WireMessage first) => $"{first["Call-ID"]};to-tag={first.Tag("From")};from-tag=bobtag";

    static int s_next;

    static WireMessage Invite(Scene scene, string replaces, string headers)
    {
        var n = Interlocked.Increment(ref s_next);
        return scene.Invite(Focus, $"Replaces: {replaces}\n{headers}", branch: $"z9hG4bKreplace{n}", callId: $"replacing-{n}");
    }
}
