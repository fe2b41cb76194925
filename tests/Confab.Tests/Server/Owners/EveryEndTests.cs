using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>However a session ends, nothing of it stays: no owner, no Call-ID, no session, no MSRP leg, no alarm.</summary>
public sealed class EveryEndTests
{
    private static readonly Dictionary<string, Action<ServerRig>> s_ends = new()
    {
        ["bye of the caller"] = static rig => rig.Pair().Alice.Bye(),
        ["bye of the callee"] = static rig => rig.Pair().Bob.Bye(),
        ["both leave at once"] = BothLeaveAtOnce,
        ["refused 486"] = static rig => Refused(rig, 486),
        ["refused 401"] = static rig => Refused(rig, 401),
        ["refused 302"] = static rig => Refused(rig, 302),
        ["refused 503"] = static rig => Refused(rig, 503),
        ["refused 603"] = static rig => Refused(rig, 603),
        ["callee is offline"] = static rig => Assert.Equal(480, rig.Alice.Invite("sip:dave@example.com").Status),
        ["callee is unknown"] = static rig => Assert.Equal(404, rig.Alice.Invite("sip:nobody@example.com").Status),
        ["cancelled while ringing"] = static rig => Cancelled(rig, ringing: true),
        ["cancelled before any answer"] = static rig => Cancelled(rig, ringing: false),
        ["callee answers after the cancel"] = AnswersAfterCancel,
        ["callee is silent after the cancel"] = SilentAfterCancel,
        ["callee rings for ever"] = RingsForEver,
        ["callee never answers at all"] = NeverAnswers,
        ["2xx without a description"] = static rig => BadAnswer(rig, static _ => " "),
        ["2xx with a bad path"] = static rig => BadAnswer(rig, static bob => bob.Sdp("active", path: "msrp://")),
        ["2xx with no common type"] = static rig => BadAnswer(rig, static bob => bob.Sdp("active", "image/png")),
        ["caller sends no ACK"] = NoAck,
        ["bye before the ACK"] = ByeBeforeAck,
        ["nobody binds"] = NobodyBinds,
        ["one does not bind"] = OneDoesNotBind,
        ["callee's MSRP cannot be reached"] = Unreachable,
        ["MSRP lost"] = MsrpLost,
        ["MSRP lost and bye"] = MsrpLostAndBye,
        ["SIP connection lost while ringing"] = LostWhileRinging,
        ["SIP connection lost mid-session"] = LostMidSession,
        ["everything of the callee is lost"] = EverythingLost,
        ["our BYE is not answered"] = ByeUnanswered,
        ["group: originator leaves"] = static rig => rig.Group().Alice.Bye(),
        ["group: members leave"] = GroupMembersLeave,
        ["group: originator leaves while others ring"] = OriginatorLeavesEarly,
        ["group: all refuse"] = static rig => GroupRefused(rig, 486, 603),
        ["group: all are offline"] = static rig => rig.Alice.InviteGroup("sip:dave@example.com", "sip:nobody@elsewhere.example"),
        ["group: too large and malformed"] = BadGroups,
        ["group: bad answers"] = GroupBadAnswers,
        ["group: no ACK"] = GroupNoAck,
        ["without a dialog"] = NoDialog,
        ["bad offers"] = BadOffers,
        ["our offer is answered"] = static rig => OurOffer(rig, static call =>
        {
            AckWith(call, call.Sdp("active"));
            call.Media.Bind();
            Assert.Contains("200 OK", call.Media.Say("hello"), StringComparison.Ordinal);
            call.Bye();
        }),
        ["our offer is not answered"] = static rig => OurOffer(rig, static call =>
        {
            call.Ack();
            Assert.Equal(1, call.Byes);
        }),
        ["our offer is answered with nonsense"] = static rig => OurOffer(rig, static call => AckWith(call, "nonsense")),
        ["our offer is answered with TLS"] = static rig => OurOffer(rig, static call => AckWith(call, call.Sdp("active", path: "msrps://10.0.0.9:1/x;tcp"))),
        ["our offer gets no ACK"] = static rig => OurOffer(rig, static call => call.Phone.Rig.Advance(40)),
        ["our offer is taken back by the callee"] = static rig => OurOffer(rig, static call =>
        {
            call.Phone.Rig.Bob.LastCall.Bye();
            AckWith(call, call.Sdp("active"));
        }),
        ["our offer: the caller leaves instead of answering"] = static rig => OurOffer(rig, static call => call.Bye()),
    };

