using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>
/// Three users who do anything at any moment, while what they do is on its way for some milliseconds: nothing throws, and when they have had
/// enough nothing of it stays.
/// </summary>
public sealed class RacesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_throws_and_nothing_stays(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            static options => options.Session.MaxLengthSeconds = 900, seed, shuffles: true, transport: seed % 3 == 0 ? Transport.Udp : Transport.Tcp);
        rig.Rest();
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol];
        rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(3);
        for (var step = 0; step < 300; step++)
        {
            var phone = phones[random.Next(3)];
            phone.IsPolite = random.Next(5) > 0;
            Act(random, phone, phones);
            rig.Advance(random.Next(25) == 0 ? random.Next(60) : random.Next(8) / 1000.0);
        }

        rig.AssertNothingStays(phones);
    }

    private static void Act(Random random, Phone phone, Phone[] phones)
    {
        var other = phones[random.Next(3)];
        var call = phone.Calls.Count > 0 ? phone.Calls[^random.Next(1, Math.Min(3, phone.Calls.Count) + 1)] : null;
        switch (random.Next(call is null ? 3 : 26))
        {
            case 0 or 1 when call is null || random.Next(6) == 0:
                phone.Invite(other.Address);
                break;
            case 2 when call is null || random.Next(6) == 0:
                phone.InviteGroup([.. phones.Where(p => p != phone).Select(static p => p.Address), "sip:dave@example.com"]);
                break;
            case 24 or 25 when other.Calls.FindLast(static c => c.Identity.Length > 0) is { } known:
                phone.Invite(known.Identity); // comes back, or where he has no business, or where there is nothing any more
                break;
            case 3:
                phone.Register();
                break;
            case 4 when random.Next(3) == 0:
                phone.Drop();
                phone.Register();
                break;
            case >= 5 and <= 9 when !call!.IsCaller:
                call.Respond(random.Next(8) switch { 0 => 486, 1 or 2 => 180, 3 => 401, _ => 200 });
                break;
            case 10 or 11 when call!.IsCaller:
                call.Cancel();
                break;
            case 12 when call!.RemoteTag.Length > 0:
                call.Bye();
                break;
            case >= 13 and <= 17 when call!.RemoteUri.Length > 0:
                call.Media.Bind();
                break;
            case >= 18 and <= 21 when call!.Media.Flow is { IsOpen: true }:
                call.Media.Say("anything");
                call.Media.Chunk("open", 1, "*", call.Media.Cpim("a part"), '+');
                break;
            case 22 when call!.Media.Flow is { IsOpen: true }:
                call.Media.Break();
                break;
            case 23 when call!.RemoteTag.Length > 0:
                call.InDialog("INVITE", more: $"Contact: {phone.Contact}\r\n");
                break;
        }
    }
}
