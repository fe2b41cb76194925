// The database file: how it is opened, brought to the present schema, and written in groups.
using System.Globalization;
using Confab.Runtime;
using Microsoft.Data.Sqlite;

namespace Confab.Server.Stores;

/// <summary>
/// <c>confab.db</c> and its one writing connection. Used by one thread at a time: the one that starts the program, then the store lane's.
/// </summary>
public sealed class SqliteDatabase : IStoreTransaction, IDisposable
{
    public const string FileName = "confab.db";

    /// <summary>Each script takes the schema one version up; user_version counts them. Only ever append.</summary>
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE accounts (
            user TEXT PRIMARY KEY, address TEXT NOT NULL,
            ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL, ha1_md5_of_address TEXT NOT NULL, ha1_sha256_of_address TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE bindings (
            address TEXT NOT NULL, place INTEGER NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL,
            expires INTEGER NOT NULL, q REAL NOT NULL, instance TEXT, received TEXT, parameters TEXT NOT NULL,
            PRIMARY KEY (address, place)) WITHOUT ROWID;
        """,
        """
        ALTER TABLE bindings ADD COLUMN path TEXT NOT NULL DEFAULT '';
        ALTER TABLE bindings ADD COLUMN reg_id INTEGER;
        ALTER TABLE bindings ADD COLUMN temp_gruu TEXT NOT NULL DEFAULT '';
        """,
        """
        CREATE TABLE sessions (
            identity TEXT PRIMARY KEY, kind TEXT NOT NULL, originator TEXT NOT NULL, originator_entity TEXT NOT NULL, ends INTEGER,
            most_participants INTEGER NOT NULL, remaining_participants INTEGER NOT NULL, ends_with_originator INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE session_members (
            identity TEXT NOT NULL, address TEXT NOT NULL, place INTEGER NOT NULL, display_name TEXT, status TEXT NOT NULL, expelled INTEGER NOT NULL,
            joined_method TEXT, joined_by TEXT, joined_at INTEGER, left_method TEXT, left_by TEXT, left_at INTEGER,
            entity TEXT NOT NULL, hidden_by_inviter INTEGER NOT NULL,
            PRIMARY KEY (identity, entity)) WITHOUT ROWID;
        """,
    ];

    private readonly List<Action> _onCommit = [];
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;

    /// <summary>Opens or makes the database in that directory, which is made too.</summary>
    /// <exception cref="NotSupportedException">A newer Confab has made it.</exception>
    /// <exception cref="SqliteException">The file is no database, or cannot be opened.</exception>
    public SqliteDatabase(string dataDirectory)
    {
        SqliteLibrary.Ready();
        MakeDirectory(dataDirectory);
        var path = Path.Combine(dataDirectory, FileName);
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            Connection.Open();
            Execute("PRAGMA journal_mode = WAL");

            // NORMAL would keep what is committed over a kill -9, but not over a power cut, as the log is not synced then. FULL syncs it once a
            // commit, and the lane's groups share that one: what a 2xx promised is on the disk (D-15).
            Execute("PRAGMA synchronous = FULL");
            Execute("PRAGMA busy_timeout = 5000");
            Migrate(path);
            _begin = Prepare("BEGIN IMMEDIATE");
            _commit = Prepare("COMMIT");
            _rollback = Prepare("ROLLBACK");
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    internal SqliteConnection Connection { get; }

    public void Begin() => _begin.ExecuteNonQuery();

    public void Commit()
    {
        _commit.ExecuteNonQuery();
        foreach (var action in _onCommit) action();
        _onCommit.Clear();
    }

    public void Rollback()
    {
        _onCommit.Clear();
        _rollback.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        Connection.Dispose();
    }

    /// <summary>Runs once the transaction that is open is committed; forgotten when it is rolled back.</summary>
    internal void OnCommit(Action action) => _onCommit.Add(action);

    /// <summary>A prepared command with those parameters, in that order; kept by its store for as long as it lives.</summary>
    internal SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name, Value = DBNull.Value });
        command.Prepare();
        return command;
    }

    /// <summary>Runs a prepared command with values in the order of its parameters.</summary>
    internal static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private void Migrate(string path)
    {
        var version = Convert.ToInt32(Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > s_migrations.Length)
            throw new NotSupportedException($"{path} has schema {version}, made by a newer Confab; this one knows {s_migrations.Length}");
        for (; version < s_migrations.Length; version++)
            Execute(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {s_migrations[version]} PRAGMA user_version = {version + 1}; COMMIT"));
    }

    private void Execute(string sql) => Scalar(sql);

    private object? Scalar(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>A directory made here is the operator's alone: the hashes in it are as good as passwords.</summary>
    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
