using System.Collections.Concurrent;
using System.Collections.Immutable;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>Who is to be told when documents change.</summary>
internal interface IDocumentWatcher
{
    /// <summary>Something of what he watches may have changed. In the documents' mailbox: it only posts a letter.</summary>
    void OnMayHaveChanged();

    /// <summary>It is over for him.</summary>
    /// <param name="reason">A reason code of RFC 6665 4.1.3.</param>
    /// <param name="retryAfter">Seconds after which he may try again; null to say nothing of it.</param>
    void End(string reason, uint? retryAfter);
}

/// <summary>Finds those who watch a document: by whose it is, and by the groups in it. Any thread may call.</summary>
[Clause("RFC 5875", "4.7", "XDM-15")]
internal sealed class DocumentWatchers(Limits limits)
{
    private readonly ConcurrentDictionary<string, ImmutableHashSet<IDocumentWatcher>> _byKey = new(StringComparer.Ordinal);

    /// <summary>Keys that somebody watches.</summary>
    public int Count => _byKey.Count;

    /// <summary>All of them, each once.</summary>
    public IReadOnlySet<IDocumentWatcher> All => _byKey.Values.SelectMany(static w => w).ToHashSet();

    /// <summary>Whether this user has as many as he may (<see cref="Limits.DocumentSubscriptionsPerUser"/>). Two that begin in the same moment may both be taken.</summary>
    public bool IsFull(string user) => _byKey.TryGetValue(user, out var watchers) && watchers.Count >= limits.DocumentSubscriptionsPerUser;

    public void Follow(Documents documents) => documents.Watch(change =>
    {
        Tell(change.Id.Xui);
        foreach (var group in change.Uris) Tell(GroupKey(group));
    });

    public void Add(string user, IEnumerable<string> groups, IDocumentWatcher watcher)
    {
        foreach (var key in groups.Select(GroupKey).Prepend(user)) _byKey.AddOrUpdate(key, static (_, w) => [w], static (_, watchers, w) => watchers.Add(w), watcher);
    }

    /// <summary>He watches his own documents no more, nor those of these groups.</summary>
    public void Remove(string user, IEnumerable<string> groups, IDocumentWatcher watcher)
    {
        Remove(groups, watcher);
        Remove(user, watcher);
    }

    /// <summary>He watches these groups no more.</summary>
    public void Remove(IEnumerable<string> groups, IDocumentWatcher watcher)
    {
        foreach (var group in groups) Remove(GroupKey(group), watcher);
    }

    /// <summary>The user is no more.</summary>
    public void Forget(string user)
    {
        foreach (var watcher in _byKey.GetValueOrDefault(user, [])) watcher.End("rejected", null);
    }

    private void Remove(string key, IDocumentWatcher watcher)
    {
        while (_byKey.TryGetValue(key, out var watchers))
        {
            var rest = watchers.Remove(watcher);
            if (rest.IsEmpty ? _byKey.TryRemove(new KeyValuePair<string, ImmutableHashSet<IDocumentWatcher>>(key, watchers)) : _byKey.TryUpdate(key, rest, watchers)) return;
        }
    }

    private void Tell(string key)
    {
        foreach (var watcher in _byKey.GetValueOrDefault(key, [])) watcher.OnMayHaveChanged();
    }

    /// <summary>Not an address of a user, which a group's identity looks like.</summary>
    private static string GroupKey(string group) => "group " + group;
}
