using Confab.Server.Ports;
using Confab.Server.Xdm;
using Microsoft.Data.Sqlite;

namespace Confab.Server.Stores;

/// <summary>Documents in <see cref="SqliteDatabase"/>.</summary>
public sealed class SqliteDocuments : IDocumentStore
{
    internal const string Migration = """
        CREATE TABLE documents (
            auid TEXT NOT NULL, xui TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, content BLOB NOT NULL, changed INTEGER NOT NULL,
            PRIMARY KEY (auid, xui, name));
        """;

    private readonly SqliteDatabase _database;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _remove;

    /// <summary>Documents in a database that they share with other stores, and that its owner disposes.</summary>
    public SqliteDocuments(SqliteDatabase database)
    {
        _database = database;
        _put = database.Prepare(
            "INSERT OR REPLACE INTO documents (auid, xui, name, etag, content, changed) VALUES ($1, $2, $3, $4, $5, $6)", "$1", "$2", "$3", "$4", "$5", "$6");
        _remove = database.Prepare("DELETE FROM documents WHERE auid = $1 AND xui = $2 AND name = $3", "$1", "$2", "$3");
    }

    public IReadOnlyList<Document> LoadDocuments()
    {
        var documents = new List<Document>();
        using var command = _database.Connection.CreateCommand();
        command.CommandText = "SELECT auid, xui, name, etag, content, changed FROM documents";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var id = new DocumentId(row.GetString(0), row.GetString(1), row.GetString(2));
            documents.Add(new Document(id, row.GetString(3), row.GetFieldValue<byte[]>(4), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5))));
        }

        return documents;
    }

    public void PutDocument(Document document) => SqliteDatabase.Run(
        _put, document.Id.Auid, document.Id.Xui, document.Id.Name, document.ETag, document.Content.ToArray(), document.Changed.ToUnixTimeMilliseconds());

    public void RemoveDocument(DocumentId id) => SqliteDatabase.Run(_remove, id.Auid, id.Xui, id.Name);

    public void Dispose()
    {
        _put.Dispose();
        _remove.Dispose();
    }
}
