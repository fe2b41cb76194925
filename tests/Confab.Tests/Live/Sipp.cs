using System.Globalization;
using Confab.Tests.House;

namespace Confab.Tests.Live;

/// <summary>A demo user who is played by SIPp, with the scenarios and the MSRP member of <c>tests/interop</c>. What the member heard is in a file.</summary>
internal sealed class Sipp : IAsyncDisposable
{
    private readonly string _log;
    private readonly Running _follow;

    private Sipp(Running program, string log)
    {
        Program = program;
        _log = log;
        _follow = new Running("tail", ["-n", "+1", "-F", log], Path.GetDirectoryName(log)!);
    }

    public Running Program { get; }

    /// <summary>What its member heard and said so far.</summary>
    public string Log => File.ReadAllText(_log);

    /// <summary>Registers and takes the invitation that comes.</summary>
    public static async Task<Sipp> Register(LiveServer server, string name, string transport = "udp")
    {
        var user = server.Keep(Start(server, name, transport, "-sf", Scenario("register.xml"), "-oocsf", Scenario("invited.xml"), "-l", "1"));
        await user.Logs("registered");
        return user;
    }

    /// <summary>Registers and takes the message without a session that comes.</summary>
    public static async Task<Sipp> RegisterForPages(LiveServer server, string name, string transport)
    {
        var user = server.Keep(Start(server, name, transport, "-sf", Scenario("register.xml"), "-oocsf", Scenario("paged.xml"), "-l", "1"));
        await user.Logs("registered");
        return user;
    }

    /// <summary>Sends a message without a session, by <c>page.xml</c>.</summary>
    public static Sipp Page(LiveServer server, string name, string to, string transport) => server.Keep(Start(server, name, transport, "-sf", Scenario("page.xml"), "-key", "to", to));

    /// <summary>Starts the group of <c>group.xml</c>.</summary>
    public static Sipp StartGroup(LiveServer server, string name) => server.Keep(Start(server, name, "udp", "-sf", Scenario("group.xml")));

    /// <summary>Starts the group of <c>subscribe.xml</c>, and subscribes to who is in it.</summary>
    public static Sipp StartSubscribedGroup(LiveServer server, string name, string transport) => server.Keep(Start(server, name, transport, "-sf", Scenario("subscribe.xml")));

    /// <summary>Starts the group of <c>refer.xml</c>, to which it adds users, and takes one out.</summary>
    public static Sipp StartReferringGroup(LiveServer server, string name, string transport) => server.Keep(Start(server, name, transport, "-sf", Scenario("refer.xml")));

    /// <summary>Comes to a session by its identity, by <c>rejoin.xml</c>.</summary>
    public static Sipp Rejoin(LiveServer server, string name, string identity) =>
        server.Keep(Start(server, name, "udp", "-sf", Scenario("rejoin.xml"), "-key", "room", identity));

    /// <summary>Waits for a line of the member's log.</summary>
    public Task Logs(string line) => _follow.Line(l => l == line, $"{line} in the log of a member, SIPp having printed {Program.Printed}");

    public Task Hears(string from, string text) => Logs($"heard from sip:{from}@example.com: {text}");

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await _follow.DisposeAsync();
    }

    private static Sipp Start(LiveServer server, string name, string transport, params string[] scenario)
    {
        var log = Path.Combine(server.Folder, name + ".log");
        File.WriteAllText(log, "");
        string[] arguments =
        [
            (transport == "udp" ? server.Udp : server.Tcp).ToString(), "-i", "127.0.0.1", "-t", transport == "udp" ? "u1" : "t1",
            .. scenario, "-m", "1", "-s", name, "-au", name, "-ap", "demo",
            "-key", "log", log, "-key", "member", Path.Combine(Repository.Root, "tests/interop/msrp_member.py"),
            "-nostdin", "-timeout", "40", "-recv_timeout", "20000",
            "-trace_err", "-error_file", Path.Combine(server.Folder, name + ".errors"),
            "-cid_str", string.Create(CultureInfo.InvariantCulture, $"%u-%p-{name}@%s"),
        ];
        return new Sipp(new Running("sipp", arguments, server.Folder), log);
    }

    private static string Scenario(string file) => Path.Combine(Repository.Root, "tests/interop", file);
}
