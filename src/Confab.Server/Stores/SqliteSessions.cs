using Confab.Server.Ports;
using Microsoft.Data.Sqlite;

namespace Confab.Server.Stores;

/// <summary>The sessions that stand, in <see cref="SqliteDatabase"/>; times are in milliseconds since 1970.</summary>
public sealed class SqliteSessions : ISessionStore, IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _putMember;
    private readonly SqliteCommand _drop;
    private readonly SqliteCommand _remove;
    private readonly SqliteCommand _removeMembers;

    /// <summary>Sessions in a database that they share with other stores, and that its owner disposes.</summary>
    public SqliteSessions(SqliteDatabase database)
    {
        _database = database;
        _put = database.Prepare(
            "INSERT OR REPLACE INTO sessions (identity, kind, originator, originator_entity, ends, most_participants, remaining_participants, ends_with_originator) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8");
        _putMember = database.Prepare(
            "INSERT OR REPLACE INTO session_members (identity, address, place, display_name, status, expelled, joined_method, joined_by, joined_at, left_method, left_by, left_at, entity, hidden_by_inviter) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14");
        _drop = database.Prepare("DELETE FROM session_members WHERE identity = $1 AND entity = $2", "$1", "$2");
        _remove = database.Prepare("DELETE FROM sessions WHERE identity = $1", "$1");
        _removeMembers = database.Prepare("DELETE FROM session_members WHERE identity = $1", "$1");
    }

    public bool OutlivesProcess => true;

    public void Save(StoredSession session, IReadOnlyList<StoredMember> changed, IReadOnlyList<string> dropped)
    {
        var rules = session.Rules;
        SqliteDatabase.Run(
            _put, session.Identity, session.Kind, session.Originator, session.OriginatorEntity, session.Ends?.ToUnixTimeMilliseconds(), rules.MostParticipants,
            rules.RemainingParticipants, rules.EndsWithOriginator ? 1 : 0);
        foreach (var member in changed)
        {
            SqliteDatabase.Run(
                _putMember, session.Identity, member.Address, member.Place, member.DisplayName, member.Status, member.IsExpelled ? 1 : 0,
                member.Joined?.Method, member.Joined?.By, member.Joined?.When.ToUnixTimeMilliseconds(),
                member.Left?.Method, member.Left?.By, member.Left?.When.ToUnixTimeMilliseconds(), member.Entity, member.IsHiddenByInviter ? 1 : 0);
        }

        foreach (var entity in dropped) SqliteDatabase.Run(_drop, session.Identity, entity);
    }

    public void Remove(string identity)
    {
        SqliteDatabase.Run(_remove, identity);
        SqliteDatabase.Run(_removeMembers, identity);
    }

    public IReadOnlyList<(StoredSession Session, IReadOnlyList<StoredMember> Members)> Load()
    {
        var members = LoadMembers();
        var sessions = new List<(StoredSession Session, IReadOnlyList<StoredMember> Members)>();
        using var command = _database.Connection.CreateCommand();
        command.CommandText = "SELECT identity, kind, originator, originator_entity, ends, most_participants, remaining_participants, ends_with_originator FROM sessions";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var identity = row.GetString(0);
            var rules = new SessionRules(row.GetInt32(5), row.GetInt32(6), row.GetBoolean(7));
            var session = new StoredSession(identity, row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : Time(row.GetInt64(4)), rules);
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
        using var command = _database.Connection.CreateCommand();
        command.CommandText =
            "SELECT identity, address, place, display_name, status, expelled, joined_method, joined_by, joined_at, left_method, left_by, left_at, entity, hidden_by_inviter FROM session_members ORDER BY identity, place";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var identity = row.GetString(0);
            if (!members.TryGetValue(identity, out var known)) members.Add(identity, known = []);
            var (address, entity) = (row.GetString(1), row.GetString(12));
            known.Add(new StoredMember(
                address, row.GetInt32(2), TextOf(row, 3), row.GetString(4), row.GetBoolean(5), Transition(row, 6), Transition(row, 9),
                entity == address ? null : entity, row.GetBoolean(13)));
        }

        return members;
    }

    private static StoredTransition? Transition(SqliteDataReader row, int first) =>
        row.IsDBNull(first) ? null : new StoredTransition(row.GetString(first), TextOf(row, first + 1), Time(row.GetInt64(first + 2)));

    private static string? TextOf(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset Time(long milliseconds) =>
        milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new InvalidDataException($"{milliseconds} is no time");
}
