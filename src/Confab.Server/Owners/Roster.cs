using Confab.Runtime;

namespace Confab.Server.Owners;

/// <summary>The states of an endpoint that occur here, with the words of RFC 4575 5.7.3.</summary>
internal enum EndpointStatus
{
    DialingOut,
    Alerting,
    Connected,
    Disconnected,
}

/// <summary>How somebody came in: RFC 4575 5.7.4.</summary>
internal enum JoiningMethod
{
    DialedIn,
    DialedOut,
}

/// <summary>How somebody went away, or did not come: RFC 4575 5.7.6.</summary>
internal enum DisconnectionMethod
{
    Departed,
    Booted,
    Failed,
    Busy,
}

/// <summary>
/// Everybody who was ever invited to a session or in it, with what became of him: what subscribers are told (RFC 4575 5), and who may come
/// back (7.2.2.9). The procedures report each transition once; nobody is dropped while the session lives.
/// </summary>
[Clause("RFC 4575", "5.7")]
internal sealed class Roster(TimeProvider time, int most)
{
    private readonly Dictionary<string, Attendee> _attendees = new(StringComparer.Ordinal);
    private readonly List<Attendee> _order = [];

    /// <summary>What the clock says.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The place of one who is not known yet.</summary>
    public int NextPlace => _order.Count == 0 ? 0 : _order[^1].Place + 1;

    /// <summary>Told after each transition.</summary>
    public Action<Attendee>? Changed { get; set; }

    /// <summary>In the order in which they were first heard of.</summary>
    public IReadOnlyList<Attendee> Attendees => _order;

    public Attendee? Find(string address) => _attendees.GetValueOrDefault(address);

    /// <summary>Whether these can be invited: those who are not known yet find a place (<see cref="Limits.RosterEntries"/>).</summary>
    public bool HasRoom(IEnumerable<string> addresses) => _order.Count + addresses.Count(address => !_attendees.ContainsKey(address)) <= most;

    /// <summary>He is invited, by this user; whoever was expelled may come again (IMS-JPOL-3).</summary>
    public void Invite(string address, string by)
    {
        var attendee = Of(address);
        attendee.Status = EndpointStatus.DialingOut;
        attendee.IsExpelled = false;
        attendee.Disconnected = null;
        attendee.Joined = new Joining(JoiningMethod.DialedOut, by, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    /// <summary>His device rings.</summary>
    public void Alert(string address)
    {
        if (Find(address) is not { Status: EndpointStatus.DialingOut } attendee) return;
        attendee.Status = EndpointStatus.Alerting;
        Changed?.Invoke(attendee);
    }

    /// <summary>He is in the session: on our invitation, or of his own accord.</summary>
    public void Join(string address, string? displayName, JoiningMethod method)
    {
        var attendee = Of(address);
        attendee.Status = EndpointStatus.Connected;
        attendee.DisplayName = displayName ?? attendee.DisplayName;
        attendee.Disconnected = null;
        attendee.Joined = new Joining(method, method == JoiningMethod.DialedOut ? attendee.Joined?.By : null, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    /// <summary>He is being removed: from now on he may not come back of his own accord. What becomes of his leg is told by <see cref="Leave"/>.</summary>
    public void Expel(string address)
    {
        if (Find(address) is { } attendee) attendee.IsExpelled = true;
    }

    /// <summary>His removal came to nothing.</summary>
    public void Pardon(string address)
    {
        if (Find(address) is { } attendee) attendee.IsExpelled = false;
    }

    /// <summary>Takes a line up that was stored; in their order, before anything else.</summary>
    public void Restore(Attendee attendee)
    {
        if (!_attendees.TryAdd(attendee.Address, attendee)) return;
        _order.Add(attendee);
        Changed?.Invoke(attendee);
    }

    /// <summary>He is no longer in the session, or will not come.</summary>
    /// <param name="address">Whose transition it is.</param>
    /// <param name="method">How it came.</param>
    /// <param name="by">Who removed him; null where nobody did.</param>
    /// <param name="isExpelled">Whether he may not come back unless he is invited again.</param>
    public void Leave(string address, DisconnectionMethod method, string? by = null, bool isExpelled = false)
    {
        if (Find(address) is not { } attendee) return;
        attendee.Status = EndpointStatus.Disconnected;
        attendee.IsExpelled = isExpelled;
        attendee.Disconnected = new Disconnection(method, by, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    private Attendee Of(string address)
    {
        if (_attendees.TryGetValue(address, out var attendee)) return attendee;
        attendee = new Attendee(address, NextPlace);
        _attendees.Add(address, attendee);
        _order.Add(attendee);
        return attendee;
    }
}

/// <summary>One line of the roster.</summary>
internal sealed class Attendee(string address, int place)
{
    /// <summary>Its place among the others: who was heard of first is first.</summary>
    public int Place { get; } = place;

    /// <summary>The IM Address.</summary>
    public string Address { get; } = address;

    public string? DisplayName { get; set; }

    public EndpointStatus Status { get; set; }

    /// <summary>How he came in, or by whom he is being called in; null before.</summary>
    public Joining? Joined { get; set; }

    /// <summary>How he went away; null while he is in or on the way in.</summary>
    public Disconnection? Disconnected { get; set; }

    /// <summary>Removed by another: he comes back only by a new invitation (IMS-JPOL-3).</summary>
    public bool IsExpelled { get; set; }
}

/// <summary>RFC 4575 5.7.4, 5.7.5.</summary>
internal sealed record Joining(JoiningMethod Method, string? By, DateTimeOffset When);

/// <summary>RFC 4575 5.7.6, 5.7.7.</summary>
internal sealed record Disconnection(DisconnectionMethod Method, string? By, DateTimeOffset When);
