using Confab.Content.Media;
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Switch;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Owners;

internal enum ParticipantState
{
    /// <summary>Our INVITE waits for the answer, or theirs for ours.</summary>
    Invited,

    /// <summary>In the session.</summary>
    Connected,

    /// <summary>On the way out: no message goes to or comes from this leg any more.</summary>
    Leaving,
}

/// <summary>One user in a session: the SIP leg and the MSRP leg. What they report goes to the procedure that the clause names.</summary>
internal sealed class Participant : ISipSessionUser, IMsrpSessionHandler
{
    private MsrpMedia? _askedMedia;
    private string? _askedType;
    private bool _takesAsked;
    private bool _isCounted;
    private bool _isGone;

    /// <summary>A leg to be, in its session from here on.</summary>
    /// <param name="focus">The session.</param>
    /// <param name="address">Whose leg it is.</param>
    /// <param name="displayName">How he wants to be called.</param>
    /// <param name="isCaller">Whether his INVITE made the session.</param>
    /// <param name="isAnonymous">Whether nobody is to learn who he is.</param>
    public Participant(Focus focus, string address, string? displayName, bool isCaller, bool isAnonymous = false)
    {
        Focus = focus;
        Address = address;
        AddressBytes = System.Text.Encoding.UTF8.GetBytes(address);
        EntityBytes = AddressBytes;
        DisplayName = displayName;
        IsCaller = isCaller;
        Count();
        if (isAnonymous) Hide();
        if (isCaller) focus.OriginatorEntity = Entity;
        Session = NewSession();
        focus.Add(this);
    }

    public Focus Focus { get; }

    /// <summary>The IM Address, as verified or as invited.</summary>
    public string Address { get; }

    public byte[] AddressBytes { get; }

    /// <summary>The URI by which the others know him where he is not to be named; null where he is.</summary>
    public string? Alias { get; private set; }

    public bool IsAnonymous => Alias is not null;

    /// <summary>The URI by which the others know him: the only one that is ever told to them.</summary>
    public string Entity => Alias ?? Address;

    public byte[] EntityBytes { get; private set; }

    public string? DisplayName { get; private set; }

    /// <summary>Whether this user's INVITE made the session.</summary>
    public bool IsCaller { get; }

    public ParticipantState State
    {
        get;
        set
        {
            field = value;
            Count();
        }
    }

    = ParticipantState.Invited;

    /// <summary>The SIP leg; of an invitee the one that answered, from then on.</summary>
    public SipSession Session { get; private set; }

    /// <summary>His session, or those of his devices while none has answered.</summary>
    public IEnumerable<SipSession> Sessions => Fork?.Sessions ?? [Session];

    /// <summary>The invitations to this user's devices while none has answered; null otherwise.</summary>
    public Fork? Fork { get; set; }

    public MsrpSession? Msrp { get; set; }

    /// <summary>What the user's client can take; null until its SDP is known.</summary>
    public MsrpMedia? Remote { get; set; }

    /// <summary>The offer of a caller; null for an invitee.</summary>
    public Offer? Offer { get; init; }

    /// <summary>The SDP that we last sent on this leg.</summary>
    public byte[] LocalSdp { get; set; } = [];

    /// <summary>The flow over which the user was authenticated for this leg (D-02).</summary>
    public Flow? AuthenticatedFlow { get; set; }

    /// <summary>Messages of this user whose chunks are still coming; null while there was none.</summary>
    public OpenMessages? OpenMessages { get; set; }

    /// <summary>What waits until this caller, whose INVITE had no offer, has answered ours; null otherwise.</summary>
    public Action? WhenAnswered { get; set; }

    /// <summary>Lets the sender go on who waits for this leg (D-09).</summary>
    public Action? WhenDrained { get; set; }

    /// <summary>Whether the user has come in by a newer leg: what becomes of this one is no news of him.</summary>
    public bool IsSuperseded { get; set; }

    /// <summary>Whether he was in, or asked, when the server went down, and has not come back: he has no leg.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Whether a REFER of his has been accepted in this dialog: the next is told apart by an id (RFC 3515 2.4.6).</summary>
    public bool HasReferred { get; set; }

    /// <summary>Whether he knows of one other alone, as his leg began in a 1-1 session: whomever he addresses, he means the room.</summary>
    public bool TalksToOne { get; set; }

    /// <summary>By whose REFER he is invited; null where the one who started the session invites.</summary>
    public Referral? Referral { get; init; }

    /// <summary>His leg of another session that he is asked to leave for this one (RFC 3891); null for none.</summary>
    public ReplacedLeg? Replaced { get; init; }

    /// <summary>A value of Accept-Contact for his invitation, as the inviter wrote it (IMS-EXT-4); null for none.</summary>
    public string? Preference { get; init; }

    /// <summary>What waits until this caller has acknowledged our 200; null otherwise.</summary>
    public Action? WhenConfirmed { get; set; }

    /// <summary>Told once what his invitation came to: the SIP status.</summary>
    public Action<int>? WhenSettled { get; set; }

