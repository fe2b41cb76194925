using System.Diagnostics;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

/// <summary>The budget of parsing: one object per message; the time is printed, a benchmark judges it.</summary>
public sealed class ParseCostTests(ITestOutputHelper output)
{
    const string Invite =
        """
        INVITE sip:bob@example.com SIP/2.0
        Via: SIP/2.0/TCP 192.0.2.11:5060;branch=z9hG4bKf1a1
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=a100
        To: <sip:bob@example.com>
        Call-ID: f1-7d21@192.0.2.11
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.11:5060;transport=tcp>;+g.oma.sip-im
        Accept-Contact: *;+g.oma.sip-im
        P-Preferred-Identity: <sip:alice@example.com>
        User-Agent: IM-client/OMA1.0
        Supported: replaces, norefersub, tdialog
        Content-Length: 0


        """;

    [Fact]
    public void Parsing_and_reading_what_routing_needs_allocates_one_object()
    {
        var bytes = Parse.Bytes(Invite);
        Assert.InRange(bytes.Length, 430, 470);
        Assert.True(Route(bytes));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(SipParser.TryParse(bytes, Parse.MaxHeaders, out _, out _));
        var one = GC.GetAllocatedBytesForCurrentThread() - before;

        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Route(bytes);
        var all = GC.GetAllocatedBytesForCurrentThread() - before;

        // The size of the one object, and nothing else a thousand times.
        Assert.InRange(one, 600, 1400);
        Assert.Equal(one * 1000, all);

        var best = double.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 10_000; i++)
                Route(bytes);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / 10_000);
        }

        output.WriteLine($"{bytes.Length} B: {best:F0} ns, {one} B");
    }

    static bool Route(byte[] bytes) =>
        SipParser.TryParse(bytes, Parse.MaxHeaders, out var message, out _) && message is SipRequest request
        && request.Method == SipMethod.Invite && !request.TopVia.Branch.IsEmpty && !request.CallId.IsEmpty && !request.FromTag.IsEmpty
        && request.ToTag.IsEmpty && request.CSeq.Number == 1 && request.MaxForwards > 0 && !request.RequestUri.User.IsEmpty
        && !request.Has(HeaderName.Route) && !request.Has(HeaderName.Require) && request.TryGetAddress(HeaderName.Contact, out var contact)
        && !contact.Uri.Host.IsEmpty && !request.To.Uri.User.IsEmpty;
}
