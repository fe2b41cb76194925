using Confab.Server.Ports;

namespace Confab.Server.Stores;

/// <summary>What a server keeps: several stores in one database, thus in one transaction, which is the directory's.</summary>
public sealed record Store(IDirectory Directory, ISessionStore Sessions, IDocumentStore Documents) : IDisposable
{
    /// <summary>Whether writing may take time, so that it wants a thread of its own.</summary>
    public bool Blocks => Database is not null;

    private SqlDatabase? Database { get; init; }

    /// <summary>A store that nothing outlives.</summary>
    public static Store Memory()
    {
        var directory = new MemoryDirectory();
        return new Store(directory, new MemorySessions(directory), new MemoryDocuments(directory));
    }

    /// <summary>The stores in a database, which they dispose.</summary>
    public static Store In(SqlDatabase database) => new(new SqlDirectory(database), new SqlSessions(database), new SqlDocuments(database)) { Database = database };

    /// <summary>The store that the options name.</summary>
    /// <exception cref="ServerStartException">It cannot be opened; the message says what to do.</exception>
    public static Store Open(ServerOptions options) => options.Storage.Provider.ToUpperInvariant() switch
    {
        "MEMORY" => Memory(),
        "POSTGRESQL" => In(PostgresDatabase.Open(options.Storage.ConnectionString ?? "")),
        _ => In(SqliteDatabase.Open(options.DataDirectory)),
    };

    /// <summary>Why what is stored cannot be used, and what to do.</summary>
    internal ServerStartException Explain(Exception exception) =>
        Database?.Explain(exception) ?? new ServerStartException($"The store cannot be used: {exception.Message}", exception);

    public void Dispose()
    {
        Documents.Dispose();
        (Sessions as IDisposable)?.Dispose();
        Directory.Dispose(); // the last: it closes the database
    }
}
