using Confab.Host.Configuration;
using Confab.Host.Hosting;
using Confab.Server;
using Confab.Server.Registration;
using Confab.Server.Xdm;

namespace Confab.Cli.Operator;

/// <summary>The server, running or stopped, as the operator's commands see it.</summary>
abstract class OperatorConnection : IDisposable
{
    /// <summary>Answers an XCAP request; target, body and conditions are the caller's.</summary>
    public abstract Task<XcapResponse> XcapAsync(XcapRequest request, CancellationToken cancellationToken);

    /// <summary>The addresses of all accounts.</summary>
    public abstract Task<IReadOnlyList<string>> AddressesAsync(CancellationToken cancellationToken);

    public abstract Task<(AccountOutcome Outcome, string? Problem)> PutAccountAsync(string address, string password, bool isNew, CancellationToken cancellationToken);

    public abstract Task<(AccountOutcome Outcome, string? Problem)> RemoveAccountAsync(string address, CancellationToken cancellationToken);

    public abstract void Dispose();

    /// <summary>The running server of that configuration over HTTP, or the store of a stopped one.</summary>
    /// <exception cref="OperatorException">Neither can be had.</exception>
    public static OperatorConnection Open(ServerConfiguration configuration)
    {
        var options = configuration.Options;
        if (RunFile.Read(options) is { } run && IsAlive(run.ProcessId))
        {
            return run.Http is { } http
                ? new RunningServer(new Uri(http), run.Token)
                : throw new OperatorException($"The server runs (process {run.ProcessId}) and its HTTP is off: stop it, or give it an address in Http:Listen");
        }

        try
        {
            return new OpenedStore(options);
        }
        catch (ServerStartException e)
        {
            throw new OperatorException(e.Message);
        }
    }

    static bool IsAlive(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>A command cannot do what it was asked; the message says why and what to do.</summary>
sealed class OperatorException(string message) : Exception(message);
