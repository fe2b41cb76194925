using System.Text.Json;

namespace Confab.Tests.Live;

/// <summary>A user at <c>confab chat --json</c>.</summary>
internal sealed class Chatter : IAsyncDisposable
{
    private Chatter(Running program, string name)
    {
        Program = program;
        Name = name;
    }

    public Running Program { get; }

    public string Name { get; }

    public static Chatter Start(LiveServer server, string name, string password, string transport = "tcp") => new(
        Running.Confab(
            server.Folder, "chat", "--json", "--as", $"sip:{name}@example.com", "--password", password, "--transport", transport,
            "--server", (transport == "udp" ? server.Udp : server.Tcp).ToString()),
        name);

    public Task Type(string line) => Program.Type(line);

    /// <summary>The next event of that name, the keys as given; events may overtake one another.</summary>
    public async Task<JsonElement> Event(string name, params (string Key, string Value)[] keys)
    {
        var wanted = name + string.Concat(keys.Select(k => $" {k.Key}={k.Value}"));
        var line = await Program.Line(l => Parse(l) is var e && Value(e, "event") == name && keys.All(k => Value(e, k.Key) == k.Value), wanted);
        return Parse(line);
    }

    /// <summary>Waits for this text of that user.</summary>
    public Task Hears(string from, string text) => Event("message", ("from", $"sip:{from}@example.com"), ("text", text));

    /// <summary>Accepts the invitation that comes.</summary>
    public async Task Accept()
    {
        await Event("invited");
        await Type("/accept");
        await Event("established");
    }

    /// <summary>Whether it was told of such an event at all.</summary>
    public bool HasSeen(string name) => Program.Printed.Contains($"{{\"event\":\"{name}\"", StringComparison.Ordinal);

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static string Value(JsonElement e, string key) => e.TryGetProperty(key, out var value) ? value.ToString() : "";
}
