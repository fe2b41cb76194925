using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Confab.Tests.Server.Stores;
using Confab.Tests.Server.Xdm;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>Documents of the running program: with curl alone, with the operator's commands, and through kill -9.</summary>
[Collection(LiveCollection.Name)]
public sealed class XcapTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>
{
    private const string Groups = "/xcap/org.openmobilealliance.groups/users/sip:alice@example.com/";

    [Fact]
    public async Task A_group_is_made_changed_and_deleted_with_curl_alone()
    {
        Tool.Need("curl");
        await using var server = await LiveServer.Start();
        var file = Path.Combine(server.Folder, "group.xml");
        await File.WriteAllTextAsync(file, XcapRig.Group("sip:team@example.com"), TestContext.Current.CancellationToken);

        var made = await Curl(server, "alice", Groups + "team", "-X", "PUT", "-H", $"Content-Type: {XcapRig.GroupsType}", "--data-binary", "@" + file);
        Assert.StartsWith("HTTP/1.1 201 Created", made.Head, StringComparison.Ordinal);
        var etag = made.Head.Split('\n').Single(static l => l.StartsWith("ETag: ", StringComparison.Ordinal))[6..].Trim();
        Assert.Matches("^\"[^\"]+\"$", etag);
        Assert.Contains("Cache-Control: no-cache", made.Head, StringComparison.Ordinal);

        var entry = Groups + "team/~~/group/list-service/list/entry%5b@uri=%22sip:carol@example.com%22%5d";
        Assert.StartsWith("HTTP/1.1 201", (await Curl(server, "alice", entry, "-X", "PUT", "-H", $"Content-Type: {XcapRig.ElementType}", "-H", $"If-Match: {etag}", "-d", "<entry uri=\"sip:carol@example.com\"/>")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 412", (await Curl(server, "alice", entry, "-X", "PUT", "-H", $"Content-Type: {XcapRig.ElementType}", "-H", $"If-Match: {etag}", "-d", "<entry uri=\"sip:carol@example.com\"/>")).Head, StringComparison.Ordinal);
        Assert.Equal("<entry uri=\"sip:carol@example.com\"/>", (await Curl(server, "alice", entry)).Body);
        var byId = await Curl(server, "bob", "/xcap/org.openmobilealliance.groups/global/byGroupID/sip:team@example.com");
        Assert.Contains($"Content-Location: {Groups}team", byId.Head, StringComparison.Ordinal);
        Assert.Contains("sip:carol@example.com", byId.Body, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 304", (await Curl(server, "alice", Groups + "team", "-H", "If-None-Match: *")).Head, StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 403", (await Curl(server, "bob", Groups + "team")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", (await Curl(server, "alice:wrong", Groups + "team")).Head, StringComparison.Ordinal);
        var bomb = await Curl(server, "alice", Groups + "bomb", "-X", "PUT", "-H", $"Content-Type: {XcapRig.GroupsType}", "-d", "<!DOCTYPE a [<!ENTITY a \"a\"><!ENTITY b \"&a;&a;\">]><group>&b;</group>");
        Assert.Contains("<not-well-formed", bomb.Body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/xcap-error+xml", bomb.Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", (await Curl(server, "alice", Groups + "team", "-X", "DELETE")).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", (await Curl(server, "alice", Groups + "team", "-I")).Head, StringComparison.Ordinal);
        Assert.DoesNotContain("sip:carol", server.Program.Printed, StringComparison.Ordinal); // bodies and selectors are not logged
    }

    /// <summary>RFC 5875 (XDM-15): what curl puts, a SUBSCRIBE written by hand hears of, with the entity tag that curl was told.</summary>
    [Fact]
    public async Task Who_subscribes_is_told_of_what_curl_puts()
    {
        Tool.Need("curl");
        await using var server = await LiveServer.Start();
        using var alice = new UdpUser(server.Udp, "alice", "demo");
        var challenge = await alice.Ask("SUBSCRIBE", "sip:example.com", "Event: xcap-diff\n");
        var nonce = challenge.Split("nonce=\"")[1].Split('"')[0];
        var list = "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list><entry uri=\"org.openmobilealliance.groups/\"/></list></resource-lists>";
        await alice.Send($"""
            SUBSCRIBE sip:example.com SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{alice.Port};branch=z9hG4bK-watch
            Max-Forwards: 70
            From: <sip:alice@example.com>;tag=w
            To: <sip:example.com>
            Call-ID: watch
            CSeq: 1 SUBSCRIBE
            Contact: <sip:alice@127.0.0.1:{alice.Port}>
            Event: xcap-diff
            {alice.Authorization("SUBSCRIBE", "sip:example.com", nonce).TrimEnd()}
            Content-Type: application/resource-lists+xml
            Content-Length: {list.Length}


            """ + list);
        var first = await Notified(alice);
        Assert.Contains($"xcap-root=\"http://{server.Http.Authority}/xcap/\">\r\n</xcap-diff>", first, StringComparison.Ordinal);

        var file = Path.Combine(server.Folder, "group.xml");
        await File.WriteAllTextAsync(file, XcapRig.Group("sip:team@example.com"), TestContext.Current.CancellationToken);
        var made = await Curl(server, "alice", Groups + "team", "-X", "PUT", "-H", $"Content-Type: {XcapRig.GroupsType}", "--data-binary", "@" + file);
        var etag = made.Head.Split('\n').Single(static l => l.StartsWith("ETag: ", StringComparison.Ordinal))[6..].Trim().Trim('"');
        Assert.Contains($"<document sel=\"{Groups["/xcap/".Length..]}team\" new-etag=\"{etag}\"/>", await Notified(alice), StringComparison.Ordinal);
        await Curl(server, "alice", Groups + "team", "-X", "DELETE");
        Assert.Contains($"<document sel=\"{Groups["/xcap/".Length..]}team\" previous-etag=\"{etag}\"/>", await Notified(alice), StringComparison.Ordinal);
        await server.Program.Signal("TERM");
        Assert.Contains("Subscription-State: terminated;reason=probation;retry-after=10", await Notified(alice), StringComparison.Ordinal);
        Assert.Equal(0, await server.Program.Exit());
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_answered_413_whether_it_says_so_or_not()
    {
        Tool.Need("curl");
        await using var server = await LiveServer.Start();
        var file = Path.Combine(server.Folder, "large.xml");
        await File.WriteAllTextAsync(file, new string('x', 3 * 1024 * 1024), TestContext.Current.CancellationToken);
        foreach (var more in (string[][])[[], ["-H", "Transfer-Encoding: chunked"]])
        {
            var refused = await Curl(server, "alice", Groups + "team", ["-X", "PUT", "-H", $"Content-Type: {XcapRig.GroupsType}", "-H", "Expect:", "--data-binary", "@" + file, .. more]);
            Assert.StartsWith("HTTP/1.1 413", refused.Head, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_given_up_and_is_no_fault_of_the_server()
    {
        await using var server = await LiveServer.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(server.Http.Authority), TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"PUT {Groups}team HTTP/1.1\r\nHost: {server.Http.Authority}\r\nContent-Length: 1000\r\n\r\nabc"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 408 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Running.Patience), StringComparison.Ordinal);
        await server.Program.Signal("TERM");
        Assert.Equal(0, await server.Program.Exit());
        Assert.DoesNotContain("Exception", server.Program.Printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /xcap/a\u0001b HTTP/1.1")]
    [InlineData("GET /xcap/%00 HTTP/1.1")]
    [InlineData("GET /xcap/../../etc/passwd HTTP/1.1")]
    [InlineData("GET /xcap/%2e%2e/%2e%2e/etc/passwd HTTP/1.1")]
    [InlineData("GET /xcap/[\"<>] HTTP/1.1")]
    [InlineData("GET http://other/xcap/xcap-caps/global/index HTTP/1.1")]
    [InlineData("OPTIONS * HTTP/1.1")]
    [InlineData("TRACE /xcap/xcap-caps/global/index HTTP/1.1")]
    public async Task A_request_line_that_is_not_a_client_s_is_answered_and_the_server_goes_on(string line)
    {
        await using var server = await LiveServer.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(server.Http.Authority), TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{line}\r\nHost: {server.Http.Authority}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Running.Patience);
        Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Program.Printed, StringComparison.Ordinal);
        Assert.Contains("ready", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_s_commands_speak_to_the_running_server_and_open_the_store_of_a_stopped_one()
    {
        await using var server = await LiveServer.Start();
        Assert.Equal((0, "sip:erin@example.com may sign in"), await Confab(server, "user", "add", "erin", "--password", "secret"));
        Assert.Equal(1, (await Confab(server, "user", "add", "erin", "--password", "secret")).Code);
        Assert.Equal(2, (await Confab(server, "user", "add", "sip:erin@example.org", "--password", "secret")).Code);
        Assert.Equal((0, "sip:team@example.com is a group"), await Confab(server, "group", "create", "team", "--owner", "erin", "--member", "bob", "--name", "The Team", "--max", "3"));
        var taken = await Confab(server, "group", "create", "sip:team@example.com", "--owner", "alice");
        Assert.Equal(1, taken.Code);
        Assert.Contains("sip:team-2@example.com", taken.Printed, StringComparison.Ordinal);
        Assert.Equal(1, (await Confab(server, "group", "create", "alice", "--owner", "erin")).Code); // a user's
        Assert.Contains("MEMBER    sip:carol@example.com", (await Confab(server, "group", "add", "team", "carol")).Printed, StringComparison.Ordinal);
        Assert.Equal((1, "confab: sip:dave@example.com is not on the list of sip:team@example.com"), await Confab(server, "group", "remove", "team", "bob", "dave")); // nobody is
        Assert.DoesNotContain("sip:bob@", (await Confab(server, "group", "remove", "team", "bob")).Printed, StringComparison.Ordinal);
        Assert.Contains("MAX       no limit", (await Confab(server, "group", "set", "team", "--max", "0", "--invite-members", "true")).Printed, StringComparison.Ordinal);
        Assert.Contains("sip:team@example.com  sip:erin@example.com  2        -    The Team", (await Confab(server, "group", "list")).Printed, StringComparison.Ordinal);

        Assert.Equal(0, (await Confab(server, "user", "add", "sip:+49@example.com", "--password", "secret")).Code);
        Assert.Equal(0, (await Confab(server, "group", "create", "numbers", "--owner", "sip:+49@example.com")).Code);
        Assert.Contains("OWNER     sip:+49@example.com", (await Confab(server, "group", "show", "numbers")).Printed, StringComparison.Ordinal);
        Assert.Contains("MEMBER    sip:bob@example.com", (await Confab(server, "group", "add", "numbers", "bob")).Printed, StringComparison.Ordinal);
        Assert.Equal(0, (await Confab(server, "user", "remove", "sip:+49@example.com")).Code);
        Assert.Equal(1, (await Confab(server, "group", "show", "numbers")).Code);

        // Its password is the server's at once; nobody has the token but who can read the folder.
        var erin = Chatter.Start(server, "erin", "secret");
        server.Keep(erin);
        await erin.Event("registered");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.Folder, "server.json")));
        using var http = new HttpClient { BaseAddress = server.Http };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri("/operator/users", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);

        await server.Program.Signal("KILL");
        await server.Program.Exit();
        Assert.Contains("NAME      The Team", (await Confab(server, "group", "show", "team")).Printed, StringComparison.Ordinal);
        Assert.Equal((0, "sip:team@example.com is deleted"), await Confab(server, "group", "delete", "team"));
        Assert.Equal(0, (await Confab(server, "user", "passwd", "erin", "--password", "other")).Code);
        Assert.Equal((0, "sip:erin@example.com is removed"), await Confab(server, "user", "remove", "erin"));
        Assert.DoesNotContain("erin", (await Confab(server, "user", "list")).Printed, StringComparison.Ordinal);

        await server.StartAgain();
        Assert.DoesNotContain("erin", (await Confab(server, "user", "list")).Printed, StringComparison.Ordinal);
        Assert.Equal(1, (await Confab(server, "group", "show", "team")).Code);
        await server.Program.Signal("TERM");
        await server.Program.Exit();
        Assert.False(File.Exists(Path.Combine(server.Folder, "server.json")));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task What_was_answered_2xx_is_there_after_kill_9_in_the_middle_of_writes(string provider)
    {
        string[] storage = provider == "Sqlite" ? [] : ["Storage:Provider=PostgreSql", $"Storage:ConnectionString={cluster.NewDatabase()}"];
        await using var server = await LiveServer.Start(storage);
        var answered = new Dictionary<int, int>(); // the newest version of each writer's document that was answered
        using var stop = new CancellationTokenSource();
        var inTheMiddle = new TaskCompletionSource();
        var writers = Enumerable.Range(0, 4).Select(w => WriteOn(server.Http, w, answered, inTheMiddle, stop.Token)).ToList();
        await Task.WhenAny(inTheMiddle.Task, Task.WhenAll(writers));

        await server.Program.Signal("KILL");
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await server.Program.Exit();
        await server.StartAgain(storage);
        for (var w = 0; w < 4; w++)
        {
            using var http = Client(server.Http);
            var text = await http.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"{Groups}w{w}"), UriKind.Relative), TestContext.Current.CancellationToken);
            var version = int.Parse(text.Split("<!--version")[1].Split(' ')[0], CultureInfo.InvariantCulture);
            Assert.InRange(version, answered[w], answered[w] + 1); // the one that was on its way may have been stored
        }
    }

    /// <summary>The next NOTIFY, which is taken.</summary>
    private static async Task<string> Notified(UdpUser user)
    {
        var notify = await user.Receive("NOTIFY ");
        var kept = notify.Split("\r\n").Where(static l => new[] { "Via:", "From:", "To:", "Call-ID:", "CSeq:" }.Any(h => l.StartsWith(h, StringComparison.Ordinal)));
        await user.Send($"SIP/2.0 200 OK\n{string.Join('\n', kept)}\nContent-Length: 0\n\n");
        return notify;
    }

    private static async Task WriteOn(Uri server, int writer, Dictionary<int, int> answered, TaskCompletionSource inTheMiddle, CancellationToken stop)
    {
        using var http = Client(server);
        for (var version = 1; !stop.IsCancellationRequested; version++)
        {
            using var body = new StringContent(XcapRig.Group(string.Create(CultureInfo.InvariantCulture, $"sip:w{writer}@example.com"), string.Create(CultureInfo.InvariantCulture, $"<!--version{version} -->")));
            body.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(XcapRig.GroupsType);
            try
            {
                using var response = await http.PutAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"{Groups}w{writer}"), UriKind.Relative), body, CancellationToken.None);
                Assert.True(response.IsSuccessStatusCode, response.ToString());
            }
            catch (HttpRequestException)
            {
                return; // killed
            }

