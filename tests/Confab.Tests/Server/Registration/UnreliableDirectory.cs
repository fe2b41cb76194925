using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Confab.Server.Ports;
using Confab.Server.Stores;
using Confab.Sip.Registration;

namespace Confab.Tests.Server.Registration;

/// <summary>A directory in memory whose disk is full when a test says so.</summary>
internal sealed class UnreliableDirectory : IDirectory
{
    private readonly MemoryDirectory _inner = new();

    public bool Fails { get; set; }

    /// <summary>Writes of bindings that were tried.</summary>
    public int Tried { get; private set; }

    public IReadOnlyCollection<Account> Accounts => _inner.Accounts;

    public void Begin() => _inner.Begin();

    public void Commit()
    {
        if (Fails) throw new IOException("The disk is full");
        _inner.Commit();
    }

    public void Rollback() => _inner.Rollback();

    public void Load() => _inner.Load();

    public bool TryGetAccount(string user, [NotNullWhen(true)] out Account? account) => _inner.TryGetAccount(user, out account);

    public void PutAccount(Account account) => _inner.PutAccount(account);

    public void RemoveAccount(string user) => _inner.RemoveAccount(user);

    public void SaveBindings(string address, ImmutableArray<Binding> bindings)
    {
        Tried++;
        _inner.SaveBindings(address, bindings);
    }

    public IReadOnlyDictionary<string, ImmutableArray<Binding>> LoadBindings() => _inner.LoadBindings();

    public void Dispose() => _inner.Dispose();
}
