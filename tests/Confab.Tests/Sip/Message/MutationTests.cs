using System.Buffers;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

/// <summary>Torture messages and samples, damaged at random from a seed: nothing throws, nothing leaves its buffer, no answer is ambiguous.</summary>
public sealed class MutationTests
{
    static readonly byte[][] Fragments =
    [
        .. new[] { "\r\n", "\n", "\r", "\r\n ", ":", ";", ",", "\"", "\\", "<", ">", "@", "%", "%zz", "=", "?", "&", "*", "\0", " ", "\t", "[", "]", "SIP/2.0", "\r\n\r\n", "l: 9999999999\r\n" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    [Fact]
    public void Twenty_thousand_damaged_messages_do_not_throw()
    {
        var random = new Random(4475);
        var seeds = Directory.GetFiles(TortureTests.Folder, "*.dat").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            .Append(Parse.Bytes(FlowSamplesTests.Invite))
            .Append(Parse.Bytes(Parse.With("Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\", qop=auth, nc=00000001, cnonce=\"c\"")))
            .ToArray();
        int taken = 0, answered = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Damage(seeds[random.Next(seeds.Length)], random);
            var progress = default(FrameProgress);
            SipFramer.Find(bytes, new FrameRules(65536, 65536, (i & 1) == 0), ref progress, out var consumed, out var length, out _);
            Assert.InRange(consumed, 0, bytes.Length);
            Assert.InRange(length, 0, consumed);

            if (SipParser.TryParse(bytes, 0, bytes.Length, 64, out var message, out var fault))
                taken++;
            else
                Assert.InRange(fault.Status, 400, 599);
            Assert.InRange(fault.Offset, 0, bytes.Length);
            if (message is null)
                continue;
            Touch(message);
            if (message is not SipRequest request)
                continue;
            Answer(request);
            answered++;
        }

        Assert.InRange(taken, 1000, 19_000);
        Assert.InRange(answered, taken / 2, 19_999);
    }

    static byte[] Damage(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1));
                    break;
                default:
                    var from = random.Next(seed.Length);
                    bytes.InsertRange(at, seed[from..Math.Min(from + random.Next(40), seed.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    static void Touch(SipMessage message)
    {
        foreach (var raw in message.RawHeaders)
        {
            Assert.False(raw.Value.Span.ContainsAny((byte)'\r', (byte)'\n'));
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
            SipParser.TryParse(output.WrittenSpan.ToArray(), 128, out _, out var fault) || fault.Reason.StartsWith("Malformed ", StringComparison.Ordinal), fault.ToString());
    }
}
