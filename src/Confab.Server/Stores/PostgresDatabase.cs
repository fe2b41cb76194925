// PostgreSQL: one connection, which comes back by itself, and a lock that keeps a second server out of the same database.
using System.Data;
using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Confab.Server.Stores;

/// <summary>A database of PostgreSQL; its schema is brought to the present version.</summary>
public sealed class PostgresDatabase : SqlDatabase
{
    private const long LockKey = 0x436F6E666162; // "Confab"
    private const string LockPatience = "2s";

    /// <summary>Each script takes the schema one version up; confab_schema counts them. Only ever append.</summary>
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE accounts (
            "user" TEXT PRIMARY KEY, address TEXT NOT NULL,
            ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL, ha1_md5_of_address TEXT NOT NULL, ha1_sha256_of_address TEXT NOT NULL);
        CREATE TABLE bindings (
            address TEXT NOT NULL, place BIGINT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq BIGINT NOT NULL,
            expires BIGINT NOT NULL, q REAL NOT NULL, instance TEXT, received TEXT, parameters TEXT NOT NULL,
            path TEXT NOT NULL, reg_id BIGINT, temp_gruu TEXT NOT NULL, PRIMARY KEY (address, place));
        CREATE TABLE sessions (
            identity TEXT PRIMARY KEY, kind TEXT NOT NULL, originator TEXT NOT NULL, originator_entity TEXT NOT NULL, ends BIGINT,
            most_participants BIGINT NOT NULL, remaining_participants BIGINT NOT NULL, ends_with_originator BIGINT NOT NULL,
            group_identity TEXT);
        CREATE TABLE session_members (
            identity TEXT NOT NULL, address TEXT NOT NULL, place BIGINT NOT NULL, display_name TEXT, status TEXT NOT NULL, expelled BIGINT NOT NULL,
            joined_method TEXT, joined_by TEXT, joined_at BIGINT, left_method TEXT, left_by TEXT, left_at BIGINT,
            entity TEXT NOT NULL, hidden_by_inviter BIGINT NOT NULL, PRIMARY KEY (identity, entity));
        CREATE TABLE documents (
            auid TEXT NOT NULL, xui TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, content BYTEA NOT NULL, changed BIGINT NOT NULL,
            PRIMARY KEY (auid, xui, name));
        """,
    ];

    private readonly NpgsqlConnection _connection;

    /// <summary>Connects, and brings the schema to the present version.</summary>
    /// <exception cref="NotSupportedException">A newer Confab has made it, or another one uses it.</exception>
    /// <exception cref="NpgsqlException">It cannot be reached, or refuses.</exception>
    public PostgresDatabase(string connectionString)
    {
        // Not pooled: the lock goes with the connection. Statements are prepared by the driver once they come often.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, MaxAutoPrepare = 32, AutoPrepareMinUsages = 2, ApplicationName = "Confab" };
        _connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            Connect();
            Migrate();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    internal override NpgsqlConnection Connection => _connection;

    /// <summary>Whether the driver understands it, and it names a host and a database.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text) is { Host.Length: > 0, Database.Length: > 0 };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            return false;
        }
    }

    /// <summary>As the constructor; what is wrong is explained.</summary>
    /// <exception cref="ServerStartException">It cannot be opened.</exception>
    public static PostgresDatabase Open(string connectionString)
    {
        try
        {
            return new PostgresDatabase(connectionString);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw Problem(exception);
        }
    }

    /// <summary>A connection that was lost is made anew: the transaction that it was lost in has failed, the next one goes on.</summary>
    public override void Begin()
    {
        if (_connection.State != ConnectionState.Open)
        {
            _connection.Close();
            Connect();
        }

        Scalar("BEGIN");
    }

    public override void Dispose() => _connection.Dispose();

    internal override DbCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new NpgsqlParameter { Value = DBNull.Value });
        return command;
    }

    internal override ServerStartException Explain(Exception exception) => Problem(exception);

    protected override void CommitTransaction() => Scalar("COMMIT");

    protected override void RollbackTransaction()
    {
        if (_connection.State == ConnectionState.Open) Scalar("ROLLBACK");
    }

    private static ServerStartException Problem(Exception exception)
    {
        var (what, toDo) = exception switch
        {
            NotSupportedException => ("cannot be used", ""),
            InvalidDataException or InvalidCastException or FormatException => ("is damaged", " Restore it from a backup, or name another database."),
            _ => ("cannot be opened", " See to Storage:ConnectionString and to the server that it names."),
        };
        return new ServerStartException($"The store in PostgreSQL (Storage:ConnectionString) {what}: {exception.Message.TrimEnd('.')}.{toDo}", exception);
    }

    private void Connect()
    {
        _connection.Open();
        try
        {
            // A server that has just stopped, or was killed, holds it for the moment until the database notices.
            Scalar(string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = '{LockPatience}'; SELECT pg_advisory_lock({LockKey}); RESET lock_timeout"));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            _connection.Close();
            throw new NotSupportedException("another Confab uses this database; stop that one, or name another database", exception);
        }
    }

    private void Migrate()
    {
        Scalar("CREATE TABLE IF NOT EXISTS confab_schema (version BIGINT NOT NULL)");
        var version = Scalar("SELECT max(version) FROM confab_schema") is long known ? (int)known : 0;
        if (version > s_migrations.Length)
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"it has schema {version}, made by a newer Confab; this one knows {s_migrations.Length}. Run that Confab, or name another database"));
        for (; version < s_migrations.Length; version++)
            Scalar(string.Create(CultureInfo.InvariantCulture, $"BEGIN; {s_migrations[version]}; INSERT INTO confab_schema (version) VALUES ({version + 1}); COMMIT"));
    }
}
