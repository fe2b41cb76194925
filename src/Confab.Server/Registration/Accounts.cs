using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Xdm;

namespace Confab.Server.Registration;

/// <summary>What became of a change of an account.</summary>
public enum AccountOutcome
{
    /// <summary>Stored.</summary>
    Done,

    /// <summary>There is no such account.</summary>
    NotFound,

    /// <summary>The address is an account already, or a group has it.</summary>
    Taken,

    /// <summary>The address or the password cannot be.</summary>
    Invalid,

    /// <summary>The store failed or is too busy; nothing was changed.</summary>
    NotStored,
}

/// <summary>The operator's changes of accounts. What is answered is stored. Any thread may call.</summary>
public sealed class Accounts
{
    private readonly IDirectory _directory;
    private readonly Documents _documents;
    private readonly StoreLane _lane;
    private readonly string _domain;
    private readonly Action<string> _onRemoved;
    private readonly Mailbox _mailbox;

    internal Accounts(World world, IDirectory directory, Documents documents, StoreLane lane, string domain, Action<string> onRemoved)
    {
        _directory = directory;
        _documents = documents;
        _lane = lane;
        _domain = domain;
        _onRemoved = onRemoved;
        _mailbox = new Mailbox(world);
    }

    /// <summary>The addresses, in their order.</summary>
    public IReadOnlyList<string> Addresses => [.. _directory.Accounts.Select(static a => a.Address).Order(StringComparer.Ordinal)];

    /// <summary>Makes an account, or gives it a new password.</summary>
    /// <param name="address"><c>sip:user@domain</c>, of our domain.</param>
    /// <param name="password">Not empty.</param>
    /// <param name="isNew">Whether there must be none yet, or must be one.</param>
    public Task<(AccountOutcome Outcome, string? Problem)> PutAsync(string address, string password, bool isNew)
    {
        Account account;
        try
        {
            account = PasswordHash.Of(address, password, _domain);
        }
        catch (ArgumentException exception)
        {
            return Task.FromResult<(AccountOutcome, string?)>((AccountOutcome.Invalid, exception.Message.Replace(" (Parameter 'address')", "", StringComparison.Ordinal).Replace(" (Parameter 'password')", "", StringComparison.Ordinal)));
        }

        var exists = _directory.TryGetAccount(account.User, out _);
        if (isNew && exists) return Task.FromResult<(AccountOutcome, string?)>((AccountOutcome.Taken, $"{account.Address} is an account already"));
        if (isNew && _documents.FindGroup(account.Address) is not null) return Task.FromResult<(AccountOutcome, string?)>((AccountOutcome.Taken, $"{account.Address} is a group"));
        if (!isNew && !exists) return Task.FromResult<(AccountOutcome, string?)>((AccountOutcome.NotFound, $"{account.Address} is no account"));
        return WriteAsync(
            () =>
            {
                _directory.PutAccount(account);
                if (isNew) _documents.RemoveStored(account.Address); // what one who had the address before may have left
            },
            static () => { });
    }

    /// <summary>Removes an account, its bindings and its documents; the groups in them end with it.</summary>
    public async Task<(AccountOutcome Outcome, string? Problem)> RemoveAsync(string address)
    {
        if (!_directory.TryGetAccount(Account.UserOf(address), out var account) || account.Address != address) return (AccountOutcome.NotFound, $"{address} is no account");
        var removed = await WriteAsync(
            () =>
            {
                _directory.RemoveAccount(account.User);
                _documents.RemoveStored(address);
            },
            () => _onRemoved(address)).ConfigureAwait(false);
        if (removed.Outcome != AccountOutcome.Done) return removed;
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _documents.RemoveHome(address, done.SetResult);
        return await done.Task.ConfigureAwait(false) ? removed : (AccountOutcome.NotStored, "the account is gone, but documents are still there until the server starts again");
    }

    private Task<(AccountOutcome Outcome, string? Problem)> WriteAsync(Action write, Action done)
    {
        var answer = new TaskCompletionSource<(AccountOutcome, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isQueued = _lane.Write(_mailbox, write, stored =>
        {
            if (stored) done();
            answer.SetResult(stored ? (AccountOutcome.Done, null) : (AccountOutcome.NotStored, "the store refused it; its log says why"));
        });
        if (!isQueued) answer.SetResult((AccountOutcome.NotStored, "the store has too much to do"));
        return answer.Task;
    }
}
