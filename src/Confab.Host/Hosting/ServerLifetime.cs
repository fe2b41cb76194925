using System.Net.Sockets;
using Confab.Host.Metrics;
using Confab.Server;
using Microsoft.Extensions.Hosting;

namespace Confab.Host.Hosting;

/// <summary>
/// Starts the server before HTTP listens and stops it first: HTTP answers to the end, so that whoever watches /health sees it stop.
/// The metrics listener is asked for here so that it counts from the first instrument on.
/// </summary>
sealed class ServerLifetime(ConfabServer server, MetricsListener metrics) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        metrics.Start();
        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            // What the server itself has no better word for, such as a data directory that cannot be written.
            throw new ServerStartException($"cannot start: {e.Message}");
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
