using Xunit;

namespace Confab.Tests.Client;

/// <summary>Requests that start nothing here, and re-INVITEs.</summary>
public sealed class OtherRequestsTests
{
    const string Outside = "From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: other-1\nCSeq: 1 ";

    static Scene AutoAccepted(out WireMessage invite, out WireMessage answer)
    {
        var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, AutoAccept = true }).Registered();
        invite = scene.Invite();
        answer = scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 1);
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return scene;
    }

    [Fact]
    public void Options_is_200_and_says_what_we_can()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("OPTIONS", "sip:alice@192.0.2.11", Outside + "OPTIONS");
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE", answer["Allow"]);
        Assert.Contains("application/sdp", answer["Accept"], StringComparison.Ordinal);
        Assert.StartsWith("IM-client/OMA1.0", answer["Server"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROBNICATE")]
    [InlineData("UPDATE")]
    [InlineData("REFER")]
    public void What_is_not_served_is_405_with_allow(string method)
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request(method, "sip:alice@192.0.2.11", Outside + method);
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE", scene.Peer.Expect("SIP/2.0 405 ")["Allow"]);
    }

    [Fact]
    public void C_19_an_update_in_the_dialog_is_405_and_the_session_goes_on()
    {
        using var scene = AutoAccepted(out var invite, out var answer);
        scene.InDialog(invite, answer, "UPDATE", 2);
        scene.Peer.Expect("SIP/2.0 405 ");
        Assert.Empty(scene.Events());
    }

    [Theory] // RFC 4538 4: what it names gives no right that the inviter has not; where it names nothing it is as if it were not there
    [InlineData("invitation-1;local-tag=inviter;remote-tag=x")]
    [InlineData("nothing-of-ours;local-tag=a;remote-tag=b")]
    [InlineData(";;=,")]
    public void IMC_GEN_6_an_invitation_may_require_tdialog_and_is_asked_about_as_any_other(string dialog)
    {
        using var scene = new Scene().Registered();
        scene.Invite(more: $"Require: tdialog\nTarget-Dialog: {dialog}\nP-Asserted-Identity: <sip:bob@example.com>");
        Assert.Contains("tdialog", scene.Peer.Expect("SIP/2.0 180")["Supported"], StringComparison.Ordinal);
        Assert.IsType<Confab.Client.Invited>(scene.NextEvent());
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("OPTIONS")]
    public void A_required_extension_that_is_not_served_is_420_with_its_name(string method)
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request(method, "sip:alice@192.0.2.11", Outside + method + "\nRequire: magic, 100rel");
        Assert.Equal("magic, 100rel", scene.Peer.Expect("SIP/2.0 420 ")["Unsupported"]);
    }

    [Fact]
    public void A_notify_that_nobody_subscribed_to_is_481_outside_and_inside_of_dialogs()
    {
        using var scene = AutoAccepted(out var invite, out var answer);
        scene.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", Outside + "NOTIFY\nEvent: conference\nSubscription-State: active");
        scene.Peer.Expect("SIP/2.0 481 ");
        scene.InDialog(invite, answer, "NOTIFY", 2, "Event: conference\nSubscription-State: active");
        scene.Peer.Expect("SIP/2.0 481 ");
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("BYE")]
    public void A_request_in_an_unknown_dialog_is_481(string method)
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request(method, "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>;tag=gone\nCall-ID: gone\nCSeq: 1 {method}");
        scene.Peer.Expect("SIP/2.0 481 ");
    }

    [Fact]
    public void A_reinvite_with_the_same_media_is_200_with_the_same_answer()
    {
        using var scene = AutoAccepted(out var invite, out var answer);
        var again = scene.InDialog(
            invite, answer, "INVITE", 2, "Contact: <sip:moved@198.51.100.5:5060;transport=tcp>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass"));
        var second = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(answer.Body, second.Body);
        scene.InDialog(invite, answer, "ACK", 2);
        scene.World.Advance(TimeSpan.FromMinutes(2));
        scene.Peer.ExpectSilence();
        Assert.Empty(scene.Events());
        Assert.Equal(again["CSeq"], second["CSeq"]);
    }

    [Fact]
    public void C_14_a_target_refresh_moves_the_identity_and_the_bye()
    {
        using var scene = AutoAccepted(out var invite, out var answer);
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:moved@198.51.100.5:5060;transport=tcp>\nContent-Type: application/sdp", ScriptedPeer.Sdp("actpass"));
        scene.Peer.Expect("SIP/2.0 200 ");
        scene.InDialog(invite, answer, "ACK", 2);
        _ = scene.Client.DisposeAsync().AsTask();
        scene.Peer.Expect("BYE sip:moved@198.51.100.5:5060;transport=tcp SIP/2.0");
    }

    [Fact]
    public void A_reinvite_without_an_offer_is_200_with_our_description()
    {
        using var scene = AutoAccepted(out var invite, out var answer);
        scene.InDialog(invite, answer, "INVITE", 2, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>");
        Assert.Equal(answer.Sdp("path"), scene.Peer.Expect("SIP/2.0 200 ").Sdp("path"));
    }

    [Fact]
    public void An_ack_or_a_response_of_nothing_is_ignored()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("ACK", "sip:alice@192.0.2.11", Outside + "ACK");
        scene.Peer.Send($"SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.11;branch=z9hG4bKnothing\r\n{(Outside + "OPTIONS").ReplaceLineEndings("\r\n")}\r\nContent-Length: 0\r\n\r\n");
        scene.Peer.ExpectSilence();
    }
}
