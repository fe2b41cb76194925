using Confab.Runtime;
using Confab.Server.Procedures.General;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Server.Xdm;
using Microsoft.Extensions.Logging;

namespace Confab.Server;

/// <summary>
/// The store of a server that does not run, for the operator's commands: accounts and documents, by the rules of the running one. Nothing
/// listens, and no session is touched.
/// </summary>
public sealed class StoppedServer : IDisposable
{
    private readonly World _world;
    private readonly Store _store;
    private readonly LaneThread _laneThread = new("store");

    private StoppedServer(ServerOptions options, ILoggerFactory loggers, Store store)
    {
        _store = store;
        _world = World.Real(loggers, options.Limits);
        OperatorToken = _world.Ids.Token(192);
        var lane = new StoreLane(_laneThread, store.Directory, options.Limits.StoreLaneRequests, loggers.CreateLogger("Confab.Server.Store"));
        var documents = new Documents(_world, store.Documents, lane);
        Accounts = new Accounts(_world, store.Directory, documents, lane, options.Domain, static _ => { });
        var readable = new ReadableDocuments(documents, store.Directory);
        Xcap = new XcapServer(_world, documents, readable, store.Directory, new DigestVerification(_world, store.Directory, options), options, OperatorToken);
        store.Directory.Load();
        documents.Load(Xcap.Usages.UrisOf, readable.IsUser);
    }

    public Accounts Accounts { get; }

    public XcapServer Xcap { get; }

    /// <inheritdoc cref="ConfabServer.OperatorToken"/>
    public string OperatorToken { get; }

    /// <summary>Opens the store that the options name.</summary>
    /// <exception cref="ServerStartException">It cannot be opened, or nothing outlives the server.</exception>
    public static StoppedServer Open(ServerOptions options, ILoggerFactory loggers)
    {
        if (options.Storage.Provider.Equals("Memory", StringComparison.OrdinalIgnoreCase))
            throw new ServerStartException("Storage:Provider is Memory: what such a server holds can only be changed while it runs");
        return new StoppedServer(options, loggers, Store.Open(options));
    }

    public void Dispose()
    {
        _laneThread.Dispose();
        _world.Dispose();
        _store.Dispose();
    }
}
