using System.Collections.Concurrent;
using Confab.Server.Ports;
using Confab.Server.Xdm;

namespace Confab.Server.Stores;

/// <summary>Documents that nothing outlives; they take part in the transactions of the directory beside them.</summary>
public sealed class MemoryDocuments(MemoryDirectory directory) : IDocumentStore
{
    private readonly ConcurrentDictionary<DocumentId, Document> _documents = [];

    public IReadOnlyList<Document> LoadDocuments() => [.. _documents.Values.Select(static d => d with { Uris = [] })];

    public void PutDocument(Document document) => directory.OnCommit(() => _documents[document.Id] = document);

    public void RemoveDocument(DocumentId id) => directory.OnCommit(() => _documents.TryRemove(id, out _));

    public void RemoveHome(string xui) => directory.OnCommit(() =>
    {
        foreach (var id in _documents.Keys.Where(id => id.Xui == xui)) _documents.TryRemove(id, out _);
    });

    public void Dispose()
    {
    }
}
