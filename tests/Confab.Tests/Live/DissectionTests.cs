using System.Globalization;
using System.Net;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>What goes over the wire, read by Wireshark's dissectors: nothing of it is malformed.</summary>
[Collection(LiveCollection.Name)]
public sealed class DissectionTests
{
    /// <summary>What the dissectors object to, of any protocol above TCP and UDP.</summary>
    private const string Faults = "_ws.malformed || _ws.expert.severity == error || (_ws.expert.severity >= warning && (sip || sdp || msrp || xml))";

    [Fact]
    public async Task Wireshark_reads_a_group_chat_and_finds_no_fault()
    {
        Tool.Need("tshark", "sipp", "python3");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "capturing needs root");
        await using var server = await LiveServer.Start();
        var capture = Path.Combine(Path.GetTempPath(), Path.GetFileName(server.Folder) + ".pcap");
        var ports = string.Join(" or ", new[] { server.Udp, server.Tcp, server.Msrp }.Select(e => string.Create(CultureInfo.InvariantCulture, $"port {e.Port}")));
        await using var tshark = new Running("tshark", ["-i", "lo", "-f", ports, "-w", capture, "-P", "-l", "-T", "fields", "-e", "udp.srcport"], server.Folder);
        await Capturing(tshark, server);
        var (alice, carol) = (await server.User("alice"), await server.User("carol", "udp"));
        var bob = await Sipp.Register(server, "bob");

        await alice.Type("/group bob carol");
        await carol.Accept();
        await alice.Hears("bob", "hello from bob");
        await alice.Type("who is there? żółw");
        await Task.WhenAll(carol.Hears("alice", "who is there? żółw"), bob.Hears("alice", "who is there? żółw"));
        await alice.Type("sure?");
        await Task.WhenAll(carol.Hears("bob", "bob is here"), alice.Hears("bob", "bob is here"));
        await alice.Type("/leave");
        await carol.Event("ended", ("reason", "released"));
        await bob.Logs("closed");
        await alice.Type("/call carol");
        await carol.Accept();
        await alice.Type("a last word");
        await carol.Hears("alice", "a last word");
        await alice.Type("/quit");
        await alice.Program.Exit();
        await carol.Event("ended");
        await Capturing(tshark, server); // packets come in order: what was before this one is in the file
        await tshark.Signal("INT");
        await tshark.Exit();

        Assert.Empty(await Read(server, capture, Faults));
        Assert.InRange((await Read(server, capture, "sip")).Length, 30, 200);
        Assert.InRange((await Read(server, capture, "msrp")).Length, 20, 200);
        Assert.InRange((await Read(server, capture, "sdp")).Length, 8, 40);
        Assert.NotEmpty(await Read(server, capture, "xml && sip.Method == INVITE"));
        Assert.NotEmpty(await Read(server, capture, "msrp.method == SEND && frame contains \"message/cpim\""));
        File.Delete(capture);
    }

    /// <summary>It has captured all that was sent before, once it shows a packet of somebody who speaks now.</summary>
    private static async Task Capturing(Running tshark, LiveServer server)
    {
        using var somebody = new UdpUser(server.Udp, "somebody", "");
        var port = somebody.Port.ToString(CultureInfo.InvariantCulture);
        var shown = tshark.Line(line => line.Trim() == port, "a packet of somebody");
        while (await Task.WhenAny(shown, Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken)) != shown)
            await somebody.Ask("OPTIONS", "sip:example.com", "");
        await shown;
    }

    /// <summary>The packets that the filter lets through, a line each.</summary>
    private static async Task<string[]> Read(LiveServer server, string capture, string filter)
    {
        await using var reader = new Running("tshark", ["-r", capture, .. Decode(server.Udp, "udp", "sip"), .. Decode(server.Tcp, "tcp", "sip"), .. Decode(server.Msrp, "tcp", "msrp"), "-Y", filter], server.Folder);
        Assert.True(await reader.Exit() == 0, reader.Printed);
        return [.. reader.Printed.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Where(static l => !l.StartsWith("Running as user", StringComparison.Ordinal))];
    }

    private static string[] Decode(IPEndPoint at, string over, string protocol) =>
        ["-d", string.Create(CultureInfo.InvariantCulture, $"{over}.port=={at.Port},{protocol}")];
}
