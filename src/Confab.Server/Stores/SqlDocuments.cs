using System.Data.Common;
using Confab.Server.Ports;
using Confab.Server.Xdm;

namespace Confab.Server.Stores;

/// <summary>Documents in <see cref="SqlDatabase"/>.</summary>
public sealed class SqlDocuments : IDocumentStore
{
    private readonly SqlDatabase _database;
    private readonly DbCommand _put;
    private readonly DbCommand _remove;
    private readonly DbCommand _removeHome;

    /// <summary>Documents in a database that they share with other stores, and that its owner disposes.</summary>
    public SqlDocuments(SqlDatabase database)
    {
        _database = database;
        _put = database.PreparePut("documents", 3, "auid", "xui", "name", "etag", "content", "changed");
        _remove = database.Prepare("DELETE FROM documents WHERE auid = $1 AND xui = $2 AND name = $3", 3);
        _removeHome = database.Prepare("DELETE FROM documents WHERE xui = $1", 1);
    }

    public IReadOnlyList<Document> LoadDocuments()
    {
        var documents = new List<Document>();
        foreach (var row in _database.Query("SELECT auid, xui, name, etag, content, changed FROM documents"))
        {
            var id = new DocumentId(row.GetString(0), row.GetString(1), row.GetString(2));
            documents.Add(new Document(id, row.GetString(3), row.GetFieldValue<byte[]>(4), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5))));
        }

        return documents;
    }

    public void PutDocument(Document document) => SqlDatabase.Run(
        _put, document.Id.Auid, document.Id.Xui, document.Id.Name, document.ETag, document.Content.ToArray(), document.Changed.ToUnixTimeMilliseconds());

    public void RemoveDocument(DocumentId id) => SqlDatabase.Run(_remove, id.Auid, id.Xui, id.Name);

    public void RemoveHome(string xui) => SqlDatabase.Run(_removeHome, xui);

    public void Dispose()
    {
        _removeHome.Dispose();
        _put.Dispose();
        _remove.Dispose();
    }
}
