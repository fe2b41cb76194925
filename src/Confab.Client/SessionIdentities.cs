using Confab.Runtime;

namespace Confab.Client;

/// <summary>What is needed to come back to a session.</summary>
/// <param name="Identity">Its IM Session Identity.</param>
/// <param name="IsGroup">Whether it is a group session.</param>
/// <param name="IsAnonymous">Whether the user hid the own address in it.</param>
/// <param name="Peer">The other user, or who invited.</param>
/// <param name="Participants">Whom the invitation listed.</param>
/// <param name="GroupIdentity">The pre-defined group that it was joined by, null for any other.</param>
/// <param name="Since">When the session was over, as a timestamp of the clock.</param>
internal sealed record KeptIdentity(
    string Identity, bool IsGroup, bool IsAnonymous, string? Peer, IReadOnlyList<string> Participants, string? GroupIdentity, long Since)
{
    public static KeptIdentity Of(ImSession session, long since) =>
        new(session.Identity!, session.IsGroup, session.IsAnonymous, session.Peer, session.Participants, session.GroupIdentity, since);
}

/// <summary>
/// The IM Session Identities of sessions that the user was in, for <see cref="ImClientOptions.SessionIdentityRetention"/> after they were
/// left, released or lost. At most as many as sessions at one time; the oldest go first.
/// </summary>
[Clause("OMA-IM", "7.1.1.12", "IMC-REJOIN-KEEP", "IMC-REJOIN-EXP", "IMC-LEAVE-KEEP", "IMC-REL-KEEP")]
internal sealed class SessionIdentities(ImClient client)
{
    private readonly List<KeptIdentity> _kept = [];

    /// <summary>The session that the user was in is over: its identity is kept from now on.</summary>
    public void Keep(ImSession session)
    {
        if (session.Identity is not { } identity) return;
        Forget(identity);
        if (_kept.Count == client.Options.MaxSessions) _kept.RemoveAt(0);
        _kept.Add(KeptIdentity.Of(session, client.World.Time.GetTimestamp()));
    }

    /// <summary>The identity, where it is kept still: of a session that is over, or of one that stands.</summary>
    public KeptIdentity? Find(string identity)
    {
        _kept.RemoveAll(kept => client.World.Time.GetElapsedTime(kept.Since) >= client.Options.SessionIdentityRetention);
        if (client.Sessions.Find(session => session is { WasEstablished: true, State: not ImSessionState.Ended } && session.Identity == identity) is { } standing)
            return KeptIdentity.Of(standing, 0);
        return _kept.Find(kept => kept.Identity == identity);
    }

    /// <summary>The server said that there is no way back.</summary>
    public void Forget(string identity) => _kept.RemoveAll(kept => kept.Identity == identity);
}
