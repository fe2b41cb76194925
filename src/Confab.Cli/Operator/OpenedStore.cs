using Confab.Server;
using Confab.Server.Registration;
using Confab.Server.Xdm;
using Microsoft.Extensions.Logging.Abstractions;

namespace Confab.Cli.Operator;

/// <summary>The store of a server that does not run.</summary>
sealed class OpenedStore(ServerOptions options) : OperatorConnection
{
    readonly StoppedServer _server = StoppedServer.Open(options, NullLoggerFactory.Instance);

    public override Task<XcapResponse> XcapAsync(XcapRequest request, CancellationToken cancellationToken) =>
        _server.Xcap.HandleAsync(request with { Authorization = [$"Bearer {_server.OperatorToken}"] });

    public override Task<IReadOnlyList<string>> AddressesAsync(CancellationToken cancellationToken) => Task.FromResult(_server.Accounts.Addresses);

    public override Task<(AccountOutcome Outcome, string? Problem)> PutAccountAsync(string address, string password, bool isNew, CancellationToken cancellationToken) =>
        _server.Accounts.PutAsync(address, password, isNew);

    public override Task<(AccountOutcome Outcome, string? Problem)> RemoveAccountAsync(string address, CancellationToken cancellationToken) =>
        _server.Accounts.RemoveAsync(address);

    public override void Dispose() => _server.Dispose();
}
