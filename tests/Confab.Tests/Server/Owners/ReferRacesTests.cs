using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>
/// A group whose members add and remove one another at any moment, twice at once, while others answer, leave and are lost: nothing throws,
/// nobody has two legs in the room, and when they have had enough nothing of it stays.
/// </summary>
public sealed class ReferRacesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_throws_nobody_is_there_twice_and_nothing_stays(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            options =>
            {
                options.Session.MaxLengthSeconds = 900;
                options.Session.ReleaseAdhocOnOriginatorLeave = seed % 2 == 0;
                options.Session.NumberOfRemainingParticipants = seed % 2;
            },
            seed,
            shuffles: true,
            transport: seed % 3 == 0 ? Transport.Udp : Transport.Tcp);
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol, rig.Phone("dave")];
        rig.Rest();
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(3);
        for (var step = 0; step < 300; step++)
        {
            var phone = phones[random.Next(4)];
            phone.IsPolite = random.Next(6) > 0;
            Act(random, phone, phones);
            rig.Advance(random.Next(25) == 0 ? random.Next(60) : random.Next(8) / 1000.0);
            foreach (var focus in rig.Server.Node.Router.Sessions)
                Assert.DoesNotContain(focus.Participants.Where(static p => p.State != Confab.Server.Owners.ParticipantState.Leaving).GroupBy(static p => p.Address), static g => g.Count() > 1);
        }

        rig.AssertNothingStays(phones);
    }

    private static void Act(Random random, Phone phone, Phone[] phones)
    {
        var call = phone.Calls.Count > 0 ? phone.Calls[^random.Next(1, Math.Min(3, phone.Calls.Count) + 1)] : null;
        switch (random.Next(20))
        {
            case 0 when call is null || random.Next(3) == 0:
                phone.InviteGroup([.. phones.Where(p => p != phone).Take(2).Select(static p => p.Address)]);
                break;
            case 1 when call is null || random.Next(4) == 0:
                phone.Invite(phones.First(p => p != phone).Address);
                break;
            case >= 2 and <= 6 when call is { IsCaller: false }:
                call.Respond(random.Next(8) switch { 0 => 486, 1 or 2 => 180, _ => 200 });
                break;
            case 7 when call is { RemoteTag.Length: > 0 }:
                call.Bye();
                break;
            case 8 when call is { RemoteUri.Length: > 0 }:
                call.Media.Bind();
                break;
            case 9 when call?.Media.Flow is { IsOpen: true }:
                call.Media.Say("anything");
                break;
            case >= 10 and <= 17 when call is { RemoteTag.Length: > 0 }:
                Refer(random, phone, call, phones);
                if (random.Next(3) == 0) Refer(random, phone, call, phones);
                break;
            case 18 when random.Next(4) == 0:
                phone.Drop();
                phone.Register();
                break;
            case 19 when call is { RemoteTag.Length: > 0 }:
                call.InDialog("SUBSCRIBE", more: $"Contact: {phone.Contact}\r\nEvent: refer\r\nExpires: {random.Next(2) * 60}\r\n");
                break;
        }
    }

    private static void Refer(Random random, Phone phone, Call call, Phone[] phones)
    {
        var method = random.Next(2) == 0 ? ";method=BYE" : "";
        var silent = random.Next(3) == 0 ? "Refer-Sub: false\r\n" : "";
        if (random.Next(4) == 0)
        {
            var list = Phone.List(phones.Where(_ => random.Next(2) == 0).Select(p => p.Address + method));
            call.InDialog("REFER", more: $"Contact: {phone.Contact}\r\nRefer-To: <cid:x>\r\nContent-ID: <x>\r\nContent-Type: application/resource-lists+xml\r\n", body: list);
            return;
        }

        var headers = $"Contact: {phone.Contact}\r\nRefer-To: <{phones[random.Next(4)].Address}{method}>\r\n{silent}";
        if (random.Next(3) > 0) call.InDialog("REFER", more: headers);
        else if (call.Identity.Length > 0) phone.Send(phone.Request("REFER", call.Identity, $"{call.CallId}-{random.Next()}", 1, "r", call.Identity, "", phone.NewBranch(), headers));
    }
}
