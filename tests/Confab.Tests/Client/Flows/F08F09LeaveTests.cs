using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F8 and F9: a user is removed, and leaves.</summary>
public sealed class F08F09LeaveTests
{
    [Fact]
    public void IMC_REM_1_to_5_and_RSP_alice_removes_bob_and_the_roster_says_so()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        var removing = session.RemoveAsync(["sip:bob@example.com"]);
        var refer = flow.Sends($"REFER {ClientFlow.Room} SIP/2.0\r\n", $"""
            From: <sip:alice@example.com>;tag=*
            To: <sip:conference-factory@example.com>;tag=s111
            Call-ID: {invite["Call-ID"]}
            CSeq: 2 REFER
            Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
            Refer-To: <sip:bob@example.com;method=BYE>
            Refer-Sub: false
            Supported: replaces, timer, norefersub, tdialog
            P-Preferred-Identity: <sip:alice@example.com>
            User-Agent: IM-client/OMA1.0 Confab/*
            Content-Length: 0
            !Require
            """); // F8 1
        flow.Peer.Answer(refer, 200, $"Contact: {ClientFlow.Focus}\nRefer-Sub: false\nSupported: norefersub, multiple-refer"); // 3
        Assert.True(removing.Result().IsAccepted);
        notifier.Partial(1, ("bob@example.com", "disconnected", "booted")); // 7
        Assert.Equal(("sip:bob@example.com", "booted"), Assert.Single(flow.Scene.Events().OfType<RosterChanged>().Single().Changed) is var gone ? (gone.Address, gone.Disconnection) : default);
        flow.EndsHere();
    }

    [Theory] // 2
    [InlineData(403)]
    [InlineData(404)]
    public void IMC_REM_RSP_a_refusal_is_told(int status)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out _);
        var removing = session.RemoveAsync(["sip:bob@example.com"]);
        flow.Peer.Answer(flow.Sends("REFER", "Refer-To: <sip:bob@example.com;method=BYE>"), status);
        Assert.Equal((ReferFailure.Refused, status), (removing.Result().Failure, removing.Result().Status));
        flow.EndsHere();
    }

    [Fact]
    public void IMC_REL_1_2_and_CAUSE_who_is_removed_is_told_so_and_does_not_subscribe_again()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        flow.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: <sip:conference-factory@example.com>;tag=s111\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 2 BYE\nReason: SIP;cause=200;text=\"Removed from session\"\nUser-Agent: IM-serv/OMA1.0 ExampleAs/1.0");
        flow.Sends("SIP/2.0 200", "CSeq: 2 BYE\nServer: IM-client/OMA1.0 Confab/*"); // 4
        Assert.Equal((SessionEnd.Removed, session), flow.Next<Ended>() is var ended ? (ended.Reason, ended.Session) : default);
        Assert.False(flow.Peer.Msrp!.IsOpen);
        notifier.Over("rejected"); // 6
        flow.Scene.World.Advance(TimeSpan.FromMinutes(5));
        flow.EndsHere();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(481)]
    [InlineData(408)]
    [InlineData(0)] // nobody answers
    public void IMC_LEAVE_1_to_4_200_and_ERR_whatever_the_bye_is_answered_she_has_left(int status)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var invite, out var notifier);
        var leaving = session.LeaveAsync();
        var bye = flow.Sends($"BYE {ClientFlow.Room} SIP/2.0\r\n", $"From: {invite["From"]}\nTo: <sip:conference-factory@example.com>;tag=s111\nCall-ID: {invite["Call-ID"]}\nCSeq: 2 BYE\nUser-Agent: IM-client/OMA1.0 Confab/*\nMax-Forwards: 70\nContent-Length: 0\n!Privacy"); // F9 1
        var late = session.SendAsync("too late", CancellationToken.None);
        flow.Scene.World.Run();
        flow.Peer.Msrp!.ExpectSilence(); // no SEND after the BYE
        Assert.False(late.Result().IsSent);
        if (status > 0) flow.Peer.Answer(bye, status); // 2
        else flow.Scene.World.Advance(TimeSpan.FromSeconds(32));
        flow.Scene.World.Run();
        Assert.True(leaving.IsCompleted);
        Assert.Equal(SessionEnd.Left, flow.Scene.Events().OfType<Ended>().Single().Reason);
        Assert.False(flow.Peer.Msrp.IsOpen);
        notifier.Over("noresource"); // 4
        flow.Scene.World.Advance(TimeSpan.FromSeconds(70));
        flow.EndsHere();
    }

    [Fact]
    public void IMC_LEAVE_3_who_joined_anonymously_leaves_so()
    {
        using var flow = new ClientFlow(static o => ClientFlow.Options(o, anonymous: true));
        var joining = flow.Client.JoinGroupAsync("sip:team@groups.example.com");
        flow.Peer.Answer(flow.Sends("INVITE", "Privacy: id"), 200, $"Contact: <{ClientFlow.Room}>;isfocus\nAllow-Events: refer\n{ClientFlow.Server}", ClientFlow.Sdp(id: "s9"), tag: "s1");
        flow.Sends("ACK");
        flow.Binds("s9");
        _ = joining.Result().Session!.LeaveAsync();
        flow.Peer.Answer(flow.Sends("BYE", "Privacy: id\nFrom: <sip:anonymous@anonymous.invalid>;tag=*"), 200);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_REL_1_a_bye_of_no_dialog_is_481()
    {
        using var flow = new ClientFlow();
        flow.Hosts(out _, out _);
        flow.Peer.Request("BYE", "sip:alice@192.0.2.11", "From: <sip:x@example.com>;tag=1\nTo: <sip:alice@example.com>;tag=2\nCall-ID: f9-unknown\nCSeq: 1 BYE");
        flow.Sends("SIP/2.0 481");
        flow.EndsHere();
    }
}
