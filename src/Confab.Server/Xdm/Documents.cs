// The documents of all users. Every change of a document goes through this mailbox and is stored before it is seen or answered:
//
//   Change ──► one change of a home directory at a time ──► the caller's edit ──► StoreLane ──► table ──► watchers, answer
//                                                        └─ refused ──► answer └─ not stored ──► answer, table unchanged
//
// Reads take the table as it is, on any thread.
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Registration;

namespace Confab.Server.Xdm;

/// <summary>What became of a change.</summary>
internal enum DocumentOutcome
{
    /// <summary>Stored, and seen.</summary>
    Done,

    /// <summary>The edit wanted nothing changed, or refused.</summary>
    Unchanged,

    /// <summary>The store failed; the document is what it was.</summary>
    NotStored,

    /// <summary>Too many changes wait.</summary>
    Busy,
}

/// <summary>Holds every document and its versions' order, and says what changes.</summary>
[Clause("RFC 4825", "8.5")]
internal sealed class Documents
{
    private readonly ConcurrentDictionary<DocumentId, Document> _table = [];
    private readonly ConcurrentDictionary<string, DocumentId> _byUri = new(StringComparer.Ordinal); // what is stored
    private readonly ConcurrentDictionary<string, ImmutableArray<DocumentId>> _homes = new(StringComparer.Ordinal); // by the user whose they are
    private readonly Dictionary<string, DocumentId> _taken = new(StringComparer.Ordinal); // that, and what is being stored; the mailbox's own
    private readonly List<Action<DocumentChange>> _watchers = [];
    private readonly ChangesInOrder _changes;
    private readonly World _world;
    private readonly IDocumentStore _store;
    private readonly StoreLane _lane;
    private readonly Mailbox _mailbox;

    public Documents(World world, IDocumentStore store, StoreLane lane)
    {
        _world = world;
        _store = store;
        _lane = lane;
        _changes = new ChangesInOrder(world.Limits.ChangesPerHome);
        _mailbox = new Mailbox(world);
    }

    /// <summary>Reads the stored documents; once, at the start, before the first <see cref="Change"/>.</summary>
    /// <param name="urisOf">The URIs that a document gives a meaning to.</param>
    /// <param name="isUser">Whether somebody has that address: what was left by one who is no more is not his who has it next.</param>
    public void Load(Func<Document, ImmutableArray<string>> urisOf, Func<string, bool> isUser)
    {
        foreach (var stored in _store.LoadDocuments())
        {
            if (!isUser(stored.Id.Xui)) continue;
            var document = stored with { Uris = urisOf(stored) };
            _table[document.Id] = document;
            _homes.AddOrUpdate(document.Id.Xui, [document.Id], (_, held) => held.Add(document.Id));
            foreach (var uri in document.Uris)
            {
                _byUri[uri] = document.Id;
                _taken[uri] = document.Id;
            }
        }
    }

    /// <summary>Hears every change once it is stored, in each document's order, in this mailbox: it only posts letters. Before the start alone.</summary>
    public void Watch(Action<DocumentChange> watcher) => _watchers.Add(watcher);

    /// <summary>The document as it is stored; null where there is none. On any thread.</summary>
    public Document? Find(DocumentId id) => _table.GetValueOrDefault(id);

    /// <summary>The document of the group with that identity, in its one spelling (<c>SipUri.AddressKey</c>); null where there is none. On any thread.</summary>
    public Document? FindGroup(string uri) => _byUri.TryGetValue(uri, out var id) && Find(id) is { } found && found.Uris.Contains(uri) ? found : null;

    /// <summary>All documents of one usage, in no order. On any thread.</summary>
    public IEnumerable<Document> OfUsage(string auid) => _table.Values.Where(d => d.Id.Auid == auid);

    /// <summary>The documents in one home directory, in no order. On any thread.</summary>
    public IEnumerable<Document> Of(string xui) => _homes.GetValueOrDefault(xui, []).Select(Find).OfType<Document>();

    /// <summary>The document that has, or is about to have, that URI. In the mailbox, thus in an edit.</summary>
    public DocumentId? OwnerOf(string uri) => _taken.GetValueOrDefault(uri);

