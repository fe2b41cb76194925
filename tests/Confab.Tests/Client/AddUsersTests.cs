using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 6.1.1: the client adds users to a session. Flows F6 and F7.</summary>
public sealed class AddUsersTests
{
    const string Room = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string All = "norefersub, multiple-refer, tdialog";

    [Fact]
    public void IMC_ADD_1_2_3_3a_3b_and_6_one_user_is_added_by_a_refer_in_the_dialog()
    {
        using var scene = new Scene();
        var session = Group(scene, out var invite);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect($"REFER {Room} SIP/2.0");
        Assert.Equal(invite["Call-ID"], refer["Call-ID"]);
        Assert.Equal(invite["From"], refer["From"]);
        Assert.Equal("<sip:bob@example.com>;tag=bobtag", refer["To"]);
        Assert.Equal("<sip:dave@example.com;method=INVITE>", Assert.Single(refer.All("Refer-To")));
        Assert.Equal("true", refer["Refer-Sub"]);
        Assert.Equal("norefersub", refer["Supported"]);
        Assert.Equal("*;+g.oma.sip-im", refer["Accept-Contact"]);
        Assert.Equal("<sip:alice@example.com>", refer["P-Preferred-Identity"]); // IMC-ADD-IMS
        Assert.EndsWith(";+g.oma.sip-im", Assert.Single(refer.All("Contact")), StringComparison.Ordinal);
        Assert.Null(refer["Require"]);
        Assert.Null(refer["Norefer-Sub"]);
        Assert.Null(refer["Privacy"]);
        Assert.Equal("0", refer["Content-Length"]);
        scene.Peer.Answer(refer, 200);
        Assert.True(adding.Result().IsAccepted);
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData(All, "multiple-refer, norefersub", null)]
    [InlineData("multiple-refer", "multiple-refer", "norefersub")]
    public void IMC_ADD_4_4a_4b_4c_and_4d_several_users_stand_in_a_list(string supported, string require, string? ownSupported)
    {
        using var scene = new Scene();
        var session = Group(scene, out _, supported);
        var adding = session.AddAsync(["sip:dave@example.com", "sip:erin@example.com", "sip:dave@EXAMPLE.com:5060", "sip:alice@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        Assert.StartsWith("<cid:", refer["Refer-To"], StringComparison.Ordinal);
        Assert.Equal(refer["Refer-To"]!.Replace("cid:", "", StringComparison.Ordinal), refer["Content-ID"]);
        Assert.Equal("application/resource-lists+xml", refer["Content-Type"]);
        Assert.Equal("recipient-list", refer["Content-Disposition"]);
        Assert.Equal("false", refer["Refer-Sub"]);
        Assert.Equal(require, refer["Require"]);
        Assert.Equal(ownSupported, refer["Supported"]);
        Assert.Equal(1, refer.Text.Split("sip:dave").Length - 1);
        Assert.Contains("<entry uri=\"sip:dave@example.com;method=INVITE\"/>", refer.Text, StringComparison.Ordinal);
        Assert.Contains("<entry uri=\"sip:erin@example.com;method=INVITE\"/>", refer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("uri=\"sip:alice", refer.Text, StringComparison.Ordinal);
        scene.Peer.Answer(refer, 202, "Refer-Sub: false");
        Assert.Equal((true, 202), (adding.Result().IsAccepted, adding.Result().Status)); // IMC-ADD-RSP
    }

    [Fact]
    public void IMC_ADD_MAX1_and_MAX2_as_many_as_the_largest_group_are_sent_and_no_more()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxAdhocGroupSize = 2 });
        var session = Group(scene, out _);
        var adding = session.AddAsync(["sip:b@example.com", "sip:c@example.com", "sip:d@example.com"]);
        scene.Peer.ExpectSilence();
        Assert.Equal(ReferFailure.MaxAdhocGroupSizeExceeded, adding.Result().Failure);
        var fitting = session.AddAsync(["sip:b@example.com", "sip:c@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), 200);
        Assert.True(fitting.Result().IsAccepted);
    }

    [Fact]
    public void IMC_ADD_5_and_IMC_ADD_N2_who_is_anonymous_in_the_session_asks_for_privacy_and_is_told_where_the_rules_refuse_it()
    {
        using var scene = new Scene();
        var session = Group(scene, out _, anonymous: true);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        Assert.Equal("id", refer["Privacy"]);
        scene.Peer.Answer(refer, 403, "Warning: 399 im \"Anonymity is not allowed\"");
        Assert.Equal(new ReferOutcome(ReferFailure.Refused, 403, "Anonymity is not allowed"), adding.Result());
        scene.Peer.ExpectSilence(); // never again with the name
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Theory]
    [InlineData(All, "tdialog")]
    [InlineData("norefersub", null)]
    public void IMC_ADD_6_outside_of_the_dialog_where_the_user_wants_that(string supported, string? require)
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, OutOfDialogRefer = true });
        var session = Group(scene, out var invite, supported);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect($"REFER {Room} SIP/2.0");
        Assert.NotEqual(invite["Call-ID"], refer["Call-ID"]);
        Assert.Equal($"<{Room}>", refer["To"]);
        Assert.Equal(require, refer["Require"]);
        var tag = invite["From"]!.Split("tag=")[1];
        Assert.Equal(require is null ? null : $"{invite["Call-ID"]};local-tag={tag};remote-tag=bobtag", refer["Target-Dialog"]);
        scene.Peer.Answer(refer, 200, tag: "referred");
        Assert.True(adding.Result().IsAccepted);
        scene.Events();
        Notify(scene, refer, 1, "active;expires=60", "SIP/2.0 100 Trying", from: $"<{Room}>;tag=referred");
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(100, Assert.IsType<ReferProgress>(scene.NextEvent()).Status);
    }

    [Fact]
    public void IMC_ADD_6_a_GRUU_must_not_be_the_end_of_two_usages_of_a_dialog()
    {
        using var scene = new Scene();
        var session = Group(scene, out _, identity: "sip:sess-7f3a@198.51.100.5;gr=urn:x");
        _ = session.AddAsync(["sip:dave@example.com"]);
        Assert.DoesNotContain("tag=", scene.Peer.Expect("REFER")["To"], StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_ADD_NTF1_and_NTF2_what_comes_of_it_is_told_and_a_second_refer_is_told_apart_by_its_id()
    {
        using var scene = new Scene();
        var session = Group(scene, out _);
        _ = session.AddAsync(["sip:dave@example.com"]);
        var first = scene.Peer.Expect("REFER");
        Notify(scene, first, 101, "active;expires=60", "SIP/2.0 100 Trying"); // before its answer
        scene.Peer.Expect("SIP/2.0 200 ");
        scene.Peer.Answer(first, 200);
        Assert.Equal(new ReferProgress(session, "sip:dave@example.com", 100, "Trying", false), Assert.Single(scene.Events()));
        _ = session.AddAsync(["sip:erin@example.com"]);
        var second = scene.Peer.Expect("REFER");
        scene.Peer.Answer(second, 200);
        var id = second["CSeq"]!.Split(' ')[0];
        Notify(scene, second, 102, "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\nWarning: 399 im \"At lunch\"", $"refer;id={id}");
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(new ReferProgress(session, "sip:erin@example.com", 486, "399 im \"At lunch\"", true), Assert.Single(scene.Events()));
        Notify(scene, first, 103, "terminated;reason=noresource", "SIP/2.0 200 OK");
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal(new ReferProgress(session, "sip:dave@example.com", 200, "OK", true), Assert.Single(scene.Events()));
        Notify(scene, first, 104, "terminated;reason=noresource", "SIP/2.0 200 OK"); // after the last
        scene.Peer.Expect("SIP/2.0 481 ");
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData("Refer-Sub: false", "SIP/2.0 481 ")]
    [InlineData("Server: does not know it", "SIP/2.0 200 ")]
    public void IMC_ADD_NTF3_no_notify_is_taken_where_it_was_agreed_that_none_would_come(string header, string answer)
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, SuppressReferSubscription = true });
        var session = Group(scene, out _);
        _ = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        Assert.Equal("false", refer["Refer-Sub"]);
        scene.Peer.Answer(refer, 200, header);
        Notify(scene, refer, 101, "active;expires=60", "SIP/2.0 100 Trying");
        scene.Peer.Expect(answer);
    }

    [Theory]
    [InlineData("active;expires=60", "INVITE sip:x SIP/2.0")]
    [InlineData(null, "SIP/2.0 100 Trying")]
    public void A_notify_that_cannot_be_read_is_400(string? state, string body)
    {
        using var scene = new Scene();
        var session = Group(scene, out _);
        _ = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        scene.Peer.Answer(refer, 200);
        Notify(scene, refer, 101, state, body);
        scene.Peer.Expect("SIP/2.0 400 ");
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_server_that_tells_nothing_is_waited_for_32_seconds_and_then_as_long_as_the_subscription_lasts()
    {
        using var scene = new Scene();
        var session = Group(scene, out _);
        _ = session.AddAsync(["sip:dave@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        scene.Peer.Answer(refer, 200);
        scene.World.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(scene.Events().OfType<ReferProgress>());
        Notify(scene, refer, 101, "active;expires=60", "SIP/2.0 100 Trying");
        scene.Peer.Expect("SIP/2.0 200 ");
        scene.World.Advance(TimeSpan.FromSeconds(91));
        Assert.Single(scene.Events().OfType<ReferProgress>());
        scene.World.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((408, true), scene.Events().OfType<ReferProgress>().Select(p => (p.Status, p.IsFinal)).Single());
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "Not Found")]
    [InlineData(486, "Too many participants")]
    public void IMC_ADD_RSP_a_refusal_is_told(int status, string text)
    {
        using var scene = new Scene();
        var session = Group(scene, out _);
        var adding = session.AddAsync(["sip:dave@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), status, $"Warning: 399 im \"{text}\"");
        Assert.Equal(new ReferOutcome(ReferFailure.Refused, status, text), adding.Result());
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_ADD_RSP_a_server_without_lists_gets_a_refer_a_user()
    {
        using var scene = new Scene();
        var session = Group(scene, out _);
        var adding = session.AddAsync(["sip:dave@example.com", "sip:erin@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), 420, "Unsupported: multiple-refer");
        var dave = scene.Peer.Expect("REFER");
        var erin = scene.Peer.Expect("REFER");
        Assert.Equal("<sip:dave@example.com;method=INVITE>", dave["Refer-To"]);
        Assert.Equal("<sip:erin@example.com;method=INVITE>", erin["Refer-To"]);
        scene.Peer.Answer(erin, 486, "Warning: 399 im \"Too many participants\"");
        Assert.False(adding.IsCompleted);
        scene.Peer.Answer(dave, 200);
        Assert.Equal(new ReferOutcome(ReferFailure.Refused, 486, "sip:erin@example.com: Too many participants"), adding.Result());
    }

    [Fact]
    public void Nobody_is_added_to_a_session_without_a_focus_nor_the_user_himself()
    {
        using var scene = new Scene();
        var single = scene.Called(out _);
        var adding = single.AddAsync(["sip:dave@example.com"]);
        scene.Peer.ExpectSilence();
        Assert.Equal(ReferFailure.NoConference, adding.Result().Failure);
        Assert.Throws<ArgumentException>(() => { _ = single.AddAsync(["nonsense"]); });

        using var other = new Scene();
        var alone = Group(other, out _).AddAsync(["sip:alice@example.com"]);
        other.Peer.ExpectSilence();
        Assert.Equal(ReferFailure.NobodyNamed, alone.Result().Failure);
    }

    [Fact]
    public void A_server_that_does_not_answer_is_told_as_such()
    {
        using var scene = new Scene();
        var adding = Group(scene, out _).AddAsync(["sip:dave@example.com"]);
        scene.Peer.Expect("REFER");
        scene.World.Advance(TimeSpan.FromSeconds(33));
        Assert.Equal(ReferFailure.Unreachable, adding.Result().Failure);
    }

    [Fact]
    public void A_notify_of_no_refer_is_481()
    {
        using var scene = new Scene();
        Group(scene, out var invite);
        Notify(scene, invite, 101, "active;expires=60", "SIP/2.0 100 Trying");
        scene.Peer.Expect("SIP/2.0 481 ");
        Assert.Empty(scene.Events());
    }

    internal static ImSession Group(Scene scene, out WireMessage invite, string supported = All, bool anonymous = false, string identity = Room)
    {
        var calling = scene.Client.CallAsync("sip:bob@example.com", anonymous);
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, $"Contact: <{identity}>;isfocus;+g.oma.sip-im\nSupported: {supported}", ScriptedPeer.Sdp(), tag: "bobtag");
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        var outcome = calling.Result();
        Assert.True(outcome.IsEstablished, outcome.Text);
        scene.Peer.Ignore();
        scene.Events();
        return outcome.Session!;
    }

    internal static void Notify(Scene scene, WireMessage refer, int number, string? state, string body, string name = "refer", string from = "<sip:bob@example.com>;tag=bobtag") => scene.Peer.Request(
        "NOTIFY",
        "sip:alice@192.0.2.11",
        $"From: {from}\nTo: {refer["From"]}\nCall-ID: {refer["Call-ID"]}\nCSeq: {number} NOTIFY\nContact: <{Room}>;isfocus\nEvent: {name}\n"
            + (state is null ? "" : $"Subscription-State: {state}\n") + "Content-Type: message/sipfrag;version=2.0",
        body);
}
