using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Taking part without a name, and who takes part without one (RFC 3323, RFC 4575 5.6).</summary>
public sealed class AnonymityTests
{
    const string Group = "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus";

    [Fact]
    public void COM_PRIV_1_who_accepts_without_a_name_asks_for_privacy_and_says_nothing_of_it_in_messages()
    {
        using var scene = new Scene().Registered();
        var invite = scene.Invite(Group);
        scene.Peer.Expect("SIP/2.0 180 ");
        var session = Assert.IsType<Invited>(Assert.Single(scene.Events())).Session;
        _ = session.AcceptAsync(anonymous: true);
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("id", answer["Privacy"]);
        Assert.DoesNotContain("o=alice", answer.Text, StringComparison.Ordinal);
        scene.InDialog(invite, answer, "ACK", 1);
        scene.World.Run();
        Assert.True(session.IsAnonymous);
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        _ = session.SendAsync("Guess who");
        var send = scene.Peer.Msrp.Expect();
        Assert.Contains("<sip:anonymous@anonymous.invalid>\r\n", send, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", send, StringComparison.OrdinalIgnoreCase);
        scene.Peer.Ignore();
        _ = session.LeaveAsync();
        Assert.Equal("id", scene.Peer.Expect("BYE")["Privacy"]);
    }

    [Fact]
    public void COM_PRIV_1_the_option_holds_for_what_does_not_say_otherwise()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, Anonymous = true }).Registered();
        _ = scene.Client.CallAsync("sip:bob@example.com");
        Assert.Equal("id", scene.Peer.Expect("INVITE")["Privacy"]);
        _ = scene.Client.GroupAsync(["sip:bob@example.com", "sip:carol@example.com"]);
        Assert.Equal("id", scene.Peer.Expect("INVITE")["Privacy"]);
        _ = scene.Client.CallAsync("sip:carol@example.com", anonymous: false);
        var named = scene.Peer.Expect("INVITE");
        Assert.Null(named["Privacy"]);
        Assert.StartsWith("<sip:alice@example.com>", named["From"], StringComparison.Ordinal);
        scene.Invite();
        Assert.Equal("id", scene.Peer.Expect("SIP/2.0 180 ")["Privacy"]);
    }

    [Fact]
    public void IMC_INV_LIST_an_inviter_whom_nothing_names_is_anonymous_and_not_the_session()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request(
            "INVITE",
            "sip:alice@192.0.2.11",
            $"From: \"Anonymous\" <sip:sess-7f3a@198.51.100.5>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: c1\nCSeq: 1 INVITE\nContact: {Group}\nContent-Type: application/sdp",
            ScriptedPeer.Sdp("actpass"));
        var session = Assert.IsType<Invited>(Assert.Single(scene.Events())).Session;
        Assert.Equal(("sip:anonymous@anonymous.invalid", "Anonymous"), (session.Peer, session.PeerName));
        Assert.True(ImAddress.IsAnonymous(session.Peer!));
        Assert.False(ImAddress.IsAnonymous("sip:alice@example.com"));
    }
}
