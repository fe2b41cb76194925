using System.Text.Json;
using Confab.Cli.Chat;
using Confab.Client;
using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>The table of events that scripts rely on, each with its keys, in their order. What a later capability brings is named as such.</summary>
public sealed class EventTableTests
{
    static readonly Dictionary<string, string> s_table = new(StringComparer.Ordinal)
    {
        ["registered"] = "expires",
        ["unregistered"] = "reason",
        ["invited"] = "session from identity group participants",
        ["established"] = "session identity group rejoined",
        ["ended"] = "session reason status text",
        ["message"] = "session from text id time",
        ["message with content"] = "session from contentType size path id time",
        ["sent"] = "session id status text",
        ["undelivered"] = "session id status text",
        ["sent of a page"] = "id status text",
        ["undelivered of a page"] = "id status text",
        ["page"] = "from text id",
        ["large with content"] = "from contentType size path id",
        ["composing"] = "session from active",
        ["participants"] = "session users",
        ["refer"] = "session target status final",
        ["sessions"] = "sessions",
        ["progress"] = "session id sent total",
        ["error"] = "command status text",
    };

    static List<ChatEvent> All(ImSession session) =>
    [
        new Happened(new Registered(600), ""),
        new Happened(new Unregistered("why", 0, false), ""),
        new Happened(new Invited(session), "s1"),
        new Happened(new Established(session), "s1"),
        new Happened(new Resumed(session), "s1"),
        new Happened(new Ended(session, SessionEnd.Left, 0, ""), "s1"),
        new Happened(new MessageReceived(session, "sip:bob@example.com", "", "text/plain", "hi"u8.ToArray(), "m1", DateTimeOffset.UnixEpoch), "s1"),
        new FileReceived("s1", "sip:bob@example.com", "", "image/png", 3, "somewhere/x.png", "m1", DateTimeOffset.UnixEpoch),
        new Happened(new Sent(session, "m1", 200), "s1"),
        new Happened(new Undelivered(session, "m1", 413, "too large"), "s1"),
        new Happened(new ComposingChanged(session, "sip:bob@example.com", true), "s1"),
        new Happened(new RosterChanged(session, [new RosterUser("sip:bob@example.com", "connected", null, "Bob")], []), "s1"),
        new Happened(new ReferProgress(session, "sip:bob@example.com", 200, "OK", true), "s1"),
        new SessionList([new SessionLine("s1", session, true)]),
        new Happened(new Confab.Client.Progress(session, "m1", 1, 2), "s1"),
        new Problem("/call", 404, "nobody"),
        new Happened(new PageReceived("sip:bob@example.com", "", null, "text/plain", "hi"u8.ToArray(), "m1", DateTimeOffset.UnixEpoch, []), ""),
        new FileReceived("", "sip:bob@example.com", "", "image/png", 3, "somewhere/x.png", "m1", DateTimeOffset.UnixEpoch),
        new Paged(["sip:bob@example.com"], new PageOutcome("m1", PageFate.Delivered, 200, "OK")),
        new Paged(["sip:bob@example.com"], new PageOutcome("m1", PageFate.Refused, 480, "away")),
    ];

    static string Line(ChatEvent shown)
    {
        var output = new StringWriter();
        new JsonFace(output).Show(shown);
        return output.ToString().Trim();
    }

    [Fact]
    public void Every_event_has_the_keys_of_the_table()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var shown in All(session))
        {
            using var json = JsonDocument.Parse(Line(shown));
            var keys = json.RootElement.EnumerateObject().Select(static p => p.Name).ToList();
            var name = json.RootElement.GetProperty("event").GetString() + (keys.Contains("path") ? " with content" : keys is ["event", "id", ..] ? " of a page" : "");
            Assert.Equal((name, "event " + s_table[name]), (name, string.Join(' ', keys)));
            seen.Add(name);
        }

        Assert.Equal(s_table.Keys.Order(), seen.Order());
    }

    [Theory]
    [InlineData("participants", "users", "address status role displayName")]
    [InlineData("sessions", "sessions", "session identity group state current")]
    public void A_list_has_the_keys_of_the_table(string name, string list, string keys)
    {
        using var scene = new Scene();
        var line = All(scene.Called(out _)).Select(Line).First(l => l.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        Assert.Equal(keys, string.Join(' ', json.RootElement.GetProperty(list)[0].EnumerateObject().Select(static p => p.Name)));
    }

    [Fact]
    public void The_reasons_of_an_end_are_the_six_of_the_table()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var words = Enum.GetValues<SessionEnd>().Select(reason => JsonDocument.Parse(Line(new Happened(new Ended(session, reason, 0, ""), "s1"))).RootElement.GetProperty("reason").GetString());
        Assert.Equal(["declined", "failed", "left", "moved", "released", "removed"], words.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_scripts_are_not_told_prints_no_line()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Empty(Line(new Happened(new Calling(session, true), "s1")));
        Assert.Empty(Line(new Happened(new Interrupted(session), "s1")));
        Assert.Empty(Line(new Downloading("s1", "sip:bob@example.com", "m1", 1, 2)));
    }
}
