using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Confab.Server.Ports;
using Confab.Sip.Registration;

namespace Confab.Server.Stores;

/// <summary>Accounts and bindings in <see cref="SqlDatabase"/>; accounts are kept in memory beside it.</summary>
public sealed class SqlDirectory : IDirectory
{
    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly SqlDatabase _database;
    private readonly DbCommand _putAccount;
    private readonly DbCommand _removeAccount;
    private readonly DbCommand _addBinding;
    private readonly DbCommand _removeBindings;

    /// <summary>A directory in a database that it shares with other stores, and that its owner disposes.</summary>
    public SqlDirectory(SqlDatabase database)
    {
        _database = database;
        _putAccount = database.PreparePut("accounts", 1, "\"user\"", "address", "ha1_md5", "ha1_sha256", "ha1_md5_of_address", "ha1_sha256_of_address");
        _removeAccount = database.Prepare("DELETE FROM accounts WHERE \"user\" = $1", 1);
        _addBinding = database.Prepare(
            "INSERT INTO bindings (address, place, contact, call_id, cseq, expires, q, instance, received, parameters, path, reg_id, temp_gruu) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", 13);
        _removeBindings = database.Prepare("DELETE FROM bindings WHERE address = $1", 1);
    }

    public IReadOnlyCollection<Account> Accounts => [.. _accounts.Values];

    public void Begin() => _database.Begin();

    public void Commit() => _database.Commit();

    public void Rollback() => _database.Rollback();

    public void Load()
    {
        foreach (var row in _database.Query("SELECT address, ha1_md5, ha1_sha256, ha1_md5_of_address, ha1_sha256_of_address FROM accounts"))
        {
            var account = new Account(row.GetString(0), row.GetString(1), row.GetString(2))
            {
                Ha1Md5OfAddress = row.GetString(3),
                Ha1Sha256OfAddress = row.GetString(4),
            };
            _accounts[account.User] = account;
        }
    }

    public bool TryGetAccount(string user, [NotNullWhen(true)] out Account? account) => _accounts.TryGetValue(user, out account);

    public void PutAccount(Account account)
    {
        SqlDatabase.Run(
            _putAccount, account.User, account.Address, account.Ha1Md5, account.Ha1Sha256, account.Ha1Md5OfAddress, account.Ha1Sha256OfAddress);
        _database.OnCommit(() => _accounts[account.User] = account);
    }

    public void RemoveAccount(string user)
    {
        if (TryGetAccount(user, out var account)) SqlDatabase.Run(_removeBindings, account.Address);
        SqlDatabase.Run(_removeAccount, user);
        _database.OnCommit(() => _accounts.TryRemove(user, out _));
    }

    public void SaveBindings(string address, ImmutableArray<Binding> bindings)
    {
        SqlDatabase.Run(_removeBindings, address);
        for (var place = 0; place < bindings.Length; place++)
        {
            var binding = bindings[place];
            SqlDatabase.Run(
                _addBinding, address, place, binding.Contact, binding.CallId, (long)binding.CSeq, binding.Expires.ToUnixTimeMilliseconds(), binding.Q,
                binding.InstanceId, binding.Received, binding.ContactParameters, binding.Path, binding.RegId is { } id ? (long)id : null, binding.TempGruu);
        }
    }

    public IReadOnlyDictionary<string, ImmutableArray<Binding>> LoadBindings()
    {
        using var command = _database.Connection.CreateCommand();
        command.CommandText = "SELECT address, contact, call_id, cseq, expires, q, instance, received, parameters, path, reg_id, temp_gruu FROM bindings ORDER BY address, place";
        using var row = command.ExecuteReader();
        var bindings = new Dictionary<string, ImmutableArray<Binding>>(StringComparer.Ordinal);
        while (row.Read())
        {
            var address = row.GetString(0);
            var binding = new Binding(
                row.GetString(1),
                row.GetString(2),
                (uint)row.GetInt64(3),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
                row.GetFloat(5),
                row.IsDBNull(6) ? null : row.GetString(6),
                Flow: null,
                row.IsDBNull(7) ? null : row.GetString(7),
                row.GetString(8))
            {
                Path = row.GetString(9),
                RegId = row.IsDBNull(10) ? null : (uint)row.GetInt64(10),
                TempGruu = row.GetString(11),
            };
            bindings[address] = bindings.GetValueOrDefault(address, []).Add(binding);
        }

        return bindings;
    }

    public void Dispose()
    {
        _putAccount.Dispose();
        _removeAccount.Dispose();
        _addBinding.Dispose();
        _removeBindings.Dispose();
        _database.Dispose(); // the last connection closes: the log goes into the file
    }
}
