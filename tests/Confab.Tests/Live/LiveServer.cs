using System.Net;
using Xunit;

namespace Confab.Tests.Live;

/// <summary><c>confab serve</c> on free ports of loopback, its data in a folder that goes with the test. The users are the demo users.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _others = [];
    private Running _running;

    private LiveServer(Running running, string folder)
    {
        _running = running;
        Folder = folder;
    }

    /// <summary>For the files of the test; the server's data is in it as well.</summary>
    public string Folder { get; }

    public Running Program => _running;

    public IPEndPoint Udp { get; private set; } = null!;

    public IPEndPoint Tcp { get; private set; } = null!;

    public IPEndPoint Msrp { get; private set; } = null!;

    public Uri Http { get; private set; } = null!;

    public static async Task<LiveServer> Start(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("confab-live-").FullName;
        var server = new LiveServer(Serve(folder, settings), folder);
        try
        {
            await server.BecomeReady();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>The program on free ports; what <paramref name="settings"/> say wins.</summary>
    public static Running Serve(string folder, params string[] settings) => Running.Confab(folder, ["serve", .. Settings(folder, settings)]);

    /// <summary>Starts the program again with the same data, after it has ended, on the ports that it had.</summary>
    public Task StartAgainInPlace(params string[] settings) => StartAgain([
        $"Sip:Listen:0=udp://{Udp}", $"Sip:Listen:1=tcp://{Tcp}", $"Msrp:Listen:0=tcp://{Msrp}", $"Http:Listen:0=http://{Http.Authority}", .. settings]);

    /// <summary>Starts the program again with the same data, after it has ended.</summary>
    public async Task StartAgain(params string[] settings)
    {
        await _running.DisposeAsync();
        _running = Serve(Folder, settings);
        await BecomeReady();
    }

    /// <summary>One of the demo users, registered.</summary>
    public async Task<Chatter> User(string name, string transport = "tcp")
    {
        var user = Chatter.Start(this, name, "demo", transport);
        _others.Add(user);
        await user.Event("registered");
        return user;
    }

    /// <summary>What ends with the test.</summary>
    public T Keep<T>(T other)
        where T : IAsyncDisposable
    {
        _others.Add(other);
        return other;
    }

    public async Task<string> Get(string path)
    {
        using var http = new HttpClient { BaseAddress = Http, Timeout = Running.Patience };
        return await http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    public Task<string> Health() => Get("/health");

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others) await other.DisposeAsync();
        await _running.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static IEnumerable<string> Settings(string folder, string[] settings)
    {
        string[] defaults =
        [
            $"DataDirectory={folder}", "Sip:Listen:0=udp://127.0.0.1:0", "Sip:Listen:1=tcp://127.0.0.1:0",
            "Msrp:Listen:0=tcp://127.0.0.1:0", "Http:Listen:0=http://127.0.0.1:0",
        ];
        return defaults.Where(d => !settings.Any(s => KeyOf(s) == KeyOf(d))).Concat(settings).SelectMany(s => new[] { "--set", s });
    }

    private static string KeyOf(string setting) => setting[..setting.IndexOf('=', StringComparison.Ordinal)];

    private async Task BecomeReady()
    {
        Udp = await Listener("sip udp://");
        Tcp = await Listener("sip tcp://");
        Msrp = await Listener("msrp tcp://");
        Http = new Uri($"http://{await Listener("http http://")}");
        await _running.Line(l => l == "ready", "ready");
    }

    private async Task<IPEndPoint> Listener(string beginning) =>
        IPEndPoint.Parse((await _running.Line(l => l.StartsWith(beginning, StringComparison.Ordinal), beginning))[beginning.Length..]);
}
