using System.Data.Common;
using System.Globalization;
using Confab.Runtime;

namespace Confab.Server.Stores;

/// <summary>
/// A database and its one writing connection, for the stores in it. Used by one thread at a time: the one that starts the program, then the store
/// lane's. What the stores say to it is SQL that all of them understand.
/// </summary>
public abstract class SqlDatabase : IStoreTransaction, IDisposable
{
    private readonly List<Action> _onCommit = [];

    /// <summary>Open from the end of the constructor on.</summary>
    internal abstract DbConnection Connection { get; }

    public abstract void Begin();

    public void Commit()
    {
        CommitTransaction();
        foreach (var action in _onCommit) action();
        _onCommit.Clear();
    }

    public void Rollback()
    {
        _onCommit.Clear();
        RollbackTransaction();
    }

    public abstract void Dispose();

    /// <summary>Why the database cannot be used, which it is, and what to do.</summary>
    internal abstract ServerStartException Explain(Exception exception);

    /// <summary>Runs once the transaction that is open is committed; forgotten when it is rolled back.</summary>
    internal void OnCommit(Action action) => _onCommit.Add(action);

    /// <summary>A command with so many parameters, $1 and so on; kept by its store for as long as it lives.</summary>
    internal abstract DbCommand Prepare(string sql, int parameters);

    /// <summary>A command that adds a row, or replaces the one with the same values in the first so many columns.</summary>
    internal DbCommand PreparePut(string table, int keys, params string[] columns)
    {
        var values = string.Join(", ", columns.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}")));
        var changed = string.Join(", ", columns.Skip(keys).Select(static c => $"{c} = excluded.{c}"));
        return Prepare($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({values}) ON CONFLICT ({string.Join(", ", columns.Take(keys))}) DO UPDATE SET {changed}", columns.Length);
    }

    /// <summary>Runs a command with the values of its parameters.</summary>
    internal static void Run(DbCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a query.</summary>
    internal IEnumerable<DbDataReader> Query(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        using var row = command.ExecuteReader();
        while (row.Read()) yield return row;
    }

    /// <summary>A column whose value may be missing.</summary>
    internal static string? TextOf(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    protected abstract void CommitTransaction();

    protected abstract void RollbackTransaction();

    protected object? Scalar(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