            lock (answered)
            {
                answered[writer] = version;
                if (answered.Count == 4 && answered.Values.Min() >= 10) inTheMiddle.TrySetResult();
            }
        }
    }

    private static HttpClient Client(Uri server) =>
        new(new HttpClientHandler { Credentials = new NetworkCredential("alice", "demo") }) { BaseAddress = server, Timeout = Running.Patience };

    private static async Task<(string Head, string Body)> Curl(LiveServer server, string user, string path, params string[] arguments)
    {
        string[] all = ["-s", "-g", "-i", "--digest", "-u", user.Contains(':', StringComparison.Ordinal) ? user : user + ":demo", .. arguments, server.Http.GetLeftPart(UriPartial.Authority) + path];
        var printed = await Output("curl", all);

        // The challenge, or what came before the body, is a head of its own.
        var at = printed.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
        var parts = printed[at..].Split("\r\n\r\n", 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "");
    }

    private static async Task<(int Code, string Printed)> Confab(LiveServer server, params string[] arguments)
    {
        await using var running = Running.Confab(server.Folder, [.. arguments, "--set", $"DataDirectory={server.Folder}"]);
        var code = await running.Exit(TimeSpan.FromSeconds(60));
        return (code, running.Printed.Trim());
    }

    private static async Task<string> Output(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Running.Patience);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
