using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.1: what all requests of the client have in common.</summary>
public sealed class GeneralTests
{
    [Fact]
    public void IMC_GEN_1_to_8_an_invite_says_who_we_are_and_what_we_can()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, DisplayName = "Alice \"A\" Ash" });
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE sip:bob@example.com SIP/2.0\r\n");

        Assert.StartsWith("z9hG4bK", invite.Branch, StringComparison.Ordinal);
        Assert.Single(invite.All("Via"));
        Assert.Equal("70", invite["Max-Forwards"]);
        Assert.Equal("<sip:bob@example.com>", invite["To"]);
        Assert.StartsWith("\"Alice \\\"A\\\" Ash\" <sip:alice@example.com>;tag=", invite["From"], StringComparison.Ordinal);
        Assert.Equal("1 INVITE", invite["CSeq"]);
        Assert.Matches(@"^<sip:alice@192\.0\.2\.11:\d+;transport=tcp>;\+g\.oma\.sip-im$", invite["Contact"]);
        Assert.Equal("*;+g.oma.sip-im", invite["Accept-Contact"]);
        Assert.StartsWith("IM-client/OMA1.0 Confab/", invite["User-Agent"], StringComparison.Ordinal);
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE", invite["Allow"]);
        Assert.Equal("\"Alice \\\"A\\\" Ash\" <sip:alice@example.com>", invite["P-Preferred-Identity"]);
        Assert.Null(invite["P-Asserted-Identity"]);
        Assert.Null(invite["Privacy"]);
        Assert.Null(invite["Server"]);
        Assert.Null(invite["Route"]);
    }

    [Fact]
    public void COM_AOIA_1_and_VER_1_every_request_names_role_and_release_and_none_asserts_an_identity()
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out _);
        var leaving = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.True(leaving.Result());
        var requests = scene.Peer.Heard.Where(static m => !m.StartLine.StartsWith("SIP/", StringComparison.Ordinal)).ToList();
        Assert.Equal(["REGISTER", "INVITE", "ACK", "BYE"], requests.Select(static m => m.Method));
        Assert.All(requests, static m => Assert.Null(m["P-Asserted-Identity"]));
        Assert.All(requests, static m => Assert.StartsWith("IM-client/OMA1.0 ", m["User-Agent"], StringComparison.Ordinal));
        Assert.Equal("<sip:alice@example.com>", requests[1]["P-Preferred-Identity"]);
    }

    [Fact]
    public void IMC_GEN_8_an_anonymous_invite_has_privacy_id_and_the_anonymous_from()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com", anonymous: true);
        var invite = scene.Peer.Expect("INVITE");
        Assert.Equal("id", invite["Privacy"]); // COM-PRIV-1
        Assert.StartsWith("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=", invite["From"], StringComparison.Ordinal);
        Assert.Equal("<sip:alice@example.com>", invite["P-Preferred-Identity"]);
        Assert.DoesNotContain("alice", invite.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void COM_AOIA_1_all_that_a_life_of_a_session_sends_prefers_an_identity_and_names_the_release()
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out _, "Contact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus;+g.oma.sip-im");
        scene.Peer.Answer(scene.Peer.Expect("SUBSCRIBE"), 200, "Expires: 3600\nContact: <sip:sess-7f3a@198.51.100.5:5060;transport=tcp>");
        _ = session.AddAsync(["sip:dave@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), 200, "Refer-Sub: false");
        _ = session.RemoveAsync(["sip:dave@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), 200, "Refer-Sub: false");
        scene.Invite();
        scene.Peer.Expect("SIP/2.0 180");
        var leaving = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.True(leaving.Result());

        Assert.Equal(
            ["ACK", "BYE", "INVITE", "REFER", "REGISTER", "SUBSCRIBE"],
            scene.Peer.Heard.Where(static m => m.Status == 0).Select(static m => m.Method).Distinct().Order(StringComparer.Ordinal));
        Assert.All(scene.Peer.Heard, static message =>
        {
            Assert.Null(message["P-Asserted-Identity"]);
            Assert.StartsWith("IM-client/OMA1.0 Confab/", message[message.Status == 0 ? "User-Agent" : "Server"], StringComparison.Ordinal); // COM-VER-1, COM-VER-4
            Assert.Null(message[message.Status == 0 ? "Server" : "User-Agent"]);
            if (message.Method is "INVITE" or "REFER" or "SUBSCRIBE") Assert.Equal("<sip:alice@example.com>", message["P-Preferred-Identity"]);
        });
    }

    [Fact]
    public void IMC_GEN_10_a_refusal_is_acknowledged_and_its_code_and_warning_are_told()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 486, "Warning: 399 im.example.com \"Too many participants\"");

        var ack = scene.Peer.Expect("ACK sip:bob@example.com");
        Assert.Equal(invite.Branch, ack.Branch);
        Assert.Equal("1 ACK", ack["CSeq"]);
        scene.World.Advance(TimeSpan.FromMinutes(5));
        scene.Peer.ExpectSilence(); // no retry
        var outcome = calling.Result();
        Assert.Equal((SessionFailure.Refused, 486, "Too many participants"), (outcome.Failure, outcome.Status, outcome.Text));
        var ended = Assert.IsType<Ended>(scene.Events()[^1]);
        Assert.Equal((SessionEnd.Failed, 486, "Too many participants"), (ended.Reason, ended.Status, ended.Text));
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "Nobody Of That Name")]
    [InlineData(486, "Busy Here")]
    public void IMC_GRP_3_the_code_is_told_and_without_a_warning_the_reason_phrase(int status, string phrase)
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status, phrase: phrase);
        Assert.Equal((status, phrase), (calling.Result().Status, calling.Result().Text));
    }

    [Fact]
    public void A_603_is_a_declined_invitation()
    {
        using var scene = new Scene();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 603);
        Assert.Equal(SessionEnd.Declined, Assert.IsType<Ended>(scene.Events()[^1]).Reason);
    }

    [Fact]
    public void IMC_GEN_12_a_call_given_up_is_cancelled_with_the_invites_branch_and_number()
    {
        using var scene = new Scene();
        using var giveUp = new CancellationTokenSource();
        var calling = scene.Client.CallAsync("sip:bob@example.com", cancellationToken: giveUp.Token);
        var invite = scene.Peer.Expect("INVITE");
        giveUp.Cancel();
        scene.Peer.ExpectSilence(); // not before a provisional response (RFC 3261 9.1)
        scene.Peer.Answer(invite, 180, tag: "bobtag");

        var cancel = scene.Peer.Expect("CANCEL sip:bob@example.com");
        Assert.Equal(invite.Branch, cancel.Branch);
        Assert.Equal("1 CANCEL", cancel["CSeq"]);
        scene.Peer.Answer(cancel, 200);
        scene.Peer.Answer(invite, 487, tag: "bobtag");
        scene.Peer.Expect("ACK");
        Assert.True(calling.IsCanceled);
        var ended = Assert.IsType<Ended>(scene.Events()[^1]);
        Assert.Equal((SessionEnd.Left, 487), (ended.Reason, ended.Status));
    }

    [Fact]
    public void IMC_GEN_12_a_200_that_crosses_the_cancel_gets_ack_and_bye_and_no_media()
    {
        using var scene = new Scene();
        using var giveUp = new CancellationTokenSource();
        _ = scene.Client.CallAsync("sip:bob@example.com", cancellationToken: giveUp.Token);
        var invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 180, tag: "bobtag");
        giveUp.Cancel();
        var cancel = scene.Peer.Expect("CANCEL");
        scene.Peer.Answer(invite, 200, "Contact: <sip:one@198.51.100.5:5060;transport=tcp>", ScriptedPeer.Sdp(), tag: "bobtag");

        scene.Peer.Expect("ACK sip:one@198.51.100.5");
        var bye = scene.Peer.Expect("BYE sip:one@198.51.100.5");
        scene.Peer.Answer(cancel, 200);
        scene.Peer.Answer(bye, 200);
        Assert.Null(scene.Peer.Msrp);
        Assert.Single(scene.Events().OfType<Ended>());
        Assert.DoesNotContain(scene.Events(), e => e is Established);
    }

    [Fact]
    public void IMC_LEAVE_EARLY_leaving_a_ringing_call_cancels_it_and_is_done_when_it_ended()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 180, tag: "bobtag");
        var session = scene.Events().OfType<Calling>().Last().Session;
        Assert.Equal(ImSessionState.Ringing, session.State);
        var leaving = session.LeaveAsync();
        scene.Peer.Expect("CANCEL");
        Assert.False(leaving.IsCompleted);
        scene.Peer.Answer(invite, 487, tag: "bobtag");
        Assert.True(leaving.Result());
        Assert.Equal(SessionFailure.GivenUp, calling.Result().Failure);
    }

    [Fact]
    public void IMC_GEN_14_a_challenged_invite_is_sent_again_with_credentials_and_the_next_number()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        var first = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(first, 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"abc\", algorithm=SHA-256, qop=\"auth\"");
        Assert.Equal("1 ACK", scene.Peer.Expect("ACK")["CSeq"]);
        var second = scene.Peer.Expect("INVITE");
        Assert.Equal("2 INVITE", second["CSeq"]);
        Assert.Equal(first["Call-ID"], second["Call-ID"]);
        Assert.Equal(first["From"], second["From"]);
        Assert.Contains("username=\"alice\"", second["Authorization"], StringComparison.Ordinal);
        Assert.Contains("uri=\"sip:bob@example.com\"", second["Authorization"], StringComparison.Ordinal);
        scene.Peer.Answer(second, 403);
        Assert.Equal(403, calling.Result().Status);
    }

    [Fact]
    public void The_same_nonce_for_two_calls_is_no_wrong_password_and_is_counted()
    {
        using var scene = new Scene();
        for (var i = 1; i <= 2; i++)
        {
            _ = scene.Client.CallAsync("sip:bob@example.com");
            scene.Peer.Answer(scene.Peer.Expect("INVITE"), 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"abc\", qop=\"auth\"");
            scene.Peer.Expect("ACK");
            var again = scene.Peer.Expect("INVITE");
            Assert.Contains($"nc=0000000{i}", again["Authorization"], StringComparison.Ordinal);
            scene.Peer.Answer(again, 486);
            scene.Peer.Expect("ACK");
        }
    }

    [Fact]
    public void Over_udp_an_unanswered_invite_is_repeated_and_given_up_after_32_seconds()
    {
        using var scene = new Scene(Transport.Udp);
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.World.Advance(TimeSpan.FromSeconds(31.9));
        Assert.Equal(7, scene.Peer.Heard.Count);
        Assert.False(calling.IsCompleted);
        scene.World.Advance(TimeSpan.FromSeconds(0.2));
        var outcome = calling.Result();
        Assert.Equal((SessionFailure.Unreachable, 408), (outcome.Failure, outcome.Status));
        Assert.Matches(@"^<sip:alice@192\.0\.2\.11:\d+>;\+g\.oma\.sip-im$", scene.Peer.Heard[0]["Contact"]);
    }

    [Fact]
    public void A_server_that_is_not_there_fails_the_call_and_nothing_else()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = "203.0.113.9" });
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.World.Run();
        Assert.Equal(SessionFailure.Unreachable, calling.Result().Failure);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("sip:example.com")]
    [InlineData("http://example.com/")]
    public void What_is_no_im_address_is_a_misuse(string address)
    {
        using var scene = new Scene();
        Assert.Throws<ArgumentException>(() => { _ = scene.Client.CallAsync(address); });
    }
}
