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
/// back (7.2.2.9). The procedures report each transition once; nobody is dropped while the session lives. A line has the URI by which the others
/// know its user: his address, or an alias where he takes part anonymously; who has been in both ways has two, and nothing tells that they are one.
/// </summary>
[Clause("RFC 4575", "5.7")]
internal sealed class Roster(TimeProvider time, int most)
{
    private readonly Dictionary<string, Attendee> _attendees = new(StringComparer.Ordinal);
    private readonly List<Attendee> _order = [];
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal); // by address
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>What the clock says.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The place of one who is not known yet.</summary>
    public int NextPlace => _order.Count == 0 ? 0 : _order[^1].Place + 1;

    /// <summary>Told after each transition.</summary>
    public Action<Attendee>? Changed { get; set; }

    /// <summary>In the order in which they were first heard of.</summary>
    public IReadOnlyList<Attendee> Attendees => _order;

    /// <summary>The line of this address or alias.</summary>
    public Attendee? Find(string entity) => _attendees.GetValueOrDefault(entity);

    /// <summary>The line of this user that counts: the one by which he is in, or on the way in, or went away last.</summary>
    public Attendee? OfUser(string address)
    {
        var (named, hidden) = (Find(address), _aliases.TryGetValue(address, out var alias) ? Find(alias) : null);
        if (named is null || hidden is null) return named ?? hidden;
        var (one, other) = (Weight(named), Weight(hidden));
        return one != other ? one > other ? named : hidden : named.Disconnected?.When > hidden.Disconnected?.When ? named : hidden;
    }

    /// <summary>Whether he was ever invited or in, and was not expelled since.</summary>
    public bool MayReturn(string address) =>
        OfUser(address) is not null && Find(address) is not { IsExpelled: true } && (!_aliases.TryGetValue(address, out var alias) || Find(alias) is not { IsExpelled: true });

    /// <summary>
    /// The URI that stands for this user where he is not to be named: one for as long as the session lives, so that messages reach him by it
    /// whenever he is there (RFC 7701 3), and another in every other session.
    /// </summary>
    [Clause("RFC 4575", "5.6", "IMS-NTF-5", "COM-PRIV-6")]
    public string AliasOf(string address)
    {
        if (_aliases.TryGetValue(address, out var alias)) return alias;
        var number = _taken.Count;
        do alias = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sip:anonymous{++number}@anonymous.invalid");
        while (!_taken.Add(alias));
        _aliases.Add(address, alias);
        return alias;
    }

    /// <summary>Whether he is or was in the session without being named.</summary>
    public bool HasAlias(string address) => _aliases.ContainsKey(address);

    /// <summary>Whether these can be invited: those who are not known yet find a place (<see cref="Limits.RosterEntries"/>).</summary>
    public bool HasRoom(IEnumerable<string> addresses) => _order.Count + addresses.Count(address => !_attendees.ContainsKey(address)) <= most;

    /// <summary>He is invited; whoever was expelled may come again (IMS-JPOL-3).</summary>
    /// <param name="address">Who.</param>
    /// <param name="by">By whom, as the others may know it; null where they may not.</param>
    /// <param name="alias">His alias, where the inviter does not want him to be named; null where he is.</param>
    public void Invite(string address, string? by, string? alias = null)
    {
        var attendee = Of(address, alias);
        attendee.IsHiddenByInviter = alias is not null;
        attendee.Status = EndpointStatus.DialingOut;
        attendee.IsWithdrawn = false;
        attendee.Disconnected = null;
        attendee.Joined = new Joining(JoiningMethod.DialedOut, by, time.GetUtcNow());
        Readmit(address);
        Changed?.Invoke(attendee);
    }

    /// <summary>The device rings of whoever is known by this.</summary>
    public void Alert(string entity)
    {
        if (Find(entity) is not { Status: EndpointStatus.DialingOut } attendee) return;
        attendee.Status = EndpointStatus.Alerting;
        Changed?.Invoke(attendee);
    }

    /// <summary>He is in the session, by his address or his alias: on our invitation, or of his own accord.</summary>
    public void Join(string address, string? displayName, JoiningMethod method, string? alias = null)
    {
        var attendee = Of(address, alias);
        attendee.Status = EndpointStatus.Connected;
        attendee.IsWithdrawn = false;
        attendee.DisplayName = alias is null ? displayName ?? attendee.DisplayName : null;
        attendee.Disconnected = null;
        attendee.Joined = new Joining(method, method == JoiningMethod.DialedOut ? attendee.Joined?.By : null, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    /// <summary>He was invited by his name and comes in by his alias: his name is taken from the roster, as far as that can be done.</summary>
    public void Withdraw(string address)
    {
        if (Find(address) is not { IsWithdrawn: false } attendee) return;
        attendee.Status = EndpointStatus.Disconnected;
        attendee.IsWithdrawn = true;
        attendee.Disconnected = new Disconnection(DisconnectionMethod.Departed, null, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    /// <summary>He is being removed: from now on he may not come back of his own accord. What becomes of his leg is told by <see cref="Leave"/>.</summary>
    public void Expel(string entity)
    {
        if (Find(entity) is { } attendee) attendee.IsExpelled = true;
    }

    /// <summary>His removal came to nothing.</summary>
    public void Pardon(string entity)
    {
        if (Find(entity) is { } attendee) attendee.IsExpelled = false;
    }

    /// <summary>Takes a line up that was stored; in their order, before anything else.</summary>
    public void Restore(Attendee attendee)
    {
        if (!_attendees.TryAdd(attendee.Entity, attendee)) return;
        if (attendee.Alias is { } alias && _taken.Add(alias)) _aliases[attendee.Address] = alias;
        _order.Add(attendee);
        Changed?.Invoke(attendee);
    }

    /// <summary>He is no longer in the session, or will not come.</summary>
    /// <param name="entity">Whose transition it is: his address or his alias.</param>
    /// <param name="method">How it came.</param>
    /// <param name="by">Who removed him, as the others may know it; null where nobody did, or nobody may know it.</param>
    /// <param name="isExpelled">Whether he may not come back unless he is invited again.</param>
    public void Leave(string entity, DisconnectionMethod method, string? by = null, bool isExpelled = false)
    {
        if (Find(entity) is not { } attendee) return;
        attendee.Status = EndpointStatus.Disconnected;
        attendee.IsExpelled = isExpelled;
        attendee.Disconnected = new Disconnection(method, by, time.GetUtcNow());
        Changed?.Invoke(attendee);
    }

    private void Readmit(string address)
    {
        if (Find(address) is { } named) named.IsExpelled = false;
        if (_aliases.TryGetValue(address, out var alias) && Find(alias) is { } hidden) hidden.IsExpelled = false;
    }

    private Attendee Of(string address, string? alias)
    {
        var entity = alias ?? address;
        if (_attendees.TryGetValue(entity, out var attendee)) return attendee;
        attendee = new Attendee(address, alias, NextPlace);
        _attendees.Add(entity, attendee);
        _order.Add(attendee);
        return attendee;
    }

    private static int Weight(Attendee attendee) => attendee.Status switch
    {
        EndpointStatus.Connected => 2,
        EndpointStatus.Disconnected => 0,
        _ => 1,
    };
}

/// <summary>One line of the roster.</summary>
internal sealed class Attendee(string address, string? alias, int place)
{
    /// <summary>Its place among the others: who was heard of first is first.</summary>
    public int Place { get; } = place;

    /// <summary>The IM Address; told to nobody where there is an alias.</summary>
    public string Address { get; } = address;

    /// <summary>The URI by which the others know him where he is not named; null where he is.</summary>
    public string? Alias { get; } = alias;

    /// <summary>The URI by which the others know him.</summary>
    public string Entity => Alias ?? Address;

    /// <summary>Whether it is the inviter's wish that he is not named: he stays so until he says otherwise himself.</summary>
    public bool IsHiddenByInviter { get; set; }

    /// <summary>Whether the line is no longer told.</summary>
    public bool IsWithdrawn { get; set; }

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
