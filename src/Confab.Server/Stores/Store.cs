using Confab.Server.Ports;

namespace Confab.Server.Stores;

/// <summary>What a server keeps: several stores in one database, thus in one transaction, which is the directory's.</summary>
public sealed record Store(IDirectory Directory, ISessionStore Sessions, IDocumentStore Documents) : IDisposable
{
    /// <summary>A store that nothing outlives.</summary>
    public static Store Memory()
    {
        var directory = new MemoryDirectory();
        return new Store(directory, new MemorySessions(directory), new MemoryDocuments(directory));
    }

    /// <summary>The store in <c>confab.db</c> of that directory.</summary>
    /// <exception cref="NotSupportedException">A newer Confab has made it.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The file is no database, or cannot be opened.</exception>
    public static Store Sqlite(string dataDirectory)
    {
        var database = new SqliteDatabase(dataDirectory);
        return new Store(new SqliteDirectory(database), new SqliteSessions(database), new SqliteDocuments(database));
    }

    /// <summary>The store that the options name.</summary>
    /// <exception cref="ServerStartException">It cannot be opened; the message says what to do.</exception>
    public static Store Open(ServerOptions options)
    {
        if (options.Storage.Provider.Equals("Memory", StringComparison.OrdinalIgnoreCase)) return Memory();
        try
        {
            return Sqlite(options.DataDirectory);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw StoreProblem.Explain(options.DataDirectory, exception);
        }
    }

    public void Dispose()
    {
        Documents.Dispose();
        (Sessions as IDisposable)?.Dispose();
        Directory.Dispose(); // the last: it closes the database
    }
}
