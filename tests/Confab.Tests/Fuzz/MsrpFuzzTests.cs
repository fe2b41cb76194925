using System.Text;
using Confab.Sim.Flows;
using Confab.Tests.Msrp;
using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>Damaged MSRP: 149,000 inputs to the parser, 50,000 thrown at a whole server from outside and inside, 1,000 flows with one frame damaged.</summary>
[Collection(FuzzRun.Alone)]
[Trait("Category", "Fuzz")]
public sealed class MsrpFuzzTests(Samples samples)
{
    const int ThrownAtOnce = 100;

    static readonly string[] Members = ["alice", "bob", "carol"];

    [Fact]
    public async Task Damaged_frames_do_not_throw_and_are_cut_alike_however_they_come() => await FuzzRun.Each("MSRP parser", 149_000, random =>
    {
        byte[] bytes = [.. Damaged(random), .. samples.Msrp[random.Next(samples.Msrp.Count)]];
        var pieceBytes = 1 << random.Next(4, 15);
        var cut = Pieces.Of(bytes, pieceBytes, [.. Mutator.Split(bytes, random).Select(static p => p.Length)]);
        if (random.Next(4) != 0) return;
        var whole = Pieces.Of(bytes, pieceBytes, bytes.Length);
        Assert.Equal(whole.Frames.Select(static f => f.Text), cut.Frames.Select(static f => f.Text));
        Assert.Equal(whole.Fault is null, cut.Fault is null);
    });

    [Fact]
    public async Task A_server_at_which_damaged_frames_are_thrown_recovers() => await FuzzRun.Each("MSRP server", 50_000 / ThrownAtOnce, async random =>
    {
        await using var siege = await Siege.StartAsync(Samples.Group);
        siege.Play();
        for (var i = 0; i < ThrownAtOnce; i++)
        {
            var member = Members[random.Next(Members.Length)];
            var bytes = random.Next(2) == 0 ? Damaged(random) : Mutator.Damage(Frame(siege, member, random), random);
            if (random.Next(3) == 0 || !siege.FromInside(member, bytes))
            {
                siege.Connection(isMsrp: true, random.Next(2) == 0 ? [bytes] : Mutator.Split(bytes, random));
            }

            if (random.Next(20) == 0) siege.Advance(TimeSpan.FromSeconds(random.Next(40)));
        }

        siege.Recover();
    });

    [Fact]
    public async Task A_flow_with_one_frame_damaged_leaves_nothing_behind() =>
        await FuzzRun.Each("MSRP flows", 1_000, random => SipFuzzTests.PlayDamaged([.. samples.Flows.Where(static f => f.Steps.OfType<MessageStep>().Any(static s => s.IsMsrp))], isMsrp: true, random));

    byte[] Damaged(Random random) => Mutator.Damage(samples.Msrp[random.Next(samples.Msrp.Count)], random);

    /// <summary>A frame in a session that stands, of every shape that a peer may think of.</summary>
    static byte[] Frame(Siege siege, string member, Random random)
    {
        var id = $"f{random.Next(4)}";
        var start = random.Next(3) == 0 ? random.Next(1, 5000) : 1;
        var body = $"From: <sip:{member}@example.com>\r\nTo: <{siege.Property("alice.identity")}>\r\n\r\nContent-Type: text/plain\r\n\r\n{new string('x', random.Next(3000))}";
        var cut = random.Next(body.Length);
        string[] ranges = ["1-*/*", $"{start}-*/*", $"{start}-{start + cut - 1}/{body.Length}", $"{start}-{start}/0", "1-0/0", $"{start}-*/999999999999999999"];
        string[] reports = ["", "Failure-Report: no\r\n", "Failure-Report: partial\r\nSuccess-Report: yes\r\n", "Success-Report: yes\r\n"];
        var method = random.Next(10) switch { 0 => "REPORT", 1 => "NICKNAME", _ => "SEND" };
        var status = method == "REPORT" ? "Status: 000 200 OK\r\n" : "";
        var flag = "$$+#"[random.Next(4)];
        return Encoding.UTF8.GetBytes(
            $"MSRP {id} {method}\r\nTo-Path: {siege.Property($"{member}.impath")}\r\nFrom-Path: {siege.Property($"{member}.path")}\r\nMessage-ID: m{random.Next(4)}\r\n"
            + $"Byte-Range: {ranges[random.Next(ranges.Length)]}\r\n{reports[random.Next(reports.Length)]}{status}Content-Type: message/cpim\r\n\r\n{body[..cut]}\r\n-------{id}{flag}\r\n");
    }
}
