using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Confab.Runtime;
using Confab.Sip.Registration;

namespace Confab.Server.Ports;

/// <summary>
/// Accounts and bindings. Accounts are read from memory, on any thread; every write runs inside its store lane's transaction
/// (<see cref="StoreLane.Write"/>), and an account written so is seen once that is committed.
/// </summary>
public interface IDirectory : IStoreTransaction, IDisposable
{
    /// <summary>Reads the accounts; once, before anything else.</summary>
    void Load();

    /// <summary>The account of that user part (<see cref="Account.User"/>).</summary>
    bool TryGetAccount(string user, [NotNullWhen(true)] out Account? account);

    /// <summary>All accounts, in no order.</summary>
    IReadOnlyCollection<Account> Accounts { get; }

    /// <summary>Adds the account or replaces the one of that user.</summary>
    void PutAccount(Account account);

    /// <summary>Removes the account and its bindings; nothing happens where there is none.</summary>
    void RemoveAccount(string user);

    /// <summary>Replaces the bindings of an address; an empty set removes them.</summary>
    void SaveBindings(string address, ImmutableArray<Binding> bindings);

    /// <summary>All bindings as they were saved, expired ones too; none has a flow.</summary>
    IReadOnlyDictionary<string, ImmutableArray<Binding>> LoadBindings();
}
