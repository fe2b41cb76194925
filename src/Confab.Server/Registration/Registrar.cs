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
[Clause("RFC 5627", "5")]
internal sealed partial class Registrar
{
    private const int RetryAfterSeconds = 5;

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, ImmutableArray<Binding>> _table = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _byGruu = new(StringComparer.Ordinal); // addresses by the user part of a temporary GRUU
    private readonly Dictionary<Flow, HashSet<string>> _byFlow = []; // addresses with bindings over a connection
    private readonly ChangesInOrder _changes;
    private readonly World _world;
    private readonly IDirectory _directory;
    private readonly StoreLane _lane;
    private readonly byte[] _domain;
    private readonly string _domainText;
    private readonly BindingLimits _limits;
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
        _domainText = options.Domain;
        _limits = new BindingLimits(PerAddress: world.Limits.BindingsPerAddress);
        Mailbox = new Mailbox(world);
        _sweep = new Alarm(Mailbox, Sweep);
        _log = world.Loggers.CreateLogger("Confab.Server.Registration");
    }

    /// <summary>Where bindings are changed. The transactions of REGISTERs live in it too, so that one needs no other thread to be answered.</summary>
    public Mailbox Mailbox { get; }

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
            Mailbox.Post(() => _changes.Run(address, mustRun: true, () => Save(address)));
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
    /// Where requests to an address go: each device once, over its best binding (RFC 5626 7), the best device first. On any thread.
    /// </summary>
    /// <param name="address">The address of record.</param>
    /// <param name="instance">One device alone, as a GRUU names it; null for all.</param>
    [Clause("RFC 5627", "6.1")]
    public IReadOnlyList<Binding> TargetsOf(string address, string? instance = null)
    {
        var bindings = BindingsOf(address);
        if (bindings is [{ } only] && (instance is null || only.InstanceId == instance)) return bindings;
        var targets = new List<Binding>(bindings.Length);
        foreach (var binding in bindings)
        {
            if (instance is not null && binding.InstanceId != instance) continue;
            if (binding.InstanceId is null || !targets.Exists(t => t.InstanceId == binding.InstanceId)) targets.Add(binding);
        }

        return targets;
    }

    /// <summary>Whom a SIP URI of our domain means, and which device when it is a GRUU; false for a temporary GRUU that is void. On any thread.</summary>
    public bool TryResolve(in SipUri uri, out string address, out string? instance)
    {
        instance = null;
        if (!Gruu.IsTemporary(uri))
        {
            address = uri.AddressKey();
            if (Gruu.Is(uri)) instance = Gruu.InstanceOf(uri);
            return true;
        }

        var user = uri.User.ToString();
        if (!_byGruu.TryGetValue(user, out address!)) return false;
        var now = Now;
        instance = Held(address).FirstOrDefault(b => b.TempGruu == user && b.IsLive(now))?.InstanceId;
        return instance is not null;
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
        else if (Mailbox.IsInside) InOrder(register);
        else if (Mailbox.HasRoom) Mailbox.Post(() => InOrder(register));
        else Refuse(register, StatusCode.ServiceUnavailable, "Too many registrations at once", RetryAfter);
    }

    /// <summary>The connection is gone, and with it the bindings that came over it: a contact behind it cannot be reached. On any thread.</summary>
    public void OnFlowClosed(Flow flow) => Mailbox.Post(() =>
    {
        if (!_byFlow.Remove(flow, out var addresses)) return;
        foreach (var address in addresses) _changes.Run(address, mustRun: true, () => Remove(address, b => b.Flow == flow));
    });

    /// <summary>Removes all bindings of an address, as when its account is removed. On any thread.</summary>
    public void Forget(string address) =>
        Mailbox.Post(() => _changes.Run(address, mustRun: true, () => Remove(address, static _ => true)));

    private void InOrder(PendingRegister register)
    {
        if (_changes.Run(register.Address, mustRun: false, () => Apply(register))) return;
        Refuse(register, StatusCode.ServiceUnavailable, "Too many registrations at once", RetryAfter);
    }

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
            register.Accept(outcome.Bindings, Now, _domainText, isOutbound: false);
        }
        else
        {
            var bindings = WithGruus(outcome.Bindings);
            if (!Store(register.Address, bindings, stored => Finish(register, bindings, outcome.IsOutbound, stored)))
                Refuse(register, StatusCode.ServiceUnavailable, "Too much to store at once", RetryAfter);
        }
    }

    /// <summary>
    /// A temporary GRUU for each device that has none. It lasts as long as the device keeps its Call-ID: one for each REGISTER, as RFC 5627 5.1
    /// recommends, would have to be kept for each.
    /// </summary>
    private ImmutableArray<Binding> WithGruus(ImmutableArray<Binding> bindings)
    {
        for (var i = 0; i < bindings.Length; i++)
        {
            if (bindings[i] is not { InstanceId: { } instance, TempGruu: "" }) continue;
            var gruu = bindings.FirstOrDefault(b => b.InstanceId == instance && b.TempGruu.Length > 0)?.TempGruu ?? Gruu.NewTemporary(_world.Ids);
            bindings = bindings.SetItem(i, bindings[i] with { TempGruu = gruu });
        }

        return bindings;
    }

    private void Finish(PendingRegister register, ImmutableArray<Binding> bindings, bool isOutbound, bool stored)
    {
        // 7) Committed only when stored; D-15.
        if (!stored)
        {
            Refuse(register, StatusCode.ServerInternalError, "The registration could not be stored");
            return;
        }

        Show(register.Address, bindings);
        register.Accept(bindings, Now, _domainText, isOutbound);
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
        var isQueued = _lane.Write(Mailbox, () => _directory.SaveBindings(address, bindings), stored =>
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
        var before = Held(address);
        Interlocked.Add(ref _count, bindings.Length - before.Length);
        foreach (var binding in bindings)
        {
            if (binding.TempGruu.Length > 0) _byGruu[binding.TempGruu] = address;
        }

        foreach (var binding in before)
        {
            if (binding.TempGruu.Length > 0 && !bindings.Any(b => b.TempGruu == binding.TempGruu)) _byGruu.TryRemove(binding.TempGruu, out _);
        }

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
