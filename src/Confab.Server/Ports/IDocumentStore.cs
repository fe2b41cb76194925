using Confab.Runtime;
using Confab.Server.Xdm;

namespace Confab.Server.Ports;

/// <summary>
/// Where documents outlive a restart. Every write runs inside the store lane's transaction (<see cref="StoreLane.Write"/>); nobody reads
/// here but at the start, since <see cref="Documents"/> holds them all.
/// </summary>
public interface IDocumentStore : IDisposable
{
    /// <summary>All documents, in no order; their <see cref="Document.Uris"/> are not kept.</summary>
    IReadOnlyList<Document> LoadDocuments();

    /// <summary>Adds the document or replaces the one that is there.</summary>
    void PutDocument(Document document);

    /// <summary>Nothing happens where there is none.</summary>
    void RemoveDocument(DocumentId id);

    /// <summary>Removes all documents of a user.</summary>
    void RemoveHome(string xui);
}
