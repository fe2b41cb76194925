using Confab.Runtime;
using Confab.Server.Owners;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>
/// One group in which everybody adds, removes, leaves, comes back, subscribes, and is lost, with all of it on its way for some milliseconds: what
/// subscribers were told is what is so, everybody has one leg at most, and whoever waits to hear of a REFER has heard when all is quiet.
/// </summary>
public sealed class GroupLifeTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_told_is_so_and_nothing_stays(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            options =>
            {
                options.Session.MaxLengthSeconds = 20_000;
                options.Session.MinNotifyIntervalSeconds = seed % 3 * 2;
                options.Session.ReleaseAdhocOnOriginatorLeave = false;
                options.Session.NumberOfRemainingParticipants = seed % 2;
                options.Session.StaleLegSeconds = 20;
            },
            seed,
            shuffles: true,
            transport: seed % 3 == 0 ? Transport.Udp : Transport.Tcp);
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol, rig.Phone("dave")];
        rig.Rest();
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(3);
        var room = "";
        var subscriptions = new List<PhoneSubscription>();
        for (var step = 0; step < 400; step++)
        {
            if (!IsLive(rig, room))
            {
                foreach (var one in phones) one.IsPolite = true;
                var started = rig.Alice.InviteGroup([.. phones.Skip(1).Select(static p => p.Address)]);
                rig.Advance(1);
                room = started.Identity;
                subscriptions.Clear();
            }

            var phone = phones[random.Next(4)];
            phone.IsPolite = random.Next(6) > 0;
            Act(random, phone, phones, room, subscriptions);
            rig.Advance(random.Next(25) == 0 ? random.Next(60) : random.Next(8) / 1000.0);
            foreach (var focus in rig.Server.Node.Router.Sessions)
                Assert.DoesNotContain(focus.Participants.Where(static p => p.State != ParticipantState.Leaving).GroupBy(static p => p.Address), static g => g.Count() > 1);
            if (step % 100 == 99) AssertTold(rig, phones, subscriptions);
        }

        rig.AssertNothingStays(phones);
    }

    /// <summary>When nobody rings any more and no leg is on its way out, all subscribers know the same, which is the roster.</summary>
    private static void AssertTold(ServerRig rig, Phone[] phones, List<PhoneSubscription> subscriptions)
    {
        foreach (var phone in phones) phone.IsPolite = true;
        rig.Advance(250);
        foreach (var focus in rig.Server.Node.Router.Sessions)
        {
            Assert.All(focus.Participants, static p => Assert.Equal(ParticipantState.Connected, p.State));
            Assert.Equal(
                focus.Participants.Select(static p => p.Address).Order(StringComparer.Ordinal),
                focus.Roster.Attendees.Where(static a => a.Status == EndpointStatus.Connected).Select(static a => a.Address).Order(StringComparer.Ordinal));
            Assert.Empty(focus.Referrals);
            Assert.True(focus.ConnectedCount > focus.Node.Options.Session.NumberOfRemainingParticipants);
            var roster = Told(focus.Roster.Attendees.Select(static a => (a.Address, Status: a.Status == EndpointStatus.Connected)));
            var known = focus.Subscriptions.CallIds.Select(static id => id.ToString()).ToHashSet(); // one whose connection broke is given up
            foreach (var subscription in subscriptions.Where(s => known.Contains(s.CallId)))
                Assert.Equal(roster, Told(subscription.View.Users.Select(static u => (u.Entity, u.Endpoints[0].Status == "connected"))));
        }

        Assert.All(subscriptions, static s => Assert.True(s.IsWhole));
    }

    private static string Told(IEnumerable<(string Address, bool IsIn)> users) =>
        string.Join(' ', users.OrderBy(static u => u.Address, StringComparer.Ordinal).Select(static u => $"{u.Address}={(u.IsIn ? "in" : "out")}"));

    private static bool IsLive(ServerRig rig, string room) => rig.Server.Node.Router.Sessions.Any(f => room.Contains(f.IdentityUser, StringComparison.Ordinal));

    private static void Act(Random random, Phone phone, Phone[] phones, string room, List<PhoneSubscription> subscriptions)
    {
        var call = phone.Calls.FindLast(c => c.Identity == room && c.Byes == 0);
        var other = phones[random.Next(4)].Address;
        switch (random.Next(24))
        {
            case <= 3:
                phone.Invite(room);
                break;
            case <= 7 when call is { IsCaller: false }:
                call.Respond(random.Next(8) switch { 0 => 486, 1 or 2 => 180, _ => 200 });
                break;
            case 8 or 9 when call is { RemoteTag.Length: > 0 }:
                call.Bye();
                break;
            case <= 12 when call is { RemoteUri.Length: > 0 }:
                call.Media.Bind();
                break;
            case 13 when call?.Media.Flow is { IsOpen: true }:
                call.Media.Break();
                break;
            case 14 when random.Next(4) == 0:
                phone.Drop();
                phone.Register();
                break;
            case 15 or 16 when subscriptions.Count < 12:
                subscriptions.Add(new PhoneSubscription(phone, room));
                break;
            case 17 when subscriptions.Count > 0:
                subscriptions[random.Next(subscriptions.Count)].Subscribe(random.Next(3) == 0 ? 0 : 3600);
                break;
            case > 17 when call is { RemoteTag.Length: > 0 }:
                var method = random.Next(3) == 0 ? ";method=BYE" : "";
                var headers = $"Contact: {phone.Contact}\r\nRefer-To: <{other}{method}>\r\n{(random.Next(3) == 0 ? "Refer-Sub: false\r\n" : "")}";
                call.InDialog("REFER", more: headers);
                break;
        }
    }
}
