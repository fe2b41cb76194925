// What the store has of one session.
//
//   Promise(members) ──► StoreLane ──► done(200) ──► the procedure answers 2xx, and changes the roster as it was promised
//                            └─ not stored ──► done(500) └─ lane full ──► done(503), at once: nothing has changed
//   Roster.Changed ──► what no answer promises: gathered, one write at a time, tried again until it is stored
//   Remove ──► the session is over
//
// While a promise about a member is on its way nothing else is written of him: the lane keeps its order, and an older truth behind a newer one
// would undo it.
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Message;

namespace Confab.Server.Owners;

/// <summary>Keeps the store in step with one session; what an answer promises is stored before it (D-15).</summary>
internal sealed class SessionRecord
{
    private const int RetryAfterSeconds = 5;

    private readonly Focus _focus;
    private readonly Dictionary<string, StoredMember> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _promised = new(StringComparer.Ordinal); // writes on their way, by member
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly Alarm _again;
    private StoredSession? _storedSession; // null until the first promise is stored
    private bool _isBegun; // a first write has been queued
    private bool _isWriting;
    private bool _isNoted;
    private bool _isClosed;

    public SessionRecord(Focus focus)
    {
        _focus = focus;
        _again = new Alarm(focus.Owner.Mailbox, TryAgain);
        focus.Roster.Changed += attendee => Note(attendee.Entity);
    }

    private Node Node => _focus.Node;

    /// <summary>What goes with the status of <see cref="Promise"/> into the refusal.</summary>
    public static HeadersWriter? HeadersOf(int status) =>
        status == StatusCode.ServiceUnavailable ? static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, RetryAfterSeconds) : null;

    /// <summary>The session was read from the store.</summary>
    public void Restore(StoredSession session, IReadOnlyList<StoredMember> members)
    {
        (_storedSession, _isBegun) = (session, true);
        foreach (var member in members) _stored[member.Entity] = member;
    }

    /// <summary>
    /// Stores what an answer is going to promise; everything else goes on meanwhile, so the procedure looks again at what it found before.
    /// </summary>
    /// <param name="members">The members that the answer changes, as they will be.</param>
    /// <param name="done">Runs in the owner's mailbox with 200, 500 where the store failed, 503 where it has too much to do.</param>
    /// <param name="kind">The kind of the session from then on.</param>
    public void Promise(IReadOnlyList<StoredMember> members, Action<int> done, SessionKind? kind = null)
    {
        if (_focus.IsLargeMessage)
        {
            _focus.Owner.Mailbox.Post(() => done(StatusCode.Ok)); // nobody comes back to it
            return;
        }

        var session = SessionAs(kind ?? _focus.Kind);
        if (!Node.Lane.Write(_focus.Owner.Mailbox, () => Node.Sessions.Save(session, members, []), isStored => Kept(session, members, isStored, done)))
        {
            done(StatusCode.ServiceUnavailable);
            return;
        }

        _isBegun = true;
        foreach (var member in members) _promised[member.Entity] = _promised.GetValueOrDefault(member.Entity) + 1;
    }

    /// <summary>The session is over, and will not stand again.</summary>
    public void Remove()
    {
        _isClosed = true;
        _again.Cancel();
        if (_isBegun) WriteRemoval();
    }

    /// <summary>The server goes: what is stored is brought to the present state, and stays.</summary>
    public void Close()
    {
        if (_storedSession is not null) Write();
        _isClosed = true;
        _again.Cancel();
    }

    private void Kept(StoredSession session, IReadOnlyList<StoredMember> members, bool isStored, Action<int> done)
    {
        foreach (var member in members)
        {
            if (--_promised[member.Entity] == 0) _promised.Remove(member.Entity);
            if (isStored) _stored[member.Entity] = member;
        }

        if (isStored) _storedSession = session;
        done(isStored ? StatusCode.Ok : StatusCode.ServerInternalError);
        foreach (var member in members) Note(member.Entity); // should the procedure have found that it cannot go on
    }

    private void Note(string entity)
    {
        if (_isClosed) return;
        _changed.Add(entity);
        if (_isNoted) return;
        _isNoted = true;
        _focus.Owner.Mailbox.Post(Flush); // one write for all that one turn brings about
    }

    private void Flush()
    {
        _isNoted = false;
        if (!_isClosed && !_isWriting && _storedSession is not null && !_again.IsSet) Write();
    }

    private void Write()
    {
        var session = SessionAs(_focus.Kind);
        var (changed, dropped) = TakeChanged();
        if (changed.Count == 0 && dropped.Count == 0 && session == _storedSession) return;
        _isWriting = Node.Lane.Write(
            _focus.Owner.Mailbox, () => Node.Sessions.Save(session, changed, dropped), isStored => Written(session, changed, dropped, isStored));
        if (!_isWriting) Written(session, changed, dropped, isStored: false);
    }

    private void Written(StoredSession session, List<StoredMember> changed, List<string> dropped, bool isStored)
    {
        _isWriting = false;
        if (isStored)
        {
            _storedSession = session;
            foreach (var member in changed) _stored[member.Entity] = member;
            foreach (var entity in dropped) _stored.Remove(entity);
        }
        else
        {
            _changed.UnionWith(changed.Select(static m => m.Entity));
            _changed.UnionWith(dropped);
            if (!_isClosed) _again.Set(TimeSpan.FromSeconds(RetryAfterSeconds));
        }

        if (_changed.Count > 0) Flush();
    }

    /// <summary>What the store has otherwise, and those it should not have: users whose invitation was stored, and then not possible.</summary>
    private (List<StoredMember> Changed, List<string> Dropped) TakeChanged()
    {
        List<StoredMember> changed = [];
        List<string> dropped = [];
        foreach (var entity in _changed)
        {
            if (_promised.ContainsKey(entity)) continue; // noted again when that is through
            var known = _stored.GetValueOrDefault(entity);
            if (_focus.Roster.Find(entity) is not { } attendee)
            {
                if (known is not null) dropped.Add(entity);
            }
            else if (IsOnTheWayOut(attendee)) continue; // noted again when his leg is gone; until then the store may know better than the roster
            else if (RosterSnapshot.Of(attendee) is var now && (known is null || !RosterSnapshot.IsSame(known, now))) changed.Add(now);
        }

        _changed.Clear();
        return (changed, dropped);
    }

    private bool IsOnTheWayOut(Attendee attendee) => attendee.Status != EndpointStatus.Disconnected && _focus.PresentAs(attendee.Entity) is null;

    private void WriteRemoval()
    {
        var identity = _focus.IdentityUser;
        if (!Node.Lane.Write(_focus.Owner.Mailbox, () => Node.Sessions.Remove(identity), Removed)) Removed(isStored: false);
    }

    private void Removed(bool isStored)
    {
        if (!isStored) _again.Set(TimeSpan.FromSeconds(RetryAfterSeconds));
    }

    private void TryAgain()
    {
        if (_isClosed) WriteRemoval();
        else Flush();
    }

    private StoredSession SessionAs(SessionKind kind) => new(_focus.IdentityUser, kind.ToString(), _focus.Originator, _focus.OriginatorEntity, _focus.Ends, _focus.Rules, _focus.Group?.Identity);
}
