using System.Data.Common;
using Confab.Server.Ports;

namespace Confab.Server.Stores;

/// <summary>The sessions that stand, in <see cref="SqlDatabase"/>; times are in milliseconds since 1970.</summary>
public sealed class SqlSessions : ISessionStore, IDisposable
{
    private readonly SqlDatabase _database;
    private readonly DbCommand _put;
    private readonly DbCommand _putMember;
    private readonly DbCommand _drop;
    private readonly DbCommand _remove;
    private readonly DbCommand _removeMembers;

    /// <summary>Sessions in a database that they share with other stores, and that its owner disposes.</summary>
    public SqlSessions(SqlDatabase database)
    {
        _database = database;
        _put = database.PreparePut(
            "sessions", 1, "identity", "kind", "originator", "originator_entity", "ends", "most_participants", "remaining_participants", "ends_with_originator", "group_identity");
        _putMember = database.PreparePut(
            "session_members", 2, "identity", "entity", "address", "place", "display_name", "status", "expelled", "joined_method", "joined_by", "joined_at",
            "left_method", "left_by", "left_at", "hidden_by_inviter");
        _drop = database.Prepare("DELETE FROM session_members WHERE identity = $1 AND entity = $2", 2);
        _remove = database.Prepare("DELETE FROM sessions WHERE identity = $1", 1);
        _removeMembers = database.Prepare("DELETE FROM session_members WHERE identity = $1", 1);
    }

    public bool OutlivesProcess => true;

    public void Save(StoredSession session, IReadOnlyList<StoredMember> changed, IReadOnlyList<string> dropped)
    {
        var rules = session.Rules;
        SqlDatabase.Run(
            _put, session.Identity, session.Kind, session.Originator, session.OriginatorEntity, session.Ends?.ToUnixTimeMilliseconds(), rules.MostParticipants,
            rules.RemainingParticipants, rules.EndsWithOriginator ? 1 : 0, session.Group);
        foreach (var member in changed)
        {
            SqlDatabase.Run(
                _putMember, session.Identity, member.Entity, member.Address, member.Place, member.DisplayName, member.Status, member.IsExpelled ? 1 : 0,
                member.Joined?.Method, member.Joined?.By, member.Joined?.When.ToUnixTimeMilliseconds(),
                member.Left?.Method, member.Left?.By, member.Left?.When.ToUnixTimeMilliseconds(), member.IsHiddenByInviter ? 1 : 0);
        }

        foreach (var entity in dropped) SqlDatabase.Run(_drop, session.Identity, entity);
    }

    public void Remove(string identity)
    {
        SqlDatabase.Run(_remove, identity);
        SqlDatabase.Run(_removeMembers, identity);
    }

    public IReadOnlyList<(StoredSession Session, IReadOnlyList<StoredMember> Members)> Load()
    {
        var members = LoadMembers();
        var sessions = new List<(StoredSession Session, IReadOnlyList<StoredMember> Members)>();
        foreach (var row in _database.Query("SELECT identity, kind, originator, originator_entity, ends, most_participants, remaining_participants, ends_with_originator, group_identity FROM sessions"))
        {
            var identity = row.GetString(0);
            var rules = new SessionRules((int)row.GetInt64(5), (int)row.GetInt64(6), row.GetInt64(7) != 0);
            var session = new StoredSession(identity, row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : Time(row.GetInt64(4)), rules, SqlDatabase.TextOf(row, 8));
            sessions.Add((session, members.GetValueOrDefault(identity, [])));
        }

        return sessions;
    }

    public void Dispose()
    {
        _put.Dispose();
        _putMember.Dispose();
        _drop.Dispose();
        _remove.Dispose();
        _removeMembers.Dispose();
    }

    private Dictionary<string, List<StoredMember>> LoadMembers()
    {
        var members = new Dictionary<string, List<StoredMember>>(StringComparer.Ordinal);
        foreach (var row in _database.Query("SELECT identity, address, place, display_name, status, expelled, joined_method, joined_by, joined_at, left_method, left_by, left_at, entity, hidden_by_inviter FROM session_members ORDER BY identity, place"))
        {
            var identity = row.GetString(0);
            if (!members.TryGetValue(identity, out var known)) members.Add(identity, known = []);
            var (address, entity) = (row.GetString(1), row.GetString(12));
            known.Add(new StoredMember(
                address, (int)row.GetInt64(2), SqlDatabase.TextOf(row, 3), row.GetString(4), row.GetInt64(5) != 0, Transition(row, 6), Transition(row, 9),
                entity == address ? null : entity, row.GetInt64(13) != 0));
        }

        return members;
    }

    private static StoredTransition? Transition(DbDataReader row, int first) =>
        row.IsDBNull(first) ? null : new StoredTransition(row.GetString(first), SqlDatabase.TextOf(row, first + 1), Time(row.GetInt64(first + 2)));


    private static DateTimeOffset Time(long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new InvalidDataException($"{milliseconds} is no time", exception);
        }
    }
}
