// The registrar. Every change of an address's bindings goes through its mailbox and is stored before it is seen or answered:
//
//   Take ──► one change of an address at a time ──► BindingRules ──► StoreLane ──► table ──► answer 200
//                                                       └─ refused ──► answer └─ not stored ──► answer 500, table unchanged
//
// Reads take the table as it is, on any thread.
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Message;
using Confab.Sip.Registration;
using Confab.Sip.Transaction;
using Microsoft.Extensions.Logging;

namespace Confab.Server.Registration;

/// <summary>Takes REGISTER requests of our users, and knows where each can be reached.</summary>
[Clause("RFC 3261", "10.3")]
internal sealed partial class Registrar
{
    private const int RetryAfterSeconds = 5;

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, ImmutableArray<Binding>> _table = new(StringComparer.Ordinal);
    private readonly Dictionary<Flow, HashSet<string>> _byFlow = []; // addresses with bindings over a connection
    private readonly ChangesInOrder _changes;
    private readonly World _world;
    private readonly IDirectory _directory;
    private readonly StoreLane _lane;
    private readonly byte[] _domain;
    private readonly BindingLimits _limits;
    private readonly Mailbox _mailbox;
    private readonly Alarm _sweep;
    private readonly ILogger _log;
    private int _count;

    public Registrar(World world, IDirectory directory, StoreLane lane, ServerOptions options)
    {
        _world = world;
        _directory = directory;
        _lane = lane;
        _domain = Encoding.UTF8.GetBytes(options.Domain);
        _changes = new ChangesInOrder(world.Limits.RegistersPerAddress);
        _limits = new BindingLimits(PerAddress: world.Limits.BindingsPerAddress);
        _mailbox = new Mailbox(world);
        _sweep = new Alarm(_mailbox, Sweep);
        _log = world.Loggers.CreateLogger("Confab.Server.Registration");
    }

    /// <summary>Bindings held now; those that expired since the last sweep still count.</summary>
    public int Count => Volatile.Read(ref _count);

    private DateTimeOffset Now => _world.Time.GetUtcNow();

    /// <summary>Reads the stored bindings; once, at the start, after <see cref="IDirectory.Load"/> and before the first <see cref="Take"/>.</summary>
    public void Load()
    {
        var now = Now;
        foreach (var (address, stored) in _directory.LoadBindings())
        {
            var live = HasAccount(address) ? stored.RemoveAll(b => !b.IsLive(now)) : [];
            Show(address, live);
            if (live.Length == stored.Length) continue;
            _mailbox.Post(() => _changes.Run(address, mustRun: true, () => Save(address)));
        }
    }

    /// <summary>The bindings of an address that can be used now, best first: by q, then the latest refreshed. On any thread.</summary>
    public ImmutableArray<Binding> BindingsOf(string address)
    {
        var now = Now;
        var held = Held(address);
        if (held is [var only]) return only.IsLive(now) ? held : [];
        return [.. held.Where(b => b.IsLive(now)).Reverse().OrderByDescending(static b => b.Q)];
    }

    /// <summary>
    /// Takes a REGISTER whose sender is known; <paramref name="answer"/> runs in <paramref name="mailbox"/>, once what it says is stored.
    /// </summary>
    /// <param name="transaction">The request. Its Require has been looked at, as that of every request (IMS-GEN-7).</param>
    /// <param name="address">The authenticated user's address of record.</param>
    /// <param name="mailbox">The owner of the transaction.</param>
    /// <param name="answer">Gets the status, and what the response carries beside the usual.</param>
    public void Take(IServerTransaction transaction, string address, Mailbox mailbox, Action<int, HeadersWriter?> answer)
    {
        var register = new PendingRegister(transaction.Request, transaction.Flow, address, mailbox, answer);
        var to = register.Request.To.Uri;

        // 1) The Request-URI only led here: clients write this server in many ways, and the domain that counts is that of To.
        // 5) Before 4), or it would never show: an address of a foreign domain is nobody's here.
        if (!to.IsSipOrSips || !to.Host.EqualsIgnoreCase(_domain)) Refuse(register, StatusCode.NotFound, "To is not of this domain");

        // 4) Everyone registers for himself alone.
        else if (to.AddressKey() != address) Refuse(register, StatusCode.Forbidden, "To is not the authenticated user");
        else if (!HasAccount(address)) Refuse(register, StatusCode.NotFound, "No such user");
        else if (!_mailbox.HasRoom) Refuse(register, StatusCode.ServiceUnavailable, "Too many registrations at once", RetryAfter);
        else
        {
            _mailbox.Post(() =>
            {
                if (_changes.Run(address, mustRun: false, () => Apply(register))) return;
                Refuse(register, StatusCode.ServiceUnavailable, "Too many registrations at once", RetryAfter);
            });
        }
    }

