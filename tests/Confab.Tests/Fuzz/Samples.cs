using System.Text;
using Confab.Sim.Flows;
using Confab.Tests.House;
using Confab.Tests.Sip.Message;
using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>What is damaged: the flows, all that their casts say, the torture messages and the frames of RFC 4975.</summary>
public sealed class Samples : IAsyncLifetime
{
    const int Longest = 4096; // a longer frame is more of the same

    static readonly string[] Cramping = ["Limits:Owners", "Limits:MailboxLetters", "Limits:StoreLaneRequests", "Sip:OutboundProxy"];

    /// <summary>Three users in a group, so that everything has somebody to be about.</summary>
    public static FlowScript Group { get; } = FlowParser.Parse("group", """
        # OMA-IM 7.2.1  A group
        cast alice bob carol (registered) dave (registered udp)
        given alice hosts bob, carol
        alice ~> im    SEND "Hello, both of you"
        alice ~> im    SEND "0123456789" | size: 9000 | chunks: 4 | Success-Report: yes
        bob ~> im      SEND "Between us" | to: alice | Failure-Report: partial
        dave -> im     INVITE sip:alice@example.com
        im -> alice    INVITE
        alice -> im    486
        bob -> im      BYE
        """);

    /// <summary>All but those whose limits, or whose way to users, leave no room for the chat that shows that a server has recovered.</summary>
    public IReadOnlyList<FlowScript> Flows { get; } = [.. Repository.Files("tests/flows", "*.flow").Order(StringComparer.Ordinal).Select(f => FlowParser.Parse(f, Repository.Read(f))).Where(static f => !f.Settings.Any(s => Cramping.Contains(s.Key)))];

    public IReadOnlyList<byte[]> Sip { get; private set; } = [];

    public IReadOnlyList<byte[]> Msrp { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var sip = Directory.GetFiles(TortureTests.Folder, "*.dat").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        sip.Add(Parse.Bytes(FlowSamplesTests.Invite));
        sip.Add(Parse.Bytes(Parse.With("Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\", qop=auth, nc=00000001, cnonce=\"c\"")));
        var msrp = new List<byte[]>();
        foreach (var flow in Flows.Append(Group))
        {
            await using var siege = await Siege.StartAsync(flow, (_, isMsrp, message) =>
            {
                (isMsrp ? msrp : sip).Add(message);
                return [message];
            });
            siege.Play();
        }

        Sip = sip;
        Msrp = [.. msrp.Where(static m => m.Length <= Longest).DistinctBy(static m => Encoding.Latin1.GetString(m), StringComparer.Ordinal)];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
