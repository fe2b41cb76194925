using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>
/// COM-IMS-1: what a client of an IMS core says, and COM-IMS-3: that it says nothing of it to a plain server. The core is scripted: it challenges,
/// names a Service-Route and the public identities, and adds Record-Route.
/// </summary>
public sealed class ImsCoreTests
{
    const string Access = "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001";
    const string Learnt = "Service-Route: <sip:orig@scscf1.example.com;lr>, <sip:scscf2.example.com;lr>\n"
        + "P-Associated-URI: <sip:alice@example.com>, <tel:+15551234>\nPath: <sip:term@198.51.100.5;lr>\nExpires: 3600";
    const string Proxy = "<sip:198.51.100.5:5060;transport=tcp;lr>";
    const string Preloaded = Proxy + ", <sip:orig@scscf1.example.com;lr>, <sip:scscf2.example.com;lr>";
    const string Room = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";

    static Scene Ims(string learnt = Learnt, string? access = Access, bool outside = false) => Learning(Started(access, outside), learnt);

    static Scene Started(string? access = Access, bool outside = false) => new(change: o => new()
    {
        Address = o.Address,
        Password = o.Password,
        Server = o.Server,
        OutOfDialogRefer = outside,
        Ims = new ImsProfile { AccessNetworkInfo = access, PrivateIdentity = "alice@ims.example.com" },
    });

