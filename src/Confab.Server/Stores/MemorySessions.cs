using System.Collections.Concurrent;
using Confab.Server.Ports;

namespace Confab.Server.Stores;

/// <summary>Sessions beside a <see cref="MemoryDirectory"/>, in its transactions.</summary>
/// <param name="directory">Whose transactions these are.</param>
/// <param name="outlivesProcess">True in tests, where this memory is the disk of one server after the other.</param>
public sealed class MemorySessions(MemoryDirectory directory, bool outlivesProcess = false) : ISessionStore
{
    private readonly ConcurrentDictionary<string, (StoredSession Session, Dictionary<string, StoredMember> Members)> _sessions = new(StringComparer.Ordinal);

    public bool OutlivesProcess => outlivesProcess;

    public void Save(StoredSession session, IReadOnlyList<StoredMember> changed, IReadOnlyList<string> dropped) => directory.OnCommit(() =>
    {
        var members = _sessions.TryGetValue(session.Identity, out var known) ? known.Members : new Dictionary<string, StoredMember>(StringComparer.Ordinal);
        foreach (var member in changed) members[member.Entity] = member;
        foreach (var address in dropped) members.Remove(address);
        _sessions[session.Identity] = (session, members);
    });

    public void Remove(string identity) => directory.OnCommit(() => _sessions.TryRemove(identity, out _));

    public IReadOnlyList<(StoredSession Session, IReadOnlyList<StoredMember> Members)> Load() =>
        [.. _sessions.Values.Select(static s => (s.Session, (IReadOnlyList<StoredMember>)[.. s.Members.Values.OrderBy(static m => m.Place)]))];
}
