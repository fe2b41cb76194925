using System.Runtime.CompilerServices;
using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>Short names of sessions in the order in which they turned up, and which of them is the current one.</summary>
sealed class SessionNames
{
    const int MostLeft = 64; // as many as a client has sessions; nobody remembers the name of one before

    readonly List<(string Name, ImSession Session)> _named = [];

    // Of those that have ended too: what is told of them late, such as how a REFER ended, is told under their name.
    readonly ConditionalWeakTable<ImSession, string> _names = [];

    // The ones that the user was in, the last at the end.
    readonly List<(string Name, string Identity)> _left = [];

    // The ones entered, the last at the end: when the current one ends, the one before it is current again.
    readonly List<ImSession> _entered = [];
    int _count;

    public ImSession? Current => _entered.Count > 0 ? _entered[^1] : null;

    /// <summary>Those that have not ended.</summary>
    public IReadOnlyList<SessionLine> All => [.. _named.Select(named => new SessionLine(named.Name, named.Session, named.Session == Current))];

    /// <summary>The newest invitation that waits for an answer.</summary>
    public ImSession? NewestInvitation => _named.FindLast(static named => named.Session.State == ImSessionState.Invited).Session;

    /// <summary>The session's name; it is given one when it has none.</summary>
    public string Of(ImSession session)
    {
        if (_names.TryGetValue(session, out var known)) return known;
        var name = $"s{++_count}";
        _names.Add(session, name);
        _named.Add((name, session));
        return name;
    }

    /// <summary>The identity of the session that the user was in last and is no more, nor on the way back; null where there is none.</summary>
    public string? LastLeft => _left.FindLast(left => !_entered.Exists(session => session.Identity == left.Identity)).Identity;

    /// <summary>The identity of a session that the user was in under this name.</summary>
    public string? IdentityOfLeft(string name) => _left.FindLast(left => left.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Identity;

    public ImSession? Find(string name) => _named.Find(named => named.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Session;

    public void Enter(ImSession session)
    {
        _entered.Remove(session);
        _entered.Add(session);
    }

    public void Forget(ImSession session)
    {
        _entered.Remove(session);
        if (session is { WasEstablished: true, MovedTo: null, Identity: { } identity })
        {
            if (_left.Count == MostLeft) _left.RemoveAt(0);
            _left.Add((Of(session), identity));
        }

        _named.RemoveAll(named => named.Session == session);
    }
}
