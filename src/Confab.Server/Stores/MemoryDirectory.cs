using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Confab.Server.Ports;
using Confab.Sip.Registration;

namespace Confab.Server.Stores;

/// <summary>A directory that nothing outlives: <c>Storage:Provider</c> is <c>Memory</c>, and tests. Writes count from the commit on.</summary>
public sealed class MemoryDirectory : IDirectory
{
    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<Binding>> _bindings = new(StringComparer.Ordinal);
    private readonly List<Action> _writes = [];

    public IReadOnlyCollection<Account> Accounts => [.. _accounts.Values];

    public void Begin() => _writes.Clear();

    public void Commit()
    {
        foreach (var write in _writes) write();
        _writes.Clear();
    }

    public void Rollback() => _writes.Clear();

    public void Load()
    {
    }

    /// <summary>Runs when the transaction that is open is committed; forgotten when it is rolled back.</summary>
    internal void OnCommit(Action write) => _writes.Add(write);

    public bool TryGetAccount(string user, [NotNullWhen(true)] out Account? account) => _accounts.TryGetValue(user, out account);

    public void PutAccount(Account account) => _writes.Add(() => _accounts[account.User] = account);

    public void RemoveAccount(string user) => _writes.Add(() =>
    {
        if (_accounts.TryRemove(user, out var account)) _bindings.TryRemove(account.Address, out _);
    });

    public void SaveBindings(string address, ImmutableArray<Binding> bindings) => _writes.Add(() =>
    {
        if (bindings.IsEmpty) _bindings.TryRemove(address, out _);
        else _bindings[address] = bindings;
    });

    public IReadOnlyDictionary<string, ImmutableArray<Binding>> LoadBindings() =>
        _bindings.ToDictionary(static b => b.Key, static b => b.Value.Select(static x => x with { Flow = null }).ToImmutableArray(), StringComparer.Ordinal);

    public void Dispose()
    {
    }
}