    static Scene Learning(Scene scene, string learnt)
    {
        _ = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, learnt);
        return scene;
    }

    [Fact]
    public void COM_IMS_1_the_first_register_names_the_private_identity_and_the_protected_one_the_access()
    {
        using var scene = Started();
        var registering = scene.Client.RegisterAsync();
        var first = scene.Peer.Expect("REGISTER sip:example.com SIP/2.0");
        Assert.Equal("path", first["Supported"]);
        Assert.Equal("Digest username=\"alice@ims.example.com\", realm=\"example.com\", nonce=\"\", uri=\"sip:example.com\", response=\"\"", Assert.Single(first.All("Authorization")));
        Assert.Null(first["P-Access-Network-Info"]); // RFC 7315 6.4: not in what is neither authenticated nor protected
        Assert.Null(first["Route"]);
        scene.Peer.Answer(first, 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"");
        var second = scene.Peer.Expect("REGISTER");
        Assert.Contains("username=\"alice@ims.example.com\", realm=\"example.com\", nonce=\"n1\"", Assert.Single(second.All("Authorization")), StringComparison.Ordinal);
        Assert.Equal(Access, second["P-Access-Network-Info"]);
        Assert.Equal("path", second["Supported"]);
        scene.Peer.Answer(second, 200, Learnt);
        Assert.True(registering.Result().IsRegistered);
        Assert.Equal(["sip:alice@example.com", "tel:+15551234"], Assert.IsType<Registered>(scene.NextEvent()).AssociatedAddresses);
    }

    [Fact]
    public void IMC_GEN_9_an_initial_invite_takes_the_proxy_and_then_the_service_route_in_its_order()
    {
        using var scene = Ims();
        var session = scene.Called(out var invite);
        Assert.Equal(Preloaded, Assert.Single(invite.All("Route")));
        Assert.Equal("<sip:alice@example.com>", invite["P-Preferred-Identity"]);
        Assert.Equal(Access, invite["P-Access-Network-Info"]);
        Assert.StartsWith("INVITE sip:bob@example.com SIP/2.0", invite.Text, StringComparison.Ordinal);
        var ack = scene.Peer.Heard.Single(m => m.StartLine.StartsWith("ACK", StringComparison.Ordinal));
        Assert.Null(ack["P-Access-Network-Info"]);
        Assert.Null(ack["Route"]); // the dialog has no Record-Route
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact] // IMC-MOD-IMS, IMC-MOD-OLD-IMS, IMC-LEAVE-IMS
    public void IMC_MOD_IMS_IMC_MOD_OLD_IMS_and_IMC_LEAVE_IMS_inside_a_dialog_the_recorded_route_counts_and_the_access_is_named()
    {
        using var scene = Ims();
        var session = scene.Called(out _, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im\nRecord-Route: <sip:scscf1.example.com;lr>, <sip:198.51.100.5;transport=tcp;lr>");
        var holding = session.HoldAsync();
        var reinvite = scene.Peer.Expect("INVITE sip:one-5c1d@");
        Assert.Equal(["<sip:198.51.100.5;transport=tcp;lr>", "<sip:scscf1.example.com;lr>"], reinvite.All("Route"));
        Assert.Equal(Access, reinvite["P-Access-Network-Info"]);
        scene.Peer.Answer(reinvite, 488);
        scene.Peer.Expect("ACK");
        Assert.False(holding.Result().IsModified);
        _ = session.LeaveAsync();
        var bye = scene.Peer.Expect("BYE sip:one-5c1d@");
        Assert.Equal(["<sip:198.51.100.5;transport=tcp;lr>", "<sip:scscf1.example.com;lr>"], bye.All("Route"));
        Assert.Equal(Access, bye["P-Access-Network-Info"]);
    }

    [Theory] // IMC-ADD-IMS, IMC-REM-IMS: the REFER inside takes the dialog's route, that outside the learnt one
    [InlineData(false, null)]
    [InlineData(true, Preloaded)]
    public void IMC_ADD_IMS_and_IMC_REM_IMS_a_refer_outside_of_the_dialog_takes_the_learnt_route(bool outside, string? route)
    {
        using var scene = Ims(outside: outside);
        var session = scene.Called(out _, $"Contact: <{Room}>;isfocus;+g.oma.sip-im");
        var subscribe = scene.Peer.Expect($"SUBSCRIBE {Room}");
        Assert.Equal(Preloaded, Assert.Single(subscribe.All("Route"))); // IMC-GEN-9
        Assert.Equal(Access, subscribe["P-Access-Network-Info"]);
        scene.Peer.Answer(subscribe, 200, $"Expires: 3600\nContact: <{Room}>");
        _ = session.AddAsync(["sip:dave@example.com"]);
        var add = scene.Peer.Expect($"REFER {Room}");
        Assert.Equal(route, add["Route"]);
        Assert.Equal(Access, add["P-Access-Network-Info"]);
        scene.Peer.Answer(add, 200, "Refer-Sub: false");
        _ = session.RemoveAsync(["sip:dave@example.com"]);
        var remove = scene.Peer.Expect($"REFER {Room}");
        Assert.Equal(route, remove["Route"]);
        Assert.Equal("<sip:alice@example.com>", remove["P-Preferred-Identity"]);
    }

    [Fact] // IMC-EXT-IMS, IMC-REJOIN-IMS
    public void IMC_EXT_IMS_and_IMC_REJOIN_IMS_the_invitations_to_the_factory_and_back_take_it_too()
    {
        using var scene = Ims();
        var session = scene.Called(out _);
        _ = session.ExtendAsync(["sip:carol@example.net"]);
        var extending = scene.Peer.Expect("INVITE sip:conference-factory@example.com");
        Assert.Equal(Preloaded, extending["Route"]);
        scene.Peer.Answer(extending, 403);
        scene.Peer.Expect("ACK");
        _ = session.LeaveAsync();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        _ = scene.Client.RejoinAsync(session.Identity!);
        var back = scene.Peer.Expect("INVITE sip:one-5c1d@");
        Assert.Equal((Preloaded, Access), (back["Route"], back["P-Access-Network-Info"]));
    }

    [Fact] // IMC-TERM-IMS, IMC-INV-IMS, IMC-REL-IMS
    public void IMC_TERM_IMS_IMC_INV_IMS_and_IMC_REL_IMS_the_answers_name_identity_and_access_and_follow_the_recorded_route()
    {
        using var scene = Ims();
        scene.Events();
        var invite = scene.Invite(more: "P-Asserted-Identity: <sip:bob@example.com>\nRecord-Route: <sip:198.51.100.5;transport=tcp;lr>, <sip:scscf1.example.com;lr>");
        var ringing = scene.Peer.Expect("SIP/2.0 180");
        Assert.Equal(Access, ringing["P-Access-Network-Info"]);
        var session = Assert.IsType<Invited>(scene.NextEvent()).Session;
        _ = session.AcceptAsync();
        var ok = scene.Peer.Expect("SIP/2.0 200");
        Assert.Equal((Access, "<sip:alice@example.com>"), (ok["P-Access-Network-Info"], ok["P-Preferred-Identity"]));
        Assert.Equal(["<sip:198.51.100.5;transport=tcp;lr>", "<sip:scscf1.example.com;lr>"], ok.All("Record-Route").SelectMany(static r => r.Split(", ")));
        scene.InDialog(invite, ok, "ACK", 1);
        scene.InDialog(invite, ok, "BYE", 2, "P-Charging-Vector: icid-value=1\n");
        var released = scene.Peer.Expect("SIP/2.0 200");
        Assert.Equal(Access, released["P-Access-Network-Info"]);
        Assert.Contains(scene.Events(), static e => e is Ended { Reason: SessionEnd.Released });
    }

    [Fact]
    public void IMC_GEN_9_a_page_takes_the_learnt_route_as_well()
    {
        using var scene = Started();
        var early = scene.Client.PageAsync("sip:bob@example.com", "hi");
        scene.Peer.ExpectSilence();
        Assert.Equal(PageFate.Unreachable, early.Result().Fate);
        Learning(scene, Learnt);
        _ = scene.Client.PageAsync("sip:bob@example.com", "hi");
        var message = scene.Peer.Expect("MESSAGE");
        Assert.Equal((Preloaded, Access), (message["Route"], message["P-Access-Network-Info"]));
    }

    [Fact]
    public void IMC_REL_IMS_a_cancel_is_sent_without_the_access()
    {
        using var scene = Ims();
        using var giveUp = new CancellationTokenSource();
        _ = scene.Client.CallAsync("sip:bob@example.com", cancellationToken: giveUp.Token);
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 180, tag: "b");
        giveUp.Cancel();
        var cancel = scene.Peer.Expect("CANCEL");
        Assert.Null(cancel["P-Access-Network-Info"]);
        Assert.Equal(Preloaded, cancel["Route"]); // RFC 3261 9.1: as in the INVITE
    }

    [Theory]
    [InlineData("<sip:alice@example.com>", "sip:alice@example.com")]
    [InlineData("<sip:ALICE@example.com>, <sip:alice@EXAMPLE.COM;user=phone>", "sip:alice@example.com")]
    [InlineData("\"Default\" <sip:alice.ash@ims.example.com>, <tel:+15551234>", "sip:alice.ash@ims.example.com")]
    [InlineData("", "sip:alice@example.com")]
    [InlineData("<<nonsense>>", "sip:alice@example.com")]
    public void COM_IMS_1_the_preferred_identity_is_one_that_the_core_associates(string associated, string preferred)
    {
        using var scene = Ims($"Expires: 3600{(associated.Length > 0 ? $"\nP-Associated-URI: {associated}" : "")}");
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        Assert.Equal($"<{preferred}>", invite["P-Preferred-Identity"]);
        Assert.Equal(Proxy, invite["Route"]); // no Service-Route: the proxy alone
    }

    [Fact]
    public void RFC_3608_6_1_the_latest_200_counts_and_one_without_a_route_clears_it()
    {
        using var scene = Ims();
        scene.World.Advance(TimeSpan.FromSeconds(3001));
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, "Service-Route: <sip:scscf9.example.com;lr>\nExpires: 3600");
        _ = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        Assert.Equal($"{Proxy}, <sip:scscf9.example.com;lr>", invite["Route"]);
        scene.Peer.Answer(invite, 486);
        scene.Peer.Expect("ACK");
        scene.World.Advance(TimeSpan.FromSeconds(3001));
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, "Expires: 3600");
        _ = scene.Client.CallAsync("sip:bob@example.com");
        Assert.Equal(Proxy, scene.Peer.Expect("INVITE")["Route"]);
    }

    [Fact]
    public void COM_IMS_1_nothing_is_started_before_the_user_is_registered()
    {
        using var scene = Started();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        scene.Peer.ExpectSilence();
        Assert.Equal((SessionFailure.NotRegistered, 0), (calling.Result().Failure, calling.Result().Status));
        Learning(scene, Learnt);
        scene.Called(out _);
        scene.Peer.Flow!.Close(EndReason.None);
        scene.World.Run();
        var group = scene.Client.GroupAsync(["sip:bob@example.com"]);
        scene.World.Run();
        Assert.Equal(SessionFailure.NotRegistered, group.Result().Failure);
        Assert.DoesNotContain(scene.Peer.Heard, static m => m.RequestUri.Contains("factory", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Service-Route: <sip:a", "The Service-Route of the server cannot be read.")]
    [InlineData("Service-Route: <tel:+1>", "The Service-Route of the server cannot be read.")]
    [InlineData("many", "The server wants requests to take more than 16 proxies (Service-Route).")]
    public void A_core_whose_route_cannot_be_used_is_no_core_to_be_registered_at(string route, string text)
    {
        if (route == "many") route = "Service-Route: " + string.Join(", ", Enumerable.Range(0, 17).Select(static i => $"<sip:s{i}.example.com;lr>"));
        using var scene = Started();
        var registering = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, route);
        Assert.Equal((false, text), (registering.Result().IsRegistered, registering.Result().Text));
    }

    [Fact]
    public void COM_IMS_3_on_plain_sip_nothing_of_it_is_said_whatever_the_server_tells()
    {
        using var scene = new Scene();
        Learning(scene, Learnt);
        Assert.Empty(Assert.IsType<Registered>(scene.NextEvent()).AssociatedAddresses);
        scene.Called(out var invite);
        Assert.Null(invite["Route"]);
        Assert.All(scene.Peer.Heard, static m => Assert.Null(m["P-Access-Network-Info"]));
        Assert.Null(scene.Peer.Heard[0]["Supported"]);
        Assert.Null(scene.Peer.Heard[0]["Authorization"]);
    }

    [Theory]
    [InlineData("a\r\nX: y", null)]
    [InlineData(" ", null)]
    [InlineData(null, "alice\"")]
    [InlineData(null, "")]
    public void A_profile_that_would_break_a_header_is_misuse(string? access, string? name)
    {
        using var world = new Confab.Sim.SimWorld();
        Assert.Throws<ArgumentException>(() => new ImClient(world.Host("192.0.2.11", idSeed: 1), new() { Address = "sip:alice@example.com", Ims = new() { AccessNetworkInfo = access, PrivateIdentity = name } }));
    }
}
