// The database file: how it is opened, brought to the present schema, and written in groups.
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Confab.Server.Stores;

/// <summary>
/// <c>confab.db</c> and its one writing connection. Used by one thread at a time: the one that starts the program, then the store lane's.
/// </summary>
public sealed class SqliteDatabase : SqlDatabase
{
    public const string FileName = "confab.db";

    /// <summary>Held by the one Confab that uses the directory; the system lets go of it when that ends, however it ends.</summary>
    public const string LockFileName = "confab.lock";

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
            most_participants INTEGER NOT NULL, remaining_participants INTEGER NOT NULL, ends_with_originator INTEGER NOT NULL,
            group_identity TEXT) WITHOUT ROWID;
        CREATE TABLE session_members (
            identity TEXT NOT NULL, address TEXT NOT NULL, place INTEGER NOT NULL, display_name TEXT, status TEXT NOT NULL, expelled INTEGER NOT NULL,
            joined_method TEXT, joined_by TEXT, joined_at INTEGER, left_method TEXT, left_by TEXT, left_at INTEGER,
            entity TEXT NOT NULL, hidden_by_inviter INTEGER NOT NULL,
            PRIMARY KEY (identity, entity)) WITHOUT ROWID;
        """,
        """
        CREATE TABLE documents (
            auid TEXT NOT NULL, xui TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, content BLOB NOT NULL, changed INTEGER NOT NULL,
            PRIMARY KEY (auid, xui, name)) WITHOUT ROWID;
        """,
    ];

    private FileStream? _lock;
    private readonly SqliteConnection _connection;
    private readonly DbCommand _begin;
    private readonly DbCommand _commit;
    private readonly DbCommand _rollback;
    private readonly string _path;

    /// <summary>Opens or makes the database in that directory, which is made too.</summary>
    /// <exception cref="NotSupportedException">A newer Confab has made it.</exception>
    /// <exception cref="SqliteException">The file is no database, or cannot be opened.</exception>
    public SqliteDatabase(string dataDirectory)
    {
        SqliteLibrary.Ready();
        MakeDirectory(dataDirectory);
        _path = Path.Combine(dataDirectory, FileName);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA journal_mode = WAL");

            // NORMAL would keep what is committed over a kill -9, but not over a power cut, as the log is not synced then. FULL syncs it once a
            // commit, and the lane's groups share that one: what a 2xx promised is on the disk (D-15).
            Execute("PRAGMA synchronous = FULL");
            Execute("PRAGMA busy_timeout = 5000");
            Migrate();
            _begin = Prepare("BEGIN IMMEDIATE", 0);
            _commit = Prepare("COMMIT", 0);
            _rollback = Prepare("ROLLBACK", 0);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>As the constructor, for this Confab alone; what is wrong is explained.</summary>
    /// <exception cref="ServerStartException">It cannot be opened, or another Confab uses it.</exception>
    public static SqliteDatabase Open(string dataDirectory)
    {
        FileStream? alone = null;
        try
        {
            MakeDirectory(dataDirectory);
            alone = Lock(Path.Combine(dataDirectory, LockFileName));
            return new SqliteDatabase(dataDirectory) { _lock = alone };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            alone?.Dispose();
            throw StoreProblem.Explain(dataDirectory, exception);
        }
    }

    internal override SqliteConnection Connection => _connection;

    public override void Begin() => _begin.ExecuteNonQuery();

    public override void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        Connection.Dispose();
        _lock?.Dispose();
    }

    internal override DbCommand Prepare(string sql, int parameters)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}"), Value = DBNull.Value });
        command.Prepare();
        return command;
    }

    internal override ServerStartException Explain(Exception exception) => StoreProblem.Explain(Path.GetDirectoryName(_path)!, exception);

    protected override void CommitTransaction() => _commit.ExecuteNonQuery();

    protected override void RollbackTransaction() => _rollback.ExecuteNonQuery();

    private void Migrate()
    {
        var version = Convert.ToInt32(Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version > s_migrations.Length)
            throw new NotSupportedException($"{_path} has schema {version}, made by a newer Confab; this one knows {s_migrations.Length}. Run that Confab, or set DataDirectory to another folder");
        for (; version < s_migrations.Length; version++)
            Execute(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {s_migrations[version]} PRAGMA user_version = {version + 1}; COMMIT"));
    }

    private void Execute(string sql) => Scalar(sql);

    /// <summary>Two that keep the same sessions would each write over the other's.</summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new NotSupportedException("another Confab uses it; stop that one, or set DataDirectory to another folder", exception);
        }
    }

    /// <summary>A directory made here is the operator's alone: the hashes in it are as good as passwords.</summary>
    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
