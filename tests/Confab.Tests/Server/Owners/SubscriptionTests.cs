using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>However subscriptions to a session end, nothing of them stays; and what is told is whole whatever happens meanwhile.</summary>
public sealed class SubscriptionTests
{
    private static readonly Dictionary<string, Action<ServerRig, Call, PhoneSubscription>> s_ends = new()
    {
        ["released"] = static (_, alice, _) => alice.Bye(),
        ["unsubscribed"] = static (_, alice, bob) =>
        {
            bob.Subscribe(0);
            Assert.True(bob.IsTerminated);
            alice.Bye();
        },
        ["expired"] = static (rig, alice, bob) =>
        {
            rig.Advance(3600);
            Assert.True(bob.IsTerminated);
            alice.Bye();
        },
        ["subscriber left"] = static (rig, alice, bob) =>
        {
            rig.Bob.LastCall.Bye();
            Assert.True(bob.IsTerminated);
            alice.Bye();
        },
        ["NOTIFY refused 481"] = static (rig, alice, bob) => Fails(rig, alice, bob, 481),
        ["NOTIFY refused 500"] = static (rig, alice, bob) => Fails(rig, alice, bob, 500),
        ["NOTIFY not answered"] = static (rig, alice, bob) => Fails(rig, alice, bob, 0),
        ["released while a NOTIFY is not answered"] = static (rig, alice, bob) =>
        {
            bob.Answers = 0;
            rig.Carol.LastCall.Bye();
            alice.Bye();
        },
        ["last NOTIFY not answered"] = static (_, alice, bob) =>
        {
            bob.Answers = 0;
            alice.Bye();
        },
        ["connection lost"] = static (rig, alice, _) =>
        {
            rig.Bob.Drop();
            rig.Carol.LastCall.Bye();
            rig.Advance(40);
            alice.Bye();
        },
        ["connection lost and released"] = static (rig, alice, _) =>
        {
            rig.Bob.Drop();
            alice.Bye();
        },
        ["refused"] = static (rig, alice, bob) =>
        {
            Assert.Equal(423, new PhoneSubscription(rig.Carol, Room(alice), 1).Status);
            Assert.Equal(403, new PhoneSubscription(rig.Phone("dave"), Room(alice)).Status);
            alice.Bye();
            Assert.Equal(404, new PhoneSubscription(rig.Carol, Room(alice)).Status);
        },
        ["polled"] = static (rig, alice, _) =>
        {
            Assert.True(new PhoneSubscription(rig.Carol, Room(alice), 0).IsTerminated);
            alice.Bye();
        },
    };

    public static TheoryData<string> Ends => [.. s_ends.Keys];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Ends))]
    public void Nothing_stays(string end)
    {
        foreach (var transport in (Transport[])[Transport.Tcp, Transport.Udp])
        {
            using var rig = new ServerRig(transport: transport);
            rig.Phone("dave");
            rig.Rest();
            var (alice, _, _) = rig.Group();
            var bob = new PhoneSubscription(rig.Bob, Room(alice));
            Assert.Equal(200, bob.Status);
            Assert.Equal(3, bob.View.Users.Count());
            s_ends[end](rig, alice, bob);
            rig.AssertAtRest();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_subscribes_whenever_is_told_all(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            options =>
            {
                options.Session.MinNotifyIntervalSeconds = seed % 4;
                options.Session.ReleaseAdhocOnOriginatorLeave = false;
                options.Limits.NotifyBodyBytes = 600;
            },
            seed,
            shuffles: true,
            transport: seed % 3 == 0 ? Transport.Udp : Transport.Tcp);
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol, rig.Phone("dave")];
        rig.Rest();
        var alice = rig.Alice.InviteGroup([.. phones.Skip(1).Select(static p => p.Address), "sip:nobody@example.com"]);
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(3);
        var subscriptions = new List<PhoneSubscription>();
        for (var step = 0; step < 60; step++)
        {
            var phone = phones[random.Next(4)];
            switch (random.Next(8))
            {
                case 0 or 1 when subscriptions.Count < 12:
                    subscriptions.Add(new PhoneSubscription(phone, Room(alice)));
                    break;
                case 2 when subscriptions.Count > 0:
                    subscriptions[random.Next(subscriptions.Count)].Subscribe(random.Next(3) == 0 ? 0 : 3600);
                    break;
                case 3 when phone != rig.Alice && phone.Calls.Count > 0:
                    phone.LastCall.Respond(((int[])[180, 200, 486])[random.Next(3)]);
                    break;
                case 4 when phone != rig.Alice && phone.Calls.Count > 0 && random.Next(3) == 0:
                    phone.LastCall.Bye();
                    break;
                default:
                    rig.Advance(random.Next(4) == 0 ? random.Next(8) : random.Next(8) / 1000.0);
                    break;
            }
        }

        rig.Advance(60);
        Assert.All(subscriptions, static s => Assert.True(s.IsWhole));
        PhoneSubscription[] told = [.. subscriptions.Where(static s => s is { IsTerminated: false, Notifies.Count: > 0 })];
        Assert.All(told, s => Assert.Equal(Statuses(told[0]), Statuses(s)));
        foreach (var phone in phones)
        {
            foreach (var call in phone.Calls.ToArray())
            {
                if (!call.IsCaller) call.Respond(486);
                if (call.RemoteTag.Length > 0) call.Bye();
            }
        }

        rig.Sim.Network.Latency = TimeSpan.Zero;
        rig.Rest();
        rig.AssertAtRest();
    }

    [Fact]
    public void A_room_of_ten_thousand_is_told_in_many_messages_that_each_fit_a_datagram()
    {
        using var rig = new ServerRig(static options =>
        {
            options.Session.MaxAdhocGroupSize = 10_000;
            options.Limits.SipBodyBytes = 2_000_000;
        });
        var alice = rig.Alice.InviteGroup([rig.Bob.Address, .. Enumerable.Range(0, 9_998).Select(static i => $"sip:u{i}@elsewhere.example")]);
        rig.Bob.LastCall.Respond(200);
        var bob = new PhoneSubscription(rig.Bob, Room(alice));
        Assert.True(bob.IsWhole);
        Assert.Equal(10_000, bob.View.Users.Count());
        Assert.InRange(bob.Notifies.Max(static n => n.Body.Length), 1, 64_000);
        Assert.Equal(2u, bob.View.UserCount);
    }

    private static string Room(Call call) => call.Identity;

    private static string Statuses(PhoneSubscription subscription) =>
        string.Join(' ', subscription.View.Users.OrderBy(static u => u.Entity, StringComparer.Ordinal).Select(static u => $"{u.Entity}={u.Endpoints[0].Status}"));

    private static void Fails(ServerRig rig, Call alice, PhoneSubscription bob, int status)
    {
        bob.Answers = status;
        rig.Carol.LastCall.Bye();
        rig.Advance(40);
        alice.Bye();
    }
}
