using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Confab.Tests.Live;

/// <summary><c>confab bench</c> as its user sees it: the program loads the program, a second of each kind.</summary>
[Collection(LiveBesideCollection.Name)]
public sealed class BenchTests : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    readonly string _folder = Directory.CreateTempSubdirectory("confab-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("fanout", "deliveries", "--members", "5")]
    [InlineData("signalling", "transactions", "--count", "10", "--connections", "2")]
    [InlineData("sessions", "sessions", "--count", "4")]
    [InlineData("register", "refreshes", "--count", "10")]
    public async Task A_second_of_load_is_reported_with_what_it_cost_the_server(string mode, string unit, params string[] more)
    {
        await using var server = await Serve();
        var report = await Bench(mode, expected: 0, [.. more, .. At(server), "--duration", "1", "--warm-up", "0.3", "--pid", server.Program.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(unit, report.GetProperty("unit").GetString());
        Assert.True(report.GetProperty("count").GetInt64() > 0);
        Assert.True(report.GetProperty("latency").GetProperty("p50").GetDouble() > 0);
        Assert.True(report.GetProperty("serverKbAfter").GetDouble() > 10_000);
        Assert.Empty(report.GetProperty("failures").EnumerateObject());
    }

    [Fact]
    public async Task At_a_rate_as_much_is_done_as_was_asked()
    {
        await using var server = await Serve();
        var report = await Bench("signalling", expected: null, ["--count", "20", .. At(server), "--duration", "1", "--warm-up", "0.5", "--rate", "50"]);
        Assert.InRange(report.GetProperty("count").GetInt64(), 30, 70);
        Assert.True(report.TryGetProperty("beganLateP99", out _));
    }

    [Fact]
    public async Task The_report_is_for_people_unless_it_is_asked_for_as_JSON_and_a_file_gets_it_too()
    {
        await using var server = await Serve();
        var file = Path.Combine(_folder, "report.jsonl");
        await using var bench = Running.Confab(_folder, ["bench", "signalling", "--count", "4", .. At(server), "--duration", "0.5", "--warm-up", "0", "--report", file]);
        Assert.Equal(0, await bench.Exit(s_patience));
        Assert.Contains("signalling", bench.Printed, StringComparison.Ordinal);
        Assert.Contains("latency", bench.Printed, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal("signalling", report.RootElement.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_a_user_whom_it_does_not_know_end_with_1_and_words_that_help()
    {
        await using var nowhere = Running.Confab(_folder, ["bench", "signalling", "--server", "127.0.0.1:1"]);
        Assert.Equal(1, await nowhere.Exit(s_patience));
        Assert.Contains("is the server running there?", nowhere.Printed, StringComparison.Ordinal);

        await using var server = await Serve();
        await using var unknown = Running.Confab(_folder, ["bench", "fanout", .. At(server), "--users", "sip:x{0}@example.com"]);
        Assert.Equal(1, await unknown.Exit(s_patience));
        Assert.Contains("confab bench config", unknown.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_starts_with_the_configuration_that_is_printed_for_it()
    {
        await using var config = Running.Confab(_folder, ["bench", "config", "--users", "3"]);
        Assert.Equal(0, await config.Exit(s_patience));
        var file = Path.Combine(_folder, "bench.json");
        await File.WriteAllTextAsync(file, config.Printed, TestContext.Current.CancellationToken);
        await using var server = Running.Confab(
            _folder, ["serve", "--config", file, "--set", "Sip:Listen:0=tcp://127.0.0.1:0", "--set", "Msrp:Listen:0=tcp://127.0.0.1:0", "--set", "Http:Listen:0=http://127.0.0.1:0"]);
        var sip = await server.Line(static l => l.StartsWith("sip tcp://", StringComparison.Ordinal), "sip tcp");
        await server.Line(static l => l == "ready", "ready");
        await Bench("register", expected: 0, ["--count", "3", "--server", sip["sip tcp://".Length..], "--duration", "0.3", "--warm-up", "0"]);
    }

    static string[] At(LiveServer server) => ["--server", server.Tcp.ToString()];

    static Task<LiveServer> Serve() => LiveServer.Start(
        [.. Enumerable.Range(0, 20).SelectMany(static i => new[] { $"Users:{i}:Address=sip:u{i}@example.com", $"Users:{i}:Password=bench" }), "Storage:Provider=Memory"]);

    async Task<JsonElement> Bench(string mode, int? expected, string[] arguments)
    {
        await using var bench = Running.Confab(_folder, ["bench", mode, "--json", .. arguments]);
        var code = await bench.Exit(s_patience);
        if (expected is { } wanted) Assert.True(code == wanted, $"ended with {code}: {bench.Printed}");
        return JsonDocument.Parse(await bench.Line(static l => l.StartsWith('{'), "a report")).RootElement;
    }
}
