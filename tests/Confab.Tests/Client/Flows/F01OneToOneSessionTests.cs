using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F1: a 1-1 session, as the caller and as the callee see it.</summary>
public sealed class F01OneToOneSessionTests
{
    [Fact]
    public void IMC_GEN_1_to_7_IMC_1TO1_1_IMC_1TO1_2_IMC_SDP_7_and_IMC_LEAVE_1_alice_calls_writes_and_leaves()
    {
        using var flow = new ClientFlow();
        var calling = flow.Client.CallAsync("sip:bob@example.com");
        var invite = flow.Sends("INVITE sip:bob@example.com SIP/2.0\r\n", ClientFlow.Initial + "\nTo: <sip:bob@example.com>\nContent-Type: application/sdp\n!Replaces\n!Require"); // 1
        ClientFlow.Offers(invite.Body);
        flow.Peer.Answer(invite, 100); // 2
        flow.Peer.Answer(invite, 180, ClientFlow.Server, tag: "s101"); // 4
        Assert.False(flow.Next<Calling>().Alerting);
        Assert.True(flow.Next<Calling>().Alerting);
        flow.Peer.Answer(invite, 200, $"Contact: <{ClientFlow.One}>;+g.oma.sip-im\nP-Asserted-Identity: <sip:bob@example.com>\n{ClientFlow.Server}\nSupported: replaces, norefersub, tdialog", ClientFlow.Sdp(id: "sA8dJ4nYc1HfXe6U"), tag: "s101"); // 6
        flow.Sends($"ACK {ClientFlow.One} SIP/2.0\r\n", $"To: <sip:bob@example.com>;tag=s101\nFrom: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 1 ACK\nContent-Length: 0");
        flow.Binds("sA8dJ4nYc1HfXe6U"); // 7
        var session = calling.Result().Session!;
        Assert.Equal((ClientFlow.One, false, "IM-serv/OMA1.0 ExampleAs/1.0"), (session.Identity, session.IsGroup, session.PeerRelease));
        Assert.Contains("REFER", session.RemoteAllow!);
        Assert.IsType<Established>(flow.Next<Established>());
        flow.Writes(session, "Hello Bob", "sip:bob@example.com"); // 8

        var leaving = session.LeaveAsync(); // 9
        var bye = flow.Sends($"BYE {ClientFlow.One} SIP/2.0\r\n", $"To: <sip:bob@example.com>;tag=s101\nFrom: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 2 BYE\nUser-Agent: IM-client/OMA1.0 Confab/*\nContent-Length: 0\n!Privacy");
        flow.Peer.Answer(bye, 200);
        Assert.True(leaving.Result());
        Assert.Contains(flow.Scene.Events(), static e => e is Ended { Reason: SessionEnd.Left });
        Assert.False(flow.Peer.Msrp!.IsOpen);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_TERM_3_and_4_IMC_INV_3_4_and_IMC_REL_1_2_the_callee_is_asked_answers_reads_and_is_released()
    {
        using var flow = new ClientFlow();
        var invite = flow.Invites("", "f1-b-90c4@im.example.com", contact: $"<{ClientFlow.One}>;+g.oma.sip-im"); // 3, 4
        var session = flow.Next<Invited>().Session;
        Assert.Equal(("sip:bob@example.com", ClientFlow.One, false), (session.Peer, session.Identity, session.IsGroup));
        var answer = flow.Accepts(session, invite); // 5, 7
        flow.Next<Established>();
        flow.Peer.Msrp!.SendMessage(answer.Sdp("path")!, "msrp://198.51.100.5:2855/sF2b7uDz6NiGo4Ex;tcp", "From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\nDateTime: 2025-01-15T10:00:05Z\n\nContent-Type: text/plain; charset=utf-8\n\nHello Alice");
        Assert.Contains(" 200 OK\r\n", flow.Peer.Msrp.Expect(), StringComparison.Ordinal); // 8
        Assert.Equal("Hello Alice", flow.Next<MessageReceived>().Text);
        flow.Scene.InDialog(invite, answer, "BYE", 2, "Reason: SIP;cause=200;text=\"Session released\"\n");
        flow.Sends("SIP/2.0 200", "CSeq: 2 BYE\nServer: IM-client/OMA1.0 Confab/*"); // 9
        Assert.Equal((SessionEnd.Released, "Session released"), flow.Next<Ended>() is var ended ? (ended.Reason, ended.Text) : default);
        Assert.False(flow.Peer.Msrp.IsOpen);
        flow.EndsHere();
    }

    [Theory]
    [InlineData(486, "", SessionEnd.Failed, "Some Phrase")]
    [InlineData(603, "", SessionEnd.Declined, "Some Phrase")]
    [InlineData(480, "", SessionEnd.Failed, "Some Phrase")]
    [InlineData(404, "", SessionEnd.Failed, "Some Phrase")]
    [InlineData(403, "Warning: 399 im.example.com \"IM is not for you\"", SessionEnd.Failed, "IM is not for you")]
    [InlineData(488, "Warning: 305 im.example.com \"Incompatible media format\"", SessionEnd.Failed, "Incompatible media format")]
    public void IMC_GEN_10_a_refusal_is_acknowledged_in_its_transaction_and_told(int status, string headers, SessionEnd reason, string text)
    {
        using var flow = new ClientFlow();
        var calling = flow.Client.CallAsync("sip:bob@example.com");
        var invite = flow.Sends("INVITE", ClientFlow.Initial);
        flow.Peer.Answer(invite, status, headers, tag: "s101");
        flow.Sends("ACK sip:bob@example.com SIP/2.0\r\n", $"Via: {invite["Via"]}\nTo: <sip:bob@example.com>;tag=s101\nCSeq: 1 ACK\nCall-ID: {invite["Call-ID"]}");
        Assert.Equal((SessionFailure.Refused, status, text), (calling.Result().Failure, calling.Result().Status, calling.Result().Text));
        Assert.Equal((reason, status), flow.Next<Ended>() is var ended ? (ended.Reason, ended.Status) : default);
        flow.EndsHere();
    }

    [Theory]
    [InlineData(603)]
    [InlineData(486)]
    public void IMC_INV_D1_the_callee_declines(int status)
    {
        using var flow = new ClientFlow();
        flow.Invites("", "f1-b", contact: $"<{ClientFlow.One}>;+g.oma.sip-im");
        _ = flow.Next<Invited>().Session.DeclineAsync(status);
        flow.Sends($"SIP/2.0 {status} ", "Server: IM-client/OMA1.0 Confab/*\nCSeq: 1 INVITE");
        flow.EndsHere();
    }
}
