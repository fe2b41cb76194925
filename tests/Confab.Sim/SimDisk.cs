// The disk of a simulated server: what one process has committed is there for the next.
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Confab.Server.Ports;
using Confab.Server.Stores;
using Confab.Sip.Registration;

namespace Confab.Sim;

/// <summary>What outlives the processes of one host.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It is there for the next process; in memory nothing is to be closed")]
public sealed class SimDisk
{
    private readonly MemoryDirectory _directory;

    /// <summary>A disk; or a memory, of which a server knows that it does not outlive the process.</summary>
    public SimDisk(bool outlivesProcess = true)
        : this(new MemoryDirectory(), outlivesProcess)
    {
    }

    private SimDisk(MemoryDirectory directory, bool outlivesProcess)
    {
        _directory = directory;
        Sessions = new MemorySessions(directory, outlivesProcess);
    }

    public ISessionStore Sessions { get; }

    /// <summary>The disk as one process writes it.</summary>
    public SimStore Open() => new(_directory);
}

/// <summary>
/// The store of one process. After <see cref="Kill"/> nothing that the process still writes arrives.
/// </summary>
public sealed class SimStore(MemoryDirectory disk) : IDirectory
{
    private bool _isKilled;

    /// <summary>Commits that have been tried, this one included; asked before each whether it is to be refused.</summary>
    public Func<int, bool>? Fails { get; set; }

    /// <summary>Told before each commit.</summary>
    public Action<int>? Committing { get; set; }

    /// <summary>Told after each commit, before anybody is answered.</summary>
    public Action<int>? Committed { get; set; }

    /// <summary>Commits so far.</summary>
    public int Commits { get; private set; }

    public IReadOnlyCollection<Account> Accounts => disk.Accounts;

    /// <summary>The process is gone.</summary>
    public void Kill() => _isKilled = true;

    public void Begin() => disk.Begin();

    public void Commit()
    {
        Commits++;
        Committing?.Invoke(Commits);
        if (_isKilled) disk.Rollback();
        else if (Fails?.Invoke(Commits) == true) throw new IOException("The disk is full");
        else
        {
            disk.Commit();
            Committed?.Invoke(Commits);
        }
    }

    public void Rollback() => disk.Rollback();

    public void Load() => disk.Load();

    public bool TryGetAccount(string user, [NotNullWhen(true)] out Account? account) => disk.TryGetAccount(user, out account);

    public void PutAccount(Account account) => disk.PutAccount(account);

    public void RemoveAccount(string user) => disk.RemoveAccount(user);

    public void SaveBindings(string address, ImmutableArray<Binding> bindings) => disk.SaveBindings(address, bindings);

    public IReadOnlyDictionary<string, ImmutableArray<Binding>> LoadBindings() => disk.LoadBindings();

    public void Dispose()
    {
        // The disk is there for the next.
    }
}
