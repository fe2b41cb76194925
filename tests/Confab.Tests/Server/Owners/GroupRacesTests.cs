using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Xdm;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>
/// The document of a group changes, goes and comes at any moment, while users begin its session, join, rejoin, add, remove and leave: the group
/// never has two sessions, nobody is in one without the right that he came by, and when all have had enough nothing of it stays.
/// </summary>
public sealed class GroupRacesTests
{
    private static readonly string?[] s_documents =
    [
        "of alice, bob, carol | invites",
        "of alice, bob, carol, dave | max 3 | invites | members may initiate, join, see, add, remove",
        "of alice, bob | members may initiate, join, whisper",
        "of carol, dave | invites | others may initiate, join | members may join, see",
        "of alice, bob, carol | max 2 | everybody may join | alice may initiate, add",
        "of alice, bob, carol, dave | max 0",
        "of alice | bob may initiate | carol may join from 2025-01-15T10:00:00Z/2025-01-15T10:05:00Z",
        null,
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void IMS_INIT_4_and_RPOL_2a_one_session_nobody_without_a_right_and_nothing_stays(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            options =>
            {
                options.Session.MaxLengthSeconds = 900;
                options.Session.AutoRelease = seed % 2 == 0;
                options.Session.NumberOfRemainingParticipants = seed % 4 < 2 ? 0 : 1;
            },
            seed,
            shuffles: true,
            transport: seed % 3 == 0 ? Transport.Udp : Transport.Tcp);
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol, rig.Phone("dave")];
        rig.Rest();
        rig.Store(s_documents[0]);
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(3);
        for (var step = 0; step < 300; step++)
        {
            var phone = phones[random.Next(4)];
            phone.IsPolite = random.Next(6) > 0;
            Act(rig, random, phone, phones);
            rig.Advance(random.Next(25) == 0 ? random.Next(60) : random.Next(8) / 1000.0);
            AssertOrder(rig);
        }

        rig.Store(null);
        rig.AssertNothingStays(phones);
    }

    private static void AssertOrder(ServerRig rig)
    {
        var sessions = rig.Server.Node.Router.Sessions.Where(static f => f.Group is not null).ToList();
        Assert.True(sessions.Count <= 1, "two sessions of one group");
        foreach (var focus in sessions)
        {
            Assert.Same(rig.Server.Node.Groups.Find(GroupScene.Team), focus.Group);
            foreach (var participant in focus.Participants.Where(static p => p.State == ParticipantState.Connected))
            {
                var attendee = focus.Roster.Find(participant.Entity)!;
                if (attendee.Joined is not { Method: JoiningMethod.DialedIn, When: var when }) continue;
                var actions = focus.Group!.ActionsOf(focus.UserOf(participant.Address), when);
                Assert.True((actions & (GroupActions.Join | GroupActions.Initiate)) != GroupActions.None, $"{participant.Address} is in without a right");
            }
        }
    }

    private static void Act(ServerRig rig, Random random, Phone phone, Phone[] phones)
    {
        var call = phone.Calls.Count > 0 ? phone.Calls[^random.Next(1, Math.Min(3, phone.Calls.Count) + 1)] : null;
        switch (random.Next(20))
        {
            case 0:
                rig.Store(s_documents[random.Next(s_documents.Length)]);
                break;
            case 1 or 2:
                phone.Invite(GroupScene.Team);
                break;
            case 3: // at once, by two, and once more as the document changes
                phone.Invite(GroupScene.Team);
                phones[random.Next(4)].Invite(GroupScene.Team);
                rig.Store(s_documents[random.Next(s_documents.Length)]);
                break;
            case 4 when phones[random.Next(4)].Calls.FindLast(static c => c.Identity.Length > 0) is { } known:
                phone.Invite(known.Identity);
                break;
            case >= 5 and <= 9 when call is { IsCaller: false }:
                call.Respond(random.Next(8) switch { 0 => 486, 1 or 2 => 180, _ => 200 });
                break;
            case 10 or 11 when call is { RemoteTag.Length: > 0 }:
                call.Bye();
                break;
            case 12 when call is { IsCaller: true }:
                call.Cancel();
                break;
            case 13 or 14 when call is { RemoteUri.Length: > 0 }:
                call.Media.Bind();
                break;
            case 15 when call?.Media.Flow is { IsOpen: true }:
                call.Media.Say("anything");
                break;
            case >= 16 and <= 19 when call is { RemoteTag.Length: > 0 }:
                var target = phones[random.Next(4)];
                call.InDialog("REFER", more: $"Refer-To: <{target.Address}{(random.Next(3) == 0 ? ";method=BYE" : "")}>\r\nRefer-Sub: false\r\nContact: {phone.Contact}\r\n");
                break;
        }
    }
}
