using System.Buffers;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sim.Flows;
using Confab.Tests.Sip.Message;
using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>Damaged SIP: 149,000 inputs to framer and parser, 50,000 thrown at a whole server, 1,000 flows with one message damaged.</summary>
[Collection(FuzzRun.Alone)]
[Trait("Category", "Fuzz")]
public sealed class SipFuzzTests(Samples samples)
{
    const int ThrownAtOnce = 100;

    static readonly FrameRules Rules = new(64 * 1024, 256 * 1024);

    [Fact]
    public async Task Damaged_messages_do_not_throw_and_are_framed_alike_however_they_are_cut() => await FuzzRun.Each("SIP parser", 149_000, random =>
    {
        var bytes = Mutator.Damage(samples.Sip[random.Next(samples.Sip.Count)], random);
        if (random.Next(8) == 0) FrameAlike(bytes, random);
        if (!SipParser.TryParse(bytes, 0, bytes.Length, Parse.MaxHeaders, out var message, out var fault)) Assert.InRange(fault.Status, 400, 599);
        Assert.InRange(fault.Offset, 0, bytes.Length);
        if (message is null) return;
        Touch(message);
        if (message is SipRequest request) Answer(request);
    });

    [Fact]
    public async Task A_server_at_which_damaged_messages_are_thrown_recovers() => await FuzzRun.Each("SIP server", 50_000 / ThrownAtOnce, async random =>
    {
        await using var siege = await Siege.StartAsync(Samples.Group);
        siege.Play();
        for (var i = 0; i < ThrownAtOnce; i++)
        {
            var bytes = Mutator.Damage(samples.Sip[random.Next(samples.Sip.Count)], random);
            if (random.Next(2) == 0) siege.Datagram(bytes);
            else siege.Connection(isMsrp: false, random.Next(2) == 0 ? [bytes] : Mutator.Split(bytes, random));
            if (random.Next(20) == 0) siege.Advance(TimeSpan.FromSeconds(random.Next(40)));
        }

        siege.Recover();
    });

    [Fact]
    public async Task A_flow_with_one_message_damaged_leaves_nothing_behind() => await FuzzRun.Each("SIP flows", 1_000, random => PlayDamaged(samples.Flows, isMsrp: false, random));

    internal static async Task PlayDamaged(IReadOnlyList<FlowScript> flows, bool isMsrp, Random random)
    {
        var flow = flows[random.Next(flows.Count)];
        var which = random.Next(12);
        var how = random.Next(4);
        await using var siege = await Siege.StartAsync(flow, (_, overMsrp, message) =>
        {
            if (overMsrp != isMsrp || which-- != 0) return [message];
            var bytes = how == 0 ? message : Mutator.Damage(message, random);
            return how < 2 ? Mutator.Split(bytes, random) : [bytes];
        });
        siege.Play();
        siege.Recover();
    }

    /// <summary>A stream cut in whatever way has the same messages.</summary>
    static void FrameAlike(byte[] bytes, Random random)
    {
        var whole = Framed(bytes, [bytes.Length]);
        Assert.Equal(whole, Framed(bytes, [.. Mutator.Split(bytes, random).Select(static p => p.Length)]));
    }

    static List<string> Framed(byte[] bytes, IReadOnlyList<int> reads)
    {
        var found = new List<string>();
        var progress = default(FrameProgress);
        int taken = 0, read = 0;
        foreach (var length in reads)
        {
            read += length;
            while (true)
            {
                var result = SipFramer.Find(bytes.AsSpan(taken, read - taken), Rules, ref progress, out var consumed, out var message, out var fault);
                Assert.InRange(consumed, 0, read - taken);
                Assert.InRange(message, 0, consumed);
                taken += consumed;
                if (result == FrameResult.Message) found.Add($"{taken - message}..{taken}");
                if (result == FrameResult.Fault)
                {
                    found.Add($"{fault.Status}");
                    return found;
                }

                if (result == FrameResult.NeedMore) break;
            }
        }

        return found;
    }

    static void Touch(SipMessage message)
    {
        var seen = new HashSet<HeaderName>();
        foreach (var raw in message.RawHeaders)
        {
            Assert.False(raw.Value.Span.ContainsAny((byte)'\r', (byte)'\n'));
            if (!seen.Add(raw.Known)) continue;
            foreach (var value in message.Headers(raw.Known))
            {
                if (NameAddr.TryParse(value, out var address))
                {
                    foreach (var parameter in address.Parameters)
                        _ = QuotedText.Unescape(parameter.Value);
                    var again = Parse.Uri(address.Uri.AddressKey());
                    Assert.True(SipUri.SameAddress(address.Uri, again));
                    Assert.True(SipUri.Equivalent(address.Uri, address.Uri) || address.Uri.Scheme == UriScheme.Tel || !address.Uri.Parameters.IsEmpty || !address.Uri.Headers.IsEmpty);
                }

                if (Contact.TryParse(value, out var contact))
                    Assert.InRange(contact.Q, 0, 1000);
                if (Via.TryParse(value, out var via))
                    _ = (via.Rport, via.Received, via.Branch);
                _ = DigestCredentials.TryParse(value, out _);
                _ = DigestChallenge.TryParse(value, out _);
                _ = DeltaSeconds.TryParse(value, out _);
                _ = value.ToString();
            }
        }
    }

    static void Answer(SipRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Response(request, 400, "Bad"u8, "t"u8, "192.0.2.1"u8, 5060);
        writer.NoBody();

        // What a request's own malformed field says is repeated to it, but never grows into another field.
        Assert.True(
            SipParser.TryParse(output.WrittenSpan.ToArray(), 128, out _, out var fault) || fault.Reason is "Too many header fields" || fault.Reason.StartsWith("Malformed ", StringComparison.Ordinal), fault.ToString());
    }
}