    /// <summary>Told once what the BYE that removed him came to: the SIP status.</summary>
    public Action<int>? WhenRemoved { get; set; }

    /// <summary>Rings when he is told that the session is over; it waits until he has what was kept for him. Null otherwise.</summary>
    public Alarm? Goodbye { get; set; }

    /// <summary>How he is being removed, and by whom as the others may know it; what the roster says once his leg is gone.</summary>
    public (DisconnectionMethod Method, string? By) Departure { get; set; }

    /// <summary>Rings when a lost MSRP leg has been away too long (MSW-13).</summary>
    public Alarm? Stale { get; set; }

    /// <summary>Whether his MSRP leg is lost, and waited for.</summary>
    public bool IsStale => Stale is { IsSet: true };

    /// <summary>
    /// Whether the user's client takes this type inside CPIM: one that it listed, wrapped or not; all where it listed none (RFC 4975 8.6).
    /// </summary>
    [Clause("RFC 4975", "8.6", "MSW-8")]
    public bool TakesWrapped(string type)
    {
        if (Remote is not { AcceptWrappedTypes.Count: > 0 } remote) return true;
        if (ReferenceEquals(type, _askedType) && ReferenceEquals(remote, _askedMedia)) return _takesAsked;
        (_askedMedia, _askedType) = (remote, type);
        return _takesAsked = AcceptList.Matches(remote.AcceptWrappedTypes, type) || AcceptList.Matches(remote.AcceptTypes, type);
    }

    /// <summary>
    /// Whether the user holds: he sends, or not even that, but takes nothing (RFC 3264 8.4). Who is composing and what has arrived is told all the
    /// same (MSW-15).
    /// </summary>
    [Clause("RFC 3264", "8.4", "IMS-LMM-4", "MSW-15")]
    public bool Holds(string? wrapped) =>
        Remote is { Direction: MediaDirection.SendOnly or MediaDirection.Inactive } && wrapped is not ("application/im-iscomposing+xml" or "message/imdn+xml");

    /// <summary>His leg is gone from the session.</summary>
    public void Go()
    {
        _isGone = true;
        Count();
    }

    /// <summary>From now on the others know him by his alias alone.</summary>
    public void Hide()
    {
        Alias = Focus.Roster.AliasOf(Address);
        EntityBytes = System.Text.Encoding.UTF8.GetBytes(Alias);
        DisplayName = null;
    }

    public SipSession NewSession() => new(Focus.Owner, this, Focus.Contact);

    /// <summary>One of this user's devices has answered: this is his leg.</summary>
    public void Win(SipSession session, MsrpSession leg, byte[] sdp)
    {
        Session = session;
        Msrp = leg;
        LocalSdp = sdp;
    }

    public void OnRinging(SipSession session, SipResponse response)
    {
        if (Fork is not null) InviteParticipant.OnRinging(this, response);
    }

    public void OnAnswered(SipSession session, SipResponse response) => Fork?.OnAnswered(session, response);

    /// <summary>One device refuses; after another has answered that is what came of our CANCEL, and nobody's concern.</summary>
    public void OnRefused(SipSession session, int status, SipResponse? response) => Fork?.OnRefused(session, status, response);

    public void OnConfirmed(SipSession session, SipRequest ack)
    {
        AnswerInAck.Run(this, ack);
        var next = WhenConfirmed;
        WhenConfirmed = null;
        if (State == ParticipantState.Connected) next?.Invoke();
    }

    public void OnModifyConfirmed(SipSession session, SipRequest ack) => ModifySession.OnConfirmed(this, ack);

    public void OnCancelled(SipSession session) => CallerGaveUp.Run(this);

    public void OnModify(SipSession session, IServerTransaction transaction) => ModifySession.Run(this, transaction);

    public (string ContentType, byte[] Body) Describe(SipSession session) => ("application/sdp", LocalSdp);

    public void OnEnded(SipSession session, EndReason reason, SipRequest? bye)
    {
        if (session == Session) ReceiveBye.Run(this, reason);
    }

    public void OnByeDone(SipSession session)
    {
        if (session == Session && Fork is null) RemoveParticipant.OnByeDone(this);
    }

    public void OnBound(MsrpSession session)
    {
        Stale?.Cancel();
        Goodbye?.Set(TimeSpan.Zero);
        Backpressure.Release(this);
    }

    public MsrpStatus OnPiece(MsrpSession session, in MsrpFrame frame) => Focus.Switch.OnPiece(this, frame);

    public void OnEnded(MsrpSession session, EndReason reason)
    {
        if (session == Msrp) LoseLeg.Run(this, reason); // not the leg of a device that lost
    }

    public void OnDrained(MsrpSession session) => Backpressure.Release(this);

    /// <summary>A leg counts among the sessions of its user while it is connected, and from the start where he is the one who calls.</summary>
    private void Count()
    {
        var counts = !_isGone && (State == ParticipantState.Connected || (IsCaller && State == ParticipantState.Invited));
        if (counts == _isCounted) return;
        _isCounted = counts;
        if (counts) Focus.Node.UserSessions.Enter(Address);
        else Focus.Node.UserSessions.Leave(Address);
    }
}
