using System.Collections.Concurrent;
using Confab.Runtime;

namespace Confab.Server.Owners;

/// <summary>
/// How many IM sessions each user is in, over all owners: those he is connected to, and those he is starting. That others invite him does not count,
/// so that nobody can take a user's places by calling him. Any thread may call.
/// </summary>
internal sealed class UserSessions(Limits limits)
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Users who are in a session.</summary>
    public int Count => _counts.Count;

    /// <summary>Whether he is in as many as he may be (<see cref="Limits.SessionsPerUser"/>). Two that begin in the same moment may both be taken.</summary>
    public bool IsFull(string address) => _counts.GetValueOrDefault(address) >= limits.SessionsPerUser;

    public void Enter(string address) => _counts.AddOrUpdate(address, 1, static (_, count) => count + 1);

    public void Leave(string address)
    {
        while (_counts.TryGetValue(address, out var count))
        {
            if (count > 1 ? _counts.TryUpdate(address, count - 1, count) : _counts.TryRemove(new KeyValuePair<string, int>(address, count))) return;
        }
    }
}
