using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Procedures;

/// <summary>What flows express badly: the same session over other flows, limits, and what is never told.</summary>
public sealed class RequestsTests
{
    [Fact]
    public void A_stranger_who_knows_the_dialog_cannot_end_it_D_02()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        var mallory = new Phone(rig, "mallory", "203.0.113.9"); // not trusted, and on a connection of his own
        alice.Bye(from: mallory);
        Assert.Equal(401, mallory.Heard.OfType<SipResponse>().Last().Status);
        Assert.Equal(0, bob.Byes);
        alice.Bye();
        Assert.Equal((200, 1), (alice.ByeStatus, bob.Byes));
    }

    [Fact]
    public void The_200_to_a_BYE_comes_first_IMS_BYE_1()
    {
        using var rig = new ServerRig();
        var (alice, _, _) = rig.Group();
        using var tap = new Ladder(rig);
        alice.Bye();
        Assert.Equal(["200 to 10.0.1.1", "BYE to 10.0.1.2", "BYE to 10.0.1.3"], tap.Sent);
    }

    [Fact]
    public void A_request_of_no_dialog_starts_nothing()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice;
        var call = new Call(alice, "odd", isCaller: true);
        alice.Send(alice.Request("BYE", rig.Bob.Address, "odd", 1, "t", rig.Bob.Address, "", alice.NewBranch(), $"Contact: {alice.Contact}\r\nContent-Type: application/sdp\r\n", call.Sdp("active")));
        Assert.Equal(481, alice.Heard.OfType<SipResponse>().Last().Status);
        Assert.Empty(rig.Bob.Calls);
    }

    [Fact]
    public void Each_leg_is_told_the_identity_by_its_own_transport_D_04()
    {
        using var rig = new ServerRig();
        var bob = new Phone(rig, "bob", "10.0.9.9", Transport.Udp);
        bob.Register();
        var alice = rig.Alice.Invite(bob.Address);
        bob.LastCall.Respond(200);
        Assert.EndsWith("@10.0.0.1:5060;transport=tcp", alice.Identity, StringComparison.Ordinal);
        Assert.EndsWith("@10.0.0.1:5060", bob.LastCall.Identity, StringComparison.Ordinal);
        Assert.StartsWith(bob.LastCall.Identity, alice.Identity, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Privacy: id", true)]
    [InlineData("Privacy: none;header", true)]
    [InlineData("Privacy: user, critical", true)]
    [InlineData("Privacy: none", false)]
    public void Inside_the_trust_domain_the_identity_goes_on_with_the_wish_to_hide_it_COM_PRIV_2(string header, bool isHidden)
    {
        using var rig = new ServerRig();
        rig.Alice.Invite(rig.Bob.Address, more: header + "\r\n");
        var invite = rig.Bob.LastCall.Invite!;
        Assert.Equal(isHidden, invite.From.UriText.ToString() == "sip:anonymous@anonymous.invalid");
        Assert.True(invite.TryGet(HeaderName.PAssertedIdentity, out var identity));
        Assert.Equal($"<{rig.Alice.Address}>", identity.ToString());
        Assert.Equal(isHidden, invite.TryGet(HeaderName.Privacy, out var privacy) && privacy.ToString() == "id");
    }

    [Fact]
    public void An_anonymous_From_is_a_wish_for_privacy()
    {
        using var rig = new ServerRig();
        var (alice, bob) = (rig.Alice, rig.Bob);
        var call = new Call(alice, "anon", isCaller: true);
        var invite = alice.Request(
            "INVITE", bob.Address, "anon", 1, "t", bob.Address, "", alice.NewBranch(), $"Contact: {alice.Contact}\r\nContent-Type: application/sdp\r\n", call.Sdp("active"));
        alice.Send(invite.Replace($"From: <{alice.Address}>", "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>", StringComparison.Ordinal));
        Assert.Equal("sip:anonymous@anonymous.invalid", bob.LastCall.Invite!.From.UriText.ToString());
    }

    [Fact]
    public void Nobody_is_asserted_to_be_anonymous_COM_AOIA_2()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice;
        var call = new Call(alice, "nobody", isCaller: true);
        var invite = alice.Request(
            "INVITE", rig.Bob.Address, "nobody", 1, "t", rig.Bob.Address, "", alice.NewBranch(), $"Contact: {alice.Contact}\r\nContent-Type: application/sdp\r\n", call.Sdp("active"));
        alice.Send(invite.Replace($"P-Asserted-Identity: <{alice.Address}>", "P-Asserted-Identity: <sip:anonymous1@anonymous.invalid>", StringComparison.Ordinal));
        Assert.Equal(403, alice.Heard.OfType<SipResponse>().Last().Status);
        Assert.Empty(rig.Bob.Calls);
    }

    [Fact]
    public void Owners_and_list_entries_are_bounded()
    {
        using var rig = new ServerRig(static options =>
        {
            options.Limits.Owners = 2;
            options.Limits.ListEntries = 3;
        });
        _ = (rig.Alice, rig.Bob);
        Assert.Equal(400, rig.Alice.InviteGroup("sip:a@example.com", "sip:b@example.com", "sip:c@example.com", "sip:d@example.com").Status);
        rig.Alice.Invite(rig.Bob.Address);
        rig.Alice.Invite(rig.Bob.Address);
        var third = rig.Alice.Invite(rig.Bob.Address);
        Assert.Equal(503, third.Status);
        Assert.True(third.Answer!.Has(HeaderName.RetryAfter));
    }

    [Fact]
    public void An_offline_invitee_first_in_the_list_does_not_end_the_group_C_50()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice.InviteGroup("sip:dave@example.com", rig.Bob.Address);
        Assert.Equal((200, 0), (alice.Status, alice.Byes));
        rig.Bob.LastCall.Respond(200);
        Assert.Equal(0, alice.Byes);
    }

    [Fact]
    public void OPTIONS_tells_a_group_from_two_IMS_GEN_9()
    {
        using var rig = new ServerRig();
        var (alice, _) = rig.Pair();
        var group = rig.Group().Alice;
        Assert.DoesNotContain("isfocus", Options(alice.Identity), StringComparison.Ordinal);
        Assert.Contains("isfocus", Options(group.Identity), StringComparison.Ordinal);

        string Options(string uri)
        {
            rig.Carol.Send(rig.Carol.Request("OPTIONS", uri, $"o-{uri.Length}-{uri[5..20]}", 1, "t", uri, "", rig.Carol.NewBranch()));
            return rig.Carol.Heard.OfType<SipResponse>().Last(static r => r.CSeq.Method == SipMethod.Options).TryGet(HeaderName.Contact, out var contact) ? contact.ToString() : "none";
        }
    }

    [Fact]
    public void Logs_hold_no_content_and_no_credentials()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        alice.Media.Say("my secret words");
        bob.Media.Send("Message-ID: x\r\nByte-Range: 1-5/5\r\nContent-Type: message/cpim\r\n\r\nmy secret\r\n");
        rig.Alice.Send(rig.Alice.Request("INVITE", rig.Bob.Address, "m", 1, "t", rig.Bob.Address, "", "bad", "Authorization: Digest response=\"deadbeef\"\r\n", "my secret"));
        alice.Bye();
        Assert.DoesNotContain(rig.Sim.Log.Lines, static line => line.Message.Contains("secret", StringComparison.Ordinal) || line.Message.Contains("deadbeef", StringComparison.Ordinal));
    }

    /// <summary>What the server sends by SIP, in its order.</summary>
    private sealed class Ladder : IDisposable
    {
        private readonly ServerRig _rig;

        public Ladder(ServerRig rig)
        {
            _rig = rig;
            rig.Server.Tap.Seen += Take;
        }

        public List<string> Sent { get; } = [];

        public void Dispose() => _rig.Server.Tap.Seen -= Take;

        private void Take(WireRecord record)
        {
            if (record is not { Outgoing: true, Protocol: "sip" }) return;
            var words = Encoding.UTF8.GetString(record.Bytes.Span).Split(' ');
            Sent.Add($"{(words[0] == "SIP/2.0" ? words[1] : words[0])} to {((IPEndPoint)record.Remote).Address}");
        }
    }
}
