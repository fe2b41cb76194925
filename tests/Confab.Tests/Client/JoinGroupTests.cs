using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.4: the session of a pre-defined group. Flows F3 and F4.</summary>
public sealed class JoinGroupTests
{
    const string Team = "sip:team@groups.example.com";
    const string Identity = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";

    [Fact]
    public void IMC_GRP_1_and_2_an_invite_with_an_offer_alone_goes_to_the_group_and_the_contact_is_the_session()
    {
        using var scene = new Scene();
        var joining = scene.Client.JoinGroupAsync(Team);
        var invite = scene.Peer.Expect($"INVITE {Team} SIP/2.0");
        Assert.Equal($"<{Team}>", invite["To"]);
        Assert.Equal("application/sdp", invite["Content-Type"]);
        Assert.Null(invite["Require"]);
        Assert.Equal("*;+g.oma.sip-im", invite["Accept-Contact"]);
        Assert.Null(invite["Privacy"]);
        Assert.NotNull(invite.Sdp("path"));
        scene.Peer.Answer(invite, 200, $"Contact: <{Identity}>;isfocus;+g.oma.sip-im", ScriptedPeer.Sdp());
        scene.Peer.Expect($"ACK {Identity}");
        var session = joining.Result().Session!;
        Assert.Equal(Identity, session.Identity);
        Assert.True(session is { IsGroup: true, IsFocus: true, IsPredefined: true, GroupIdentity: Team, Peer: null });
    }

    [Fact]
    public void Who_joins_anonymously_says_so()
    {
        using var scene = new Scene();
        _ = scene.Client.JoinGroupAsync(Team, anonymous: true);
        Assert.Equal("id", scene.Peer.Expect("INVITE")["Privacy"]);
    }

    [Theory]
    [InlineData(403, "", "The rules of the group do not allow it.")]
    [InlineData(404, "", "There is no such group or session.")]
    [InlineData(486, "", "The group is full.")]
    [InlineData(486, "Warning: 399 example.com \"Too many participants\"", "Too many participants")]
    [InlineData(488, "", "Not Acceptable Here")]
    public void IMC_GRP_3_a_refusal_says_why(int status, string headers, string text)
    {
        using var scene = new Scene();
        var joining = scene.Client.JoinGroupAsync(Team);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), status, headers, phrase: "Not Acceptable Here");
        var outcome = joining.Result();
        Assert.Equal((SessionFailure.Refused, status, text), (outcome.Failure, outcome.Status, outcome.Text));
        Assert.Equal((SessionEnd.Failed, status, text), scene.Events().OfType<Ended>().Select(static e => (e.Reason, e.Status, e.Text)).Single());
    }

    [Fact]
    public void IMC_ADD_MAX3_the_largest_adhoc_group_does_not_bound_a_pre_defined_one_also_after_a_rejoin()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxAdhocGroupSize = 2, SubscribeToConference = false });
        var joining = scene.Client.JoinGroupAsync(Team);
        Answer(scene);
        Adds(joining.Result().Session!);
        _ = joining.Result().Session!.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        var rejoining = scene.Client.RejoinAsync(Identity);
        Answer(scene);
        Assert.Equal(Team, rejoining.Result().Session!.GroupIdentity);
        Adds(rejoining.Result().Session!);

        void Adds(ImSession session)
        {
            var adding = session.AddAsync(["sip:b@example.com", "sip:c@example.com", "sip:d@example.com"]);
            scene.Peer.Answer(scene.Peer.Expect("REFER"), 200);
            Assert.True(adding.Result().IsAccepted);
        }
    }

    [Fact]
    public void A_group_is_an_address_and_there_is_room_for_its_session()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxSessions = 1 });
        Assert.Throws<ArgumentException>(() => { _ = scene.Client.JoinGroupAsync("the team"); });
        _ = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.Expect("INVITE");
        var joining = scene.Client.JoinGroupAsync(Team);
        scene.Peer.ExpectSilence();
        Assert.Equal(SessionFailure.TooManySessions, joining.Result().Failure);
    }

    static void Answer(Scene scene)
    {
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, $"Contact: <{Identity}>;isfocus;+g.oma.sip-im\nSupported: norefersub, multiple-refer", ScriptedPeer.Sdp());
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
    }
}
