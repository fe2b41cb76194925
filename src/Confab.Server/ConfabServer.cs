using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Confab.Server;

/// <summary>Stands where the IM Server will be: it starts, says what it would listen on, and stops.</summary>
public sealed class ConfabServer : IAsyncDisposable
{
    readonly ServerOptions _options;

    ConfabServer(ServerOptions options) => _options = options;

    public IReadOnlyList<string> Listening { get; private set; } = [];

    public ServerHealth Health { get; private set; } = new(Ready: false, Sessions: 0, Registrations: 0);

    public static ConfabServer Create(ServerOptions options, ILoggerFactory loggers, IMeterFactory? meters = null) => new(options);

    public Task StartAsync(CancellationToken ct)
    {
        Listening = [.. _options.Sip.Listen.Select(l => "sip " + l), .. _options.Msrp.Listen.Select(l => "msrp " + l)];
        Health = Health with { Ready = true };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken ct)
    {
        Health = Health with { Ready = false };
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What the server says of itself.</summary>
public sealed record ServerHealth(bool Ready, int Sessions, int Registrations);

/// <summary>The server could not start; the message names the key, the address and what to do.</summary>
public sealed class ServerStartException(string message) : Exception(message);