    /// <summary>A version of a document that follows now.</summary>
    public Document NewVersion(DocumentId id, ReadOnlyMemory<byte> content, ImmutableArray<string> uris) =>
        new(id, _world.Ids.Token(96), content, _world.Time.GetUtcNow()) { Uris = uris };

    /// <summary>
    /// Changes one document. Edits in one home directory run one after the other, each over what the one before it left.
    /// </summary>
    /// <param name="id">Which.</param>
    /// <param name="edit">
    /// Gets the present version, or null, in the mailbox; gives the next one, null to delete it, or the present one to leave it. The URIs of the
    /// next one are nobody else's (<see cref="OwnerOf"/>).
    /// </param>
    /// <param name="done">Runs in the mailbox, after the change is stored and the watchers know.</param>
    public void Change(DocumentId id, Func<Document?, Document?> edit, Action<DocumentOutcome> done)
    {
        if (!_mailbox.HasRoom)
        {
            done(DocumentOutcome.Busy);
            return;
        }

        _mailbox.Post(() =>
        {
            if (!_changes.Run(id.Xui, mustRun: false, () => Apply(id, edit, done))) done(DocumentOutcome.Busy);
        });
    }

    /// <summary>Everything of a user goes from the store. In the lane, thus in one transaction with what else is written there.</summary>
    public void RemoveStored(string xui) => _store.RemoveHome(xui);

    /// <summary>Everything of a user goes, behind the changes that are under way; who watches is told.</summary>
    /// <param name="done">Runs in the mailbox: whether it is all gone.</param>
    public void RemoveHome(string xui, Action<bool> done)
    {
        Change(new DocumentId("", xui, ""), static none => none, Next); // behind the last that is under way; nobody can begin another

        void Next(DocumentOutcome outcome)
        {
            if (outcome is DocumentOutcome.Busy or DocumentOutcome.NotStored) done(false);
            else if (Of(xui).FirstOrDefault() is { } document) Change(document.Id, static _ => null, Next);
            else done(true);
        }
    }

    private void Apply(DocumentId id, Func<Document?, Document?> edit, Action<DocumentOutcome> done)
    {
        var before = Find(id);
        var after = edit(before);
        if (after == before)
        {
            done(DocumentOutcome.Unchanged);
            return;
        }

        var isQueued = _lane.Write(_mailbox, () => Store(id, after), stored =>
        {
            if (stored) Show(new DocumentChange(id, before, after));
            else Free(id, after, before);
            done(stored ? DocumentOutcome.Done : DocumentOutcome.NotStored);
            _changes.Release(id.Xui);
        });
        if (!isQueued)
        {
            done(DocumentOutcome.Busy);
            return;
        }

        _changes.Hold(id.Xui);
        foreach (var uri in after?.Uris ?? []) _taken[uri] = id;
    }

    private void Store(DocumentId id, Document? document)
    {
        if (document is null) _store.RemoveDocument(id);
        else _store.PutDocument(document);
    }

    private void Show(DocumentChange change)
    {
        if (change.After is { } after)
        {
            _table[change.Id] = after;
            if (change.Before is null) _homes.AddOrUpdate(change.Id.Xui, [change.Id], (_, held) => held.Add(change.Id));
            foreach (var uri in after.Uris) _byUri[uri] = change.Id;
        }
        else
        {
            _table.TryRemove(change.Id, out _);
            var rest = _homes.GetValueOrDefault(change.Id.Xui, []).Remove(change.Id);
            if (rest.IsEmpty) _homes.TryRemove(change.Id.Xui, out _);
            else _homes[change.Id.Xui] = rest;
        }

        Free(change.Id, change.Before, change.After);
        foreach (var watcher in _watchers) watcher(change);
    }

    /// <summary>The URIs of one version that the other has not are anybody's again.</summary>
    private void Free(DocumentId id, Document? of, Document? kept)
    {
        foreach (var uri in of?.Uris ?? [])
        {
            if (kept is not null && kept.Uris.Contains(uri)) continue;
            _taken.Remove(uri);
            _byUri.TryRemove(new KeyValuePair<string, DocumentId>(uri, id));
        }
    }
}