    public static TheoryData<string, bool> Ends => [.. s_ends.Keys.SelectMany(static end => (TheoryDataRow<string, bool>[])[new(end, false), new(end, true)])];

    [Theory]
    [MemberData(nameof(Ends))]
    public void Nothing_stays(string end, bool udp)
    {
        using var rig = new ServerRig(transport: udp ? Transport.Udp : Transport.Tcp);
        rig.Rest();
        for (var i = 0; i < 3; i++)
        {
            s_ends[end](rig);
            Polite(rig);
            rig.AssertAtRest();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_stays_when_all_of_it_happens_in_one_server(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(seed: seed, shuffles: true);
        rig.Rest();
        for (var i = 0; i < 3; i++)
        {
            var ends = s_ends.Values.ToArray();
            random.Shuffle(ends);
            foreach (var end in ends)
            {
                end(rig);
                Polite(rig);
            }

            rig.Rest();
            rig.AssertAtRest();
        }
    }

    [Theory]
    [InlineData(true, "SIP;cause=503;text=\"Server is stopping\"")]
    [InlineData(false, "SIP;cause=200;text=\"Session released\"")]
    public void A_server_that_stops_ends_what_rings_and_what_stands_and_keeps_what_can_be_stored(bool isStored, string reason)
    {
        using var rig = new ServerRig(disk: new SimDisk(isStored));
        rig.Rest();
        var (alice, bob) = rig.Pair();
        var waiting = rig.Carol.Invite(rig.Bob.Address);
        var asked = rig.Bob.LastCall;
        asked.Respond(180);
        var group = rig.Alice.InviteGroup(rig.Carol.Address);
        rig.Carol.LastCall.Respond(180);

        var stopped = rig.Server.StopAsync(TestContext.Current.CancellationToken);
        rig.Run();
        Assert.Equal((1, 1), (alice.Byes, bob.Byes));
        Assert.Equal(reason, Header(alice.ByeHeard!));
        Assert.Equal(480, waiting.Status);
        Assert.True(asked.Cancelled);
        Assert.Equal(1, group.Byes);
        Assert.True(rig.Carol.LastCall.Cancelled);
        Assert.True(rig.RunUntil(() => stopped.IsCompleted, 1));
        Assert.Equal(0, rig.Server.Node.Msrp.SessionCount);

        foreach (var phone in (Phone[])[rig.Alice, rig.Bob, rig.Carol]) phone.Drop();
        rig.Start();
        var back = isStored ? 200 : 404;
        Assert.Equal(back, rig.Bob.Invite(alice.Identity).Status);
        Assert.Equal(back, rig.Carol.Invite(group.Identity).Status);
    }

    private static string Header(SipRequest bye) => bye.TryGet(HeaderName.Reason, out var reason) ? reason.ToString() : "";

    private static void Polite(ServerRig rig)
    {
        foreach (var phone in (Phone[])[rig.Alice, rig.Bob, rig.Carol])
        {
            phone.IsPolite = true;
            Assert.Equal(200, phone.Register());
        }
    }

    private static (Call Alice, Call Bob) Ringing(ServerRig rig)
    {
        var alice = rig.Alice.Invite(rig.Bob.Address);
        rig.Bob.LastCall.Respond(180);
        return (alice, rig.Bob.LastCall);
    }

    private static void BothLeaveAtOnce(ServerRig rig)
    {
        var (alice, bob) = rig.Pair();
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(5);
        alice.Bye();
        bob.Bye();
        rig.Advance(1);
        rig.Sim.Network.Latency = TimeSpan.Zero;
        Assert.Equal((200, 200), (alice.ByeStatus, bob.ByeStatus));
    }

    private static void Refused(ServerRig rig, int status)
    {
        var (alice, bob) = Ringing(rig);
        bob.Respond(status);
        Assert.Equal(status is 486 or 603 ? status : 480, alice.Status);
        Assert.True(bob.Acked);
    }

    private static void Cancelled(ServerRig rig, bool ringing)
    {
        var alice = rig.Alice.Invite(rig.Bob.Address);
        var bob = rig.Bob.LastCall;
        if (ringing) bob.Respond(180);
        alice.Cancel();
        Assert.Equal(487, alice.Status);
        Assert.Equal(ringing, bob.Cancelled); // before a provisional answer none may be sent (RFC 3261 9.1)
        if (!ringing) bob.Respond(100);
        Assert.True(bob.Cancelled);
    }

    private static void AnswersAfterCancel(ServerRig rig)
    {
        rig.Bob.IsPolite = false;
        var (alice, bob) = Ringing(rig);
        alice.Cancel();
        bob.Respond(200);
        Assert.Equal(487, alice.Status);
        Assert.True(bob.Acked);
        Assert.Equal(1, bob.Byes);
        rig.Bob.Respond(bob.ByeHeard!, 200, bob.LocalTag);
    }

    private static void SilentAfterCancel(ServerRig rig)
    {
        rig.Bob.IsPolite = false;
        var (alice, bob) = Ringing(rig);
        alice.Cancel();
        rig.Advance(60);
        Assert.True(bob.Cancelled);
    }

    private static void RingsForEver(ServerRig rig)
    {
        var (alice, bob) = Ringing(rig);
        rig.Advance(179.9);
        Assert.Equal((0, false), (alice.Status, bob.Cancelled));
        rig.Advance(0.1);
        Assert.Equal((480, true), (alice.Status, bob.Cancelled));
    }

    private static void NeverAnswers(ServerRig rig)
    {
        var alice = rig.Alice.Invite(rig.Bob.Address);
        rig.Advance(32);
        Assert.Equal(408, alice.Status);
    }

    private static void BadAnswer(ServerRig rig, Func<Call, string> body)
    {
        var (alice, bob) = Ringing(rig);
        bob.Respond(200, body(bob));
        Assert.Equal(488, alice.Status);
        Assert.True(bob.Acked);
        Assert.Equal(1, bob.Byes);
    }

    private static void NoAck(ServerRig rig)
    {
        rig.Alice.IsPolite = false;
        var (alice, bob) = rig.Pair();
        rig.Advance(32);
        Assert.Equal(1, alice.Byes);
        Assert.Equal(1, bob.Byes);
        rig.Alice.Respond(alice.ByeHeard!, 200, alice.LocalTag);
    }

    private static void ByeBeforeAck(ServerRig rig)
    {
        rig.Alice.IsPolite = false;
        var (alice, bob) = rig.Pair();
        alice.Bye();
        Assert.Equal((200, 1), (alice.ByeStatus, bob.Byes));
    }

    private static void NobodyBinds(ServerRig rig)
    {
        var (alice, bob) = Ringing(rig);
        bob.Respond(200);
        rig.Advance(60);
        Assert.Equal((1, 1), (alice.Byes, bob.Byes));
    }

    private static void OneDoesNotBind(ServerRig rig)
    {
        var (alice, bob) = Ringing(rig);
        bob.Respond(200);
        alice.Media.Bind();
        rig.Advance(60);
        Assert.Equal((1, 1), (alice.Byes, bob.Byes));
    }

    private static void Unreachable(ServerRig rig)
    {
        var (alice, bob) = Ringing(rig);
        bob.Respond(200, bob.Sdp("passive"));
        rig.Advance(1);
        Assert.Equal((1, 1), (alice.Byes, bob.Byes));
    }

    private static void MsrpLost(ServerRig rig)
    {
        var (alice, bob) = rig.Pair();
        bob.Media.Break();
        rig.Advance(119.9);
        Assert.Equal((0, 0), (alice.Byes, bob.Byes));
        rig.Advance(0.1);
        Assert.Equal((1, 1), (alice.Byes, bob.Byes));
        Assert.Equal("SIP;cause=200;text=\"Removed from session\"", Header(bob.ByeHeard!));
    }

    private static void MsrpLostAndBye(ServerRig rig)
    {
        var (alice, bob) = rig.Pair();
        bob.Media.Break();
        bob.Bye();
        Assert.Equal(1, alice.Byes);
    }

    private static void LostWhileRinging(ServerRig rig)
    {
        var (alice, _) = Ringing(rig);
        rig.Bob.Drop();
        if (rig.Transport == Transport.Tcp) Assert.Equal(480, alice.Status);
        else alice.Cancel();
    }

    private static void LostMidSession(ServerRig rig)
    {
        var (alice, bob) = rig.Pair();
        rig.Bob.Drop();
        alice.Bye();
        Assert.Equal(200, alice.ByeStatus);
        Assert.Equal(rig.Transport == Transport.Udp ? 1 : 0, bob.Byes);
    }

    private static void EverythingLost(ServerRig rig)
    {
        var (alice, bob) = rig.Pair();
        rig.Bob.IsPolite = false;
        rig.Bob.Drop();
        bob.Media.Break();
        rig.Advance(120);
        Assert.Equal(1, alice.Byes);
    }

    private static void ByeUnanswered(ServerRig rig)
    {
        var (alice, _) = rig.Pair();
        rig.Bob.IsPolite = false;
        alice.Bye();
        rig.Advance(33);
    }

    private static void GroupMembersLeave(ServerRig rig)
    {
        var (alice, bob, carol) = rig.Group();
        bob.Bye();
        Assert.Equal((0, 0), (alice.Byes, carol.Byes));
        carol.Bye();
        Assert.Equal(1, alice.Byes);
    }

    private static void OriginatorLeavesEarly(ServerRig rig)
    {
        var alice = rig.Alice.InviteGroup(rig.Bob.Address, rig.Carol.Address, "sip:dave@example.com");
        rig.Bob.LastCall.Respond(180);
        rig.Carol.LastCall.Respond(200);
        alice.Bye();
        Assert.Equal(200, alice.ByeStatus);
        Assert.True(rig.Bob.LastCall.Cancelled);
        Assert.Equal(1, rig.Carol.LastCall.Byes);
    }

    private static void GroupRefused(ServerRig rig, int bob, int carol)
    {
        var alice = rig.Alice.InviteGroup(rig.Bob.Address, rig.Carol.Address);
        rig.Bob.LastCall.Respond(bob);
        Assert.Equal(0, alice.Byes);
        rig.Carol.LastCall.Respond(carol);
        Assert.Equal(1, alice.Byes);
    }

    private static void BadGroups(ServerRig rig)
    {
        var many = Enumerable.Range(0, 100).Select(static i => $"sip:u{i}@example.com").ToArray();
        Assert.Equal(486, rig.Alice.InviteGroup(many).Status);
        Assert.Equal(400, rig.Alice.InviteGroup(rig.Alice.Address).Status);
        Assert.Equal(400, rig.Alice.InviteGroup("mailto:bob@example.com").Status);
    }

    private static void GroupBadAnswers(ServerRig rig)
    {
        var alice = rig.Alice.InviteGroup(rig.Bob.Address, rig.Carol.Address);
        rig.Bob.LastCall.Respond(200, rig.Bob.LastCall.Sdp("active", "text/plain"));
        Assert.Equal((1, 0), (rig.Bob.LastCall.Byes, alice.Byes));
        rig.Carol.LastCall.Respond(200, "nothing");
        Assert.Equal((1, 1), (rig.Carol.LastCall.Byes, alice.Byes));
    }

    private static void GroupNoAck(ServerRig rig)
    {
        rig.Alice.IsPolite = false;
        var alice = rig.Alice.InviteGroup(rig.Bob.Address);
        rig.Bob.LastCall.Respond(200);
        rig.Advance(32);
        Assert.Equal(1, rig.Bob.LastCall.Byes);
        rig.Alice.Respond(alice.ByeHeard!, 200, alice.LocalTag);
    }

    private static void NoDialog(ServerRig rig)
    {
        var alice = rig.Alice;
        foreach (var method in (string[])["BYE", "OPTIONS", "MESSAGE", "FOO", "CANCEL", "ACK"])
        {
            foreach (var toTag in (string[])["", "unknown"])
            {
                alice.Send(alice.Request(method, rig.Bob.Address, $"lost-{method}-{toTag}", 1, "t", rig.Bob.Address, toTag, alice.NewBranch()));
            }
        }
    }

    private static void OurOffer(ServerRig rig, Action<Call> then)
    {
        rig.Alice.IsPolite = false;
        var call = rig.Alice.Invite(rig.Bob.Address, "");
        rig.Bob.LastCall.Respond(200);
        Assert.Equal(200, call.Status);
        rig.Bob.LastCall.Media.Connect();
        rig.Bob.LastCall.Media.Say("before the answer");
        rig.Alice.IsPolite = true;
        then(call);
    }

    private static void AckWith(Call call, string answer) => call.InDialog("ACK", more: "Content-Type: application/sdp\r\n", body: answer);

    private static void BadOffers(ServerRig rig)
    {
        var alice = rig.Alice;
        Assert.Equal(400, alice.Invite(rig.Bob.Address, "nothing").Status);
        Assert.Equal(415, alice.Invite(rig.Bob.Address, "nothing", "text/plain").Status);
        Assert.Equal(488, alice.Invite(rig.Bob.Address, "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n").Status);
        Assert.Equal(420, alice.Invite(rig.Bob.Address, more: "Require: magic\r\n").Status);
    }
}
