using System.Net;
using Confab.Host.Configuration;
using Confab.Host.Hosting;
using Confab.Server;
using Xunit;

namespace Confab.Tests.Host;

/// <summary>The HTTP side of the process: which pages it has, and how it fails to start.</summary>
public sealed class ServerHostTests
{
    [Fact]
    public async Task It_says_that_it_is_ready_what_it_counted_and_who_it_is()
    {
        await using var host = ServerHost.Build(OnFreePorts());
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = HttpAddress(host) };

        Assert.StartsWith("{\"status\":\"ready\",\"sessions\":0,\"registrations\":0}", await Get(http, "/health"), StringComparison.Ordinal);
        Assert.Contains("# TYPE dotnet_gc_collections_total counter", await Get(http, "/metrics"), StringComparison.Ordinal);
        Assert.StartsWith("Confab 0.", await Get(http, "/"), StringComparison.Ordinal);
        using var unknown = await http.GetAsync(new Uri("/nothing", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.True(await host.StopAsync());
    }

    [Fact]
    public async Task A_taken_port_names_the_key_the_address_and_what_to_do()
    {
        await using var first = ServerHost.Build(OnFreePorts());
        await first.StartAsync(TestContext.Current.CancellationToken);
        var address = HttpAddress(first).ToString().TrimEnd('/');

        await using var second = ServerHost.Build(OnFreePorts($"Http:Listen:1={address}"));
        var e = await Assert.ThrowsAsync<ServerStartException>(() => second.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal($"Http:Listen:1: {address} is taken by another program; stop that one or set Http:Listen:1 to another port (0 picks a free one)", e.Message);
        await first.StopAsync();
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named_with_its_key()
    {
        await using var host = ServerHost.Build(OnFreePorts("Http:Listen:0=http://192.0.2.1:8080"));
        var e = await Assert.ThrowsAsync<ServerStartException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("Http:Listen: cannot listen on http://192.0.2.1:8080: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_without_HTTP()
    {
        await using var host = ServerHost.Build(OnFreePorts("Http:Listen="));
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(host.Listening, l => l.StartsWith("http", StringComparison.Ordinal));
        Assert.True(await host.StopAsync());
    }

    static ServerOptions OnFreePorts(params string[] settings)
    {
        var loaded = ServerConfiguration.Load(null, [],
        [
            "Storage:Provider=Memory", "Sip:Listen:0=udp://127.0.0.1:0", "Msrp:Listen:0=tcp://127.0.0.1:0",
            .. settings.Contains("Http:Listen=") ? Array.Empty<string>() : ["Http:Listen:0=http://127.0.0.1:0"], .. settings,
        ]);
        Assert.Empty(loaded.Errors);
        return loaded.Options;
    }

    static Uri HttpAddress(ServerHost host) => new(host.Listening.Single(l => l.StartsWith("http ", StringComparison.Ordinal))[5..]);

    static Task<string> Get(HttpClient http, string path) =>
        http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
}
