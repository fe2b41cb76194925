using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Server.Switch;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Server.Owners;

internal enum SessionKind
{
    OneToOne,
    AdHoc,

    /// <summary>The session of a pre-defined group.</summary>
    Predefined,
}

/// <summary>One IM session with all its legs (RFC 4353 3.1). Lives in the mailbox of its <see cref="Conversation"/>.</summary>
internal sealed class Focus
{
    private const string IdentityPrefix = "sess-";
    private const int IdentityBits = 80;

    private readonly List<Participant> _participants = [];
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal); // by address; no more than the roster has users

    /// <summary>A session that begins.</summary>
    public Focus(Conversation owner, SessionKind kind, string originator, Group? group = null, bool isLargeMessage = false)
        : this(owner, kind, originator, IdentityPrefix + owner.Node.World.Ids.Token(IdentityBits), RulesOf(owner.Node.Options.Session, kind), group, isLargeMessage)
    {
    }

    /// <summary>A session that stands again.</summary>
    public Focus(Conversation owner, SessionKind kind, StoredSession stored, Group? group)
        : this(owner, kind, stored.Originator, stored.Identity, stored.Rules, group) => (Ends, OriginatorEntity) = (stored.Ends, stored.OriginatorEntity);

    private Focus(Conversation owner, SessionKind kind, string originator, string identityUser, SessionRules rules, Group? group, bool isLargeMessage = false)
    {
        IsLargeMessage = isLargeMessage;
        Owner = owner;
        Kind = kind;
        Group = group;
        Originator = originator;
        OriginatorEntity = originator;
        Rules = rules;
        IdentityUser = identityUser;
        IdentityUserBytes = System.Text.Encoding.ASCII.GetBytes(IdentityUser);
        Switch = new MsrpSwitch(this);
        Roster = new Roster(owner.Node.World.Time, owner.Node.World.Limits.RosterEntries);
        Subscriptions = new ConferenceSubscriptions(this);
        Record = new SessionRecord(this);
        owner.Focus = this;
        if (!isLargeMessage) owner.Node.Router.Add(this);
        owner.Node.Metrics.SessionStarted(kind);
    }

    public Conversation Owner { get; }

    public Node Node => Owner.Node;

    public SessionKind Kind { get; private set; }

    /// <summary>
    /// Whether it carries one large message and no conversation: it has no identity by which it is found, no state that is told, is not stored, and
    /// lasts until either side ends it.
    /// </summary>
    [Clause("OMA-IM", "9.1.1", "IMS-LMM-2")]
    public bool IsLargeMessage { get; }

    public bool IsGroup => Kind != SessionKind.OneToOne;

    /// <summary>
    /// The pre-defined group whose session this is; null for any other. It is replaced by <see cref="GroupChanged"/> alone, so that everything
    /// that happens in the session happens before a change of the rules or after it.
    /// </summary>
    public Group? Group { get; set; }

    /// <summary>How many may be in it at once (IMS-REJOIN-2, IMS-ADD-5).</summary>
    public int MaxParticipants => Kind switch
    {
        SessionKind.OneToOne => 2,
        SessionKind.AdHoc => Rules.MostParticipants,
        _ => Math.Min(Group!.Document.MaxParticipantCount ?? int.MaxValue, Node.World.Limits.GroupParticipants),
    };

    /// <summary>The address of the one who started the session; the role stays with the address (C-51).</summary>
    public string Originator { get; }

    /// <summary>The URI by which the others know the originator, as he began: the role is shown there and nowhere else.</summary>
    public string OriginatorEntity { get; set; }

    /// <summary>The rules under which it began.</summary>
    public SessionRules Rules { get; set; }

    /// <summary>The user part of the IM Session Identity: at least 64 random bits, never used again (IMS-GEN-4, D-04).</summary>
    public string IdentityUser { get; }

    public byte[] IdentityUserBytes { get; }

    public MsrpSwitch Switch { get; }

    /// <summary>Who is and was in the session.</summary>
    public Roster Roster { get; }

    /// <summary>Who is told of the roster's changes.</summary>
    public ConferenceSubscriptions Subscriptions { get; }

    /// <summary>The Call-IDs of all dialogs.</summary>
    public IEnumerable<Text> CallIdsInUse =>
        _participants.SelectMany(static p => p.Sessions).Select(static s => Text.Of(s.CallId))
            .Concat(Subscriptions.CallIds).Concat(Referrals.Select(static r => Text.Of(r.CallId)));

    /// <summary>REFERs whose senders wait to be told what came of them.</summary>
    public List<ReferProgress> Referrals { get; } = [];

    public bool IsReleased { get; set; }

    /// <summary>What the store has of it.</summary>
    public SessionRecord Record { get; }

    /// <summary>Whether the one who started it has his 200: from then on it can be come back to.</summary>
    public bool IsStanding { get; set; }

    /// <summary>When it has lasted its longest; null where there is no such time.</summary>
    public DateTimeOffset? Ends { get; set; }

    /// <summary>Rings when the members of a session that stands again had their time to come back; null where none are awaited.</summary>
    public Alarm? Grace { get; set; }

    /// <summary>Rings when the session has lasted its longest (IMS-RPOL-1e); null where there is none.</summary>
    public Alarm? MaxLength { get; set; }

    /// <summary>Everyone whose leg is not gone, invitees included.</summary>
    public IReadOnlyList<Participant> Participants => _participants;

    public int ConnectedCount => Count(ParticipantState.Connected);

    public int InvitedCount => Count(ParticipantState.Invited);

    /// <summary>Users who are in or on the way in.</summary>
    public int PresentCount => PresentBut("");

    /// <summary>Users who are in or on the way in, that one left out.</summary>
    public int PresentBut(string address) =>
        _participants.Where(p => p.State != ParticipantState.Leaving && p.Address != address).Select(static p => p.Address).Distinct(StringComparer.Ordinal).Count();

    public void Add(Participant participant) => _participants.Add(participant);

    public void Remove(Participant participant)
    {
        _participants.Remove(participant);
        participant.Go();
    }

    /// <summary>The participant in whose dialog this request is.</summary>
    public Participant? Find(SipRequest request)
    {
        foreach (var participant in _participants)
        {
            if (participant.Session.Owns(request)) return participant;
        }

        return null;
    }

    /// <summary>Whether this is how identities look, whether their session lives or not. No user should be called so.</summary>
    public static bool IsIdentityUser(Text user) => user.Length == IdentityPrefix.Length + ((IdentityBits + 4) / 5) && user.Span.StartsWith("sess-"u8);

    /// <summary>The leg by which this user is in the session or on the way in: one that is connected before one that is invited.</summary>
    public Participant? Present(string address)
    {
        Participant? invited = null;
        foreach (var participant in _participants)
        {
            if (participant.Address != address || participant.State == ParticipantState.Leaving) continue;
            if (participant.State == ParticipantState.Connected) return participant;
            invited ??= participant;
        }

        return invited;
    }

    /// <summary>Of a 1-1 session the one who is in it beside this one, by the leg that he has now; null while there is none.</summary>
    public Participant? OtherParty(Participant one)
    {
        foreach (var participant in _participants)
        {
            if (participant != one && participant.State == ParticipantState.Connected) return participant;
        }

        return null;
    }

    /// <summary>He takes part: the rules of the group may name him by his number from now on (COM-AOIA-3).</summary>
    public void Learn(Originator originator)
    {
        if (originator.TelAddress is { } number) _numbers[originator.Address] = number;
    }

    /// <summary>The number by which the rules of the group may name him; null where none was asserted.</summary>
    public string? NumberOf(string address) => _numbers.GetValueOrDefault(address);

    /// <summary>Somebody of the session as the rules of its group know him.</summary>
    public GroupUser UserOf(string address) => new(address, NumberOf(address), Present(address) is { IsAnonymous: true });

    /// <summary>Whether the rules of its pre-defined group allow it now; other sessions have none.</summary>
    public bool Allows(string address, GroupActions action) => Group!.Allows(UserOf(address), action, Node.World.Time.GetUtcNow());

    /// <summary>The same by what the others know of him: somebody who takes part anonymously is not found by his address.</summary>
    public Participant? PresentAs(string entity)
    {
        Participant? invited = null;
        foreach (var participant in _participants)
        {
            if (participant.Entity != entity || participant.State == ParticipantState.Leaving) continue;
            if (participant.State == ParticipantState.Connected) return participant;
            invited ??= participant;
        }

        return invited;
    }

    /// <summary>Whether he may say something to one member alone: everybody, but in a pre-defined group whom allow-private-message names (MSW-7).</summary>
    public bool MayWhisper(Participant participant) => Group is null || Allows(participant.Address, GroupActions.PrivateMessage);

    /// <summary>A 1-1 session to which a third user is added is an ad-hoc one from then on (C-28): with <c>isfocus</c>, and released by its rules.</summary>
    [Clause("RFC 4579", "5.5", "IMS-ADD-12")]
    public void BecomeGroup()
    {
        if (IsGroup) return;
        foreach (var participant in _participants) participant.TalksToOne = true;
        Node.Metrics.SessionEnded(Kind);
        Kind = SessionKind.AdHoc;
        Node.Metrics.SessionStarted(Kind);
    }

    /// <summary>The IM Session Identity as peers on this flow reach it.</summary>
    public string Identity(Flow flow) => $"sip:{IdentityUser}@{Node.Transport.SentBy(flow)}{SipTransport.TransportParameter(flow)}";

    /// <summary>Our Contact: the identity, <c>isfocus</c> for a group (IMS-GEN-3).</summary>
    [Clause("OMA-IM", "7.2.2.1", "IMS-GEN-3", "IMS-GEN-4")]
    public string Contact(Flow flow) => $"<{Identity(flow)}>{(IsGroup ? ";isfocus" : "")};+g.oma.sip-im{(IsLargeMessage ? ".large-message" : "")}";

    private static SessionRules RulesOf(SessionOptions options, SessionKind kind) => new(
        options.MaxAdhocGroupSize,
        options.NumberOfRemainingParticipants,
        kind == SessionKind.Predefined ? options.AutoRelease : options.ReleaseAdhocOnOriginatorLeave);

    private int Count(ParticipantState state)
    {
        var count = 0;
        foreach (var participant in _participants)
        {
            if (participant.State == state) count++;
        }

        return count;
    }
}
