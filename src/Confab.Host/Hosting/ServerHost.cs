using System.Net.Sockets;
using Confab.Host.Configuration;
using Confab.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Confab.Host.Hosting;

/// <summary>The process around one server: its log, its signals, its HTTP listeners, and an end within ten seconds.</summary>
public sealed class ServerHost : IAsyncDisposable
{
    static readonly TimeSpan Graceful = TimeSpan.FromSeconds(8);
    static readonly TimeSpan AtMost = TimeSpan.FromSeconds(9);

    readonly IHost _host;
    readonly ServerOptions _options;

    ServerHost(IHost host, ServerOptions options)
    {
        _host = host;
        _options = options;
    }

    /// <summary>One line a listener with its real port, such as <c>sip udp://127.0.0.1:5060</c>; complete once started.</summary>
    public IReadOnlyList<string> Listening =>
        [.. _host.Services.GetRequiredService<ConfabServer>().Listening, .. HttpAddresses().Select(a => "http " + a)];

    public ILoggerFactory Loggers => _host.Services.GetRequiredService<ILoggerFactory>();

    public static ServerHost Build(ServerOptions options) =>
        new(options.Http.Listen.Count > 0 ? WithHttp(options) : WithoutHttp(options), options);

    /// <summary>Binds every listener.</summary>
    /// <exception cref="ServerStartException">A listener cannot be had; the message says which and what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _host.StartAsync(cancellationToken);
            var (server, http) = (_host.Services.GetRequiredService<ConfabServer>(), HttpAddresses().FirstOrDefault());
            server.HttpListening = http is null ? null : new Uri(http);
            RunFile.Write(_options, http, server.OperatorToken!);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            // Kestrel names the address in its message; the key is ours to name.
            var index = Math.Max(0, _options.Http.Listen.FindIndex(l => e.Message.Contains(l, StringComparison.Ordinal)));
            throw new ServerStartException(
                $"Http:Listen:{index}: {_options.Http.Listen[index]} is taken by another program; stop that one or set Http:Listen:{index} to another port (0 picks a free one)");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new ServerStartException(
                $"Http:Listen: cannot listen on {string.Join(", ", _options.Http.Listen)}: {e.Message}; set it to an address of this machine and a port that is yours to open");
        }
    }

    /// <summary>Waits for SIGTERM, Ctrl-C or the token.</summary>
    public async Task WaitForStopAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = _host.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var onStopping = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await using var onCancelled = cancellationToken.Register(lifetime.StopApplication);
        await stopping.Task;
    }

    /// <summary>Stops; what has not ended in time is left behind, since the process ends.</summary>
    /// <returns>Whether all ended in time.</returns>
    public async Task<bool> StopAsync()
    {
        RunFile.Remove(_options);
        using var deadline = new CancellationTokenSource(Graceful);
        try
        {
            await _host.StopAsync(deadline.Token).WaitAsync(AtMost);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
    }

    static WebApplication WithHttp(ServerOptions options)
    {
        // The empty builder, since the others also read appsettings.json of the working directory and ASPNETCORE_URLS: the keys are ours alone.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        AddCommon(builder.Services, options);
        var app = builder.Build();
        app.MapConfab();
        return app;
    }

    static IHost WithoutHttp(ServerOptions options)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        AddCommon(builder.Services, options);
        return builder.Build();
    }

    static void AddCommon(IServiceCollection services, ServerOptions options)
    {
        services.AddLogging(Log.ToStandardError);
        services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = Graceful);
        services.AddConfabServer(options);
    }

    static void Listen(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        foreach (var text in options.Http.Listen)
        {
            if (!ListenAddress.TryParse(text, out var listen))
                throw new ServerStartException($"Http:Listen: {text} is not http://HOST:PORT");
            kestrel.Listen(listen.Address, listen.Port);
        }
    }

    IEnumerable<string> HttpAddresses() =>
        _host.Services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
