using System.Globalization;
using System.Text.Json;

namespace Confab.Bench;

/// <summary>A <c>confab serve</c> on free ports of loopback, with users u0, u1, ... whom this machine may speak for, unless it trusts nobody. Where its data is given, the users are in there.</summary>
internal sealed class ConfabServer : IDisposable
{
    public const string Domain = "example.com";

    private static readonly string[] s_tcp = ["tcp://127.0.0.1:0"];
    private static readonly string[] s_sip = ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"];
    private static readonly string[] s_http = ["http://127.0.0.1:0"];
    private static readonly string[] s_trusted = ["127.0.0.1"];

    private readonly RunningProgram _program;
    private readonly Dictionary<string, Uri> _listening = new(StringComparer.Ordinal);
    private double _asking; // bytes that answering these questions took
    private readonly string _configuration = Path.GetTempFileName();

    public ConfabServer(string dll, int users, bool isTrusting = true, string? data = null)
    {
        File.WriteAllText(_configuration, JsonSerializer.Serialize(new
        {
            DataDirectory = data ?? "data",
            Domain,
            Sip = new { Listen = s_sip, TrustedPeers = isTrusting ? s_trusted : [] },
            Msrp = new { Listen = s_tcp },
            Http = new { Listen = s_http },
            Storage = new { Provider = data is null ? "Memory" : "Sqlite" },
            Limits = new { ConnectionsPerAddress = 100_000 },
            Session = new { MaxAdhocGroupSize = Math.Max(100, users) },
            Users = Enumerable.Range(0, data is null ? users : 0).Select(i => new { Address = AddressOf(i), Password = "bench" }),
        }));
        _program = new RunningProgram("dotnet", dll, "serve", "--config", _configuration);
        for (var line = _program.ReadLine(); line != "ready"; line = _program.ReadLine())
        {
            var words = line.Split(' ');
            var uri = new Uri(words[^1]);
            _listening[$"{words[0]} {uri.Scheme}"] = uri;
        }
    }

    public int SipPort => _listening["sip tcp"].Port;

    public int UdpPort => _listening["sip udp"].Port;

    public RunningProgram Program => _program;

    public static string AddressOf(int user) => string.Create(CultureInfo.InvariantCulture, $"sip:u{user}@{Domain}");

    /// <summary>Bytes that the server has allocated since its start; asking is not counted.</summary>
    public double AllocatedBytes()
    {
        var asked = Allocated();
        var askedAgain = Allocated();
        _asking += askedAgain - asked;
        var allocated = asked - _asking;
        _asking += askedAgain - asked;
        return allocated;
    }

    private double Allocated()
    {
        using var http = new HttpClient();
        var metrics = http.GetStringAsync(new Uri(_listening["http http"], "/metrics")).GetAwaiter().GetResult();
        var line = metrics.Split('\n').First(l => l.StartsWith("dotnet_gc_heap_total_allocated", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _program.Dispose();
        File.Delete(_configuration);
    }
}