    /// <summary>The connection is gone, and with it the bindings that came over it: a contact behind it cannot be reached. On any thread.</summary>
    public void OnFlowClosed(Flow flow) => _mailbox.Post(() =>
    {
        if (!_byFlow.Remove(flow, out var addresses)) return;
        foreach (var address in addresses) _changes.Run(address, mustRun: true, () => Remove(address, b => b.Flow == flow));
    });

    /// <summary>Removes all bindings of an address, as when its account is removed. On any thread.</summary>
    public void Forget(string address) =>
        _mailbox.Post(() => _changes.Run(address, mustRun: true, () => Remove(address, static _ => true)));

    private void Apply(PendingRegister register)
    {
        // 6), 7)
        var outcome = BindingRules.Apply(Held(register.Address), register.Request, register.Flow, Now, _limits);
        if (outcome.IsRefused)
        {
            Refuse(register, outcome.Status, outcome.Reason, outcome.Status == StatusCode.IntervalTooBrief ? MinExpires : null);
        }
        else if (!outcome.IsChanged)
        {
            register.Accept(outcome.Bindings, Now);
        }
        else if (!Store(register.Address, outcome.Bindings, stored => Finish(register, outcome.Bindings, stored)))
        {
            Refuse(register, StatusCode.ServiceUnavailable, "Too much to store at once", RetryAfter);
        }
    }

    private void Finish(PendingRegister register, ImmutableArray<Binding> bindings, bool stored)
    {
        // 7) Committed only when stored; D-15.
        if (!stored)
        {
            Refuse(register, StatusCode.ServerInternalError, "The registration could not be stored");
            return;
        }

        Show(register.Address, bindings);
        register.Accept(bindings, Now);
    }

    /// <summary>Removes bindings: at once for those who read, durably as soon as may be.</summary>
    private void Remove(string address, Predicate<Binding> which)
    {
        var before = Held(address);
        var after = before.RemoveAll(which);
        if (after.Length == before.Length) return;
        Show(address, after);
        Save(address);
    }

    /// <summary>Stores what is seen. Should that fail, what was removed can come back at a restart, and expires then.</summary>
    private void Save(string address)
    {
        if (!Store(address, Held(address), stored => LogUnlessStored(address, stored))) LogNotRemoved(address);
    }

    private bool Store(string address, ImmutableArray<Binding> bindings, Action<bool> done)
    {
        var isQueued = _lane.Write(_mailbox, () => _directory.SaveBindings(address, bindings), stored =>
        {
            done(stored);
            _changes.Release(address);
        });
        if (isQueued) _changes.Hold(address);
        return isQueued;
    }

    /// <summary>Makes the set the one that is seen.</summary>
    private void Show(string address, ImmutableArray<Binding> bindings)
    {
        Interlocked.Add(ref _count, bindings.Length - Held(address).Length);
        if (bindings.IsEmpty) _table.TryRemove(address, out _);
        else _table[address] = bindings;

        foreach (var binding in bindings)
        {
            if (binding.Flow is not { IsReliable: true } flow) continue; // datagrams have nothing that could close
            if (!_byFlow.TryGetValue(flow, out var addresses)) _byFlow.Add(flow, addresses = new HashSet<string>(StringComparer.Ordinal));
            addresses.Add(address);
            if (!flow.IsOpen) OnFlowClosed(flow); // it went while the binding was being stored
        }

        if (!_table.IsEmpty && !_sweep.IsSet) _sweep.Set(s_sweepEvery);
    }

    /// <summary>Expiry needs no timer a binding: readers pass over what has expired, and once a minute it is removed.</summary>
    private void Sweep()
    {
        var now = Now;
        foreach (var (address, bindings) in _table)
        {
            if (bindings.Any(b => !b.IsLive(now))) _changes.Run(address, mustRun: true, () => Remove(address, b => !b.IsLive(now)));
        }

        if (!_table.IsEmpty) _sweep.Set(s_sweepEvery);
    }

    private ImmutableArray<Binding> Held(string address) => _table.TryGetValue(address, out var bindings) ? bindings : [];

    private bool HasAccount(string address) => _directory.TryGetAccount(Account.UserOf(address), out var account) && account.Address == address;

    private void MinExpires(ref SipWriter writer) => writer.Header(HeaderName.MinExpires, _limits.MinExpires);

    private static void RetryAfter(ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, RetryAfterSeconds);

    private void Refuse(PendingRegister register, int status, string reason, HeadersWriter? more = null)
    {
        LogRefused(register.Address, status, reason);
        register.Refuse(status, reason, _domain, more);
    }

    private void LogUnlessStored(string address, bool stored)
    {
        if (!stored) LogNotRemoved(address);
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Information, Message = "A REGISTER of {Address} is answered {Status}: {Reason}")]
    private partial void LogRefused(string address, int status, string reason);

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "Bindings of {Address} that are gone are still in the store; they expire there")]
    private partial void LogNotRemoved(string address);

}
