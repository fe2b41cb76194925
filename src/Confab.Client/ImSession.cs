using Confab.Client.Media;
using Confab.Client.Procedures;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Client;

/// <summary>Where a session stands.</summary>
public enum ImSessionState
{
    /// <summary>Our INVITE has no answer yet.</summary>
    Calling,

    /// <summary>The other side is being asked.</summary>
    Ringing,

    /// <summary>The user is invited and has not decided.</summary>
    Invited,

    /// <summary>The user accepted; the inviter has not confirmed yet.</summary>
    Accepting,

    Established,

    /// <summary>The user is leaving.</summary>
    Leaving,

    Ended,
}

/// <summary>An IM session of the user: 1-1 or group, from the invitation to its end. Reading is safe from any thread.</summary>
public sealed class ImSession : ISipSessionUser
{
    internal ImSession(ImClient client, bool isAnonymous)
    {
        Client = client;
        IsAnonymous = isAnonymous;
        Sip = new SipSession(client, this, flow => General.Contact(client, flow));
        Unanswered = new Alarm(client.Mailbox, () => InvitedToSession.NobodyAnswered(this));
    }

    public ImSessionState State { get; internal set; }

    /// <summary>The IM Session Identity: the URI in the Contact of the other end; null until it is known.</summary>
    public string? Identity { get; internal set; }

    /// <summary>Whether the other end is a focus: conference operations are possible (C-76).</summary>
    public bool IsFocus { get; internal set; }

    /// <summary>Whether this is a group session.</summary>
    public bool IsGroup { get; internal set; }

    /// <summary>Whether the user takes part without being named to the others; the server knows who it is.</summary>
    public bool IsAnonymous { get; internal set; }

    /// <summary>Whether the user was invited.</summary>
    public bool IsIncoming { get; internal set; }

    /// <summary>Whether the user comes back by it to a session that he was in.</summary>
    public bool IsRejoin => RejoinOf is not null;

    /// <summary>Whether messages could flow in it once: then its identity leads back into it for a time (<see cref="ImClient.RejoinAsync"/>).</summary>
    public bool WasEstablished { get; internal set; }

    /// <summary>
    /// The other user of a 1-1 session; in a group whoever invited, <c>sip:anonymous@anonymous.invalid</c> where that is not told; null in a group
    /// that the user started.
    /// </summary>
    public string? Peer { get; internal set; }

    /// <summary>The other user's name, empty when it is not known.</summary>
    public string PeerName { get; internal set; } = "";

    /// <summary>Whom the invitation lists (IMC-INV-LIST), or whom the user invited.</summary>
    public IReadOnlyList<string> Participants { get; internal set; } = [];

    /// <summary>Who is in the group session, and who was, as the server tells it; empty until it has, and in 1-1 sessions.</summary>
    public IReadOnlyList<RosterUser> Roster { get; internal set; } = [];

    /// <summary>The methods that the other end allows; null when it does not say.</summary>
    public IReadOnlyList<string>? RemoteAllow { get; internal set; }

    /// <summary>The option tags that the other end supports; null when it does not say.</summary>
    public IReadOnlyList<string>? RemoteSupported { get; internal set; }

    /// <summary>The release of the other end, as its User-Agent or Server header says; null when it does not.</summary>
    public string? PeerRelease { get; internal set; }

    /// <summary>The Reason header of the BYE that ended the session; null where there was none (IMC-REL-CAUSE).</summary>
    public string? ReleaseReason { get; internal set; }

    /// <summary>The event packages of the other end; null when it does not say.</summary>
    internal IReadOnlyList<string>? RemoteEvents { get; set; }

    internal SubscribeToConference? Conference { get; set; }

    /// <summary>The identity that the user came back by; null for every other session.</summary>
    internal string? RejoinOf { get; init; }

    internal ImClient Client { get; }

    internal SipSession Sip { get; }

    internal MessageLeg? Leg { get; set; }

    /// <summary>Rings when the user did not decide on an invitation.</summary>
    internal Alarm Unanswered { get; }

    /// <summary>Who waits to hear whether the session is established.</summary>
    internal TaskCompletionSource<SessionOutcome>? Outcome { get; set; }

    /// <summary>What is run, once, when it has ended.</summary>
    internal List<Action> WhenEnded { get; } = [];

    /// <summary>Accepts the invitation.</summary>
    /// <param name="anonymous">
    /// Whether the others are not to be told who joins; what they were told already, as by the list of invitees, stays known. Null is what
    /// <see cref="ImClientOptions.Anonymous"/> says.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the session.</param>
    /// <exception cref="InvalidOperationException">The session is no invitation that waits for an answer.</exception>
    public Task<SessionOutcome> AcceptAsync(bool? anonymous = null, CancellationToken cancellationToken = default) =>
        Client.Ask<SessionOutcome>(answer => InvitedToSession.Accept(this, answer, anonymous), cancellationToken);

    /// <summary>Declines the invitation; done when the refusal has been sent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The status is no refusal.</exception>
    public Task<bool> DeclineAsync(int status = StatusCode.Decline, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        return Client.Ask<bool>(answer => InvitedToSession.Decline(this, status, answer), cancellationToken);
    }

    /// <summary>Leaves: ends an established session, gives up one that is not answered yet, declines an invitation. Done when it has ended.</summary>
    public Task<bool> LeaveAsync(CancellationToken cancellationToken = default) =>
        Client.Ask<bool>(answer => LeaveSession.Leave(this, () => answer.TrySetResult(true)), cancellationToken);

    /// <summary>
    /// Asks the server to invite these users into the session; done with its answer. What comes of a single one is told by
    /// <see cref="ReferProgress"/>.
    /// </summary>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<ReferOutcome> AddAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken = default)
    {
        foreach (var address in addresses) _ = ImAddress.Parse(address);
        return Client.Ask<ReferOutcome>(answer => AddUsers.Start(this, addresses, answer), cancellationToken);
    }

    /// <summary>Asks the server to remove these users from the session; done with its answer.</summary>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<ReferOutcome> RemoveAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken = default)
    {
        foreach (var address in addresses) _ = ImAddress.Parse(address);
        return Client.Ask<ReferOutcome>(answer => RemoveUsers.Start(this, addresses, answer), cancellationToken);
    }

    /// <summary>Says a text; done when the server took it, or not.</summary>
    public Task<SendOutcome> SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendAsync("text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Sends content of any type that the other end takes.</summary>
    public Task<SendOutcome> SendAsync(string contentType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        Client.Ask<SendOutcome>(answer => SendMessage.Send(this, contentType, content, answer), cancellationToken);

    void ISipSessionUser.OnRinging(SipSession session, SipResponse response) => StartSession.Ringing(this);

    void ISipSessionUser.OnAnswered(SipSession session, SipResponse response) => StartSession.Answered(this, response);

    bool ISipSessionUser.Follows(SipSession session, int status, NameAddr contact) => StartSession.Follows(status, contact);

    void ISipSessionUser.OnRefused(SipSession session, int status, SipResponse? response) => StartSession.Refused(this, status, response);

    void ISipSessionUser.OnConfirmed(SipSession session, SipRequest ack) => InvitedToSession.Confirmed(this);

    void ISipSessionUser.OnCancelled(SipSession session) => InvitedToSession.Cancelled(this);

    void ISipSessionUser.OnModify(SipSession session, IServerTransaction transaction) => ModifySession.Receive(this, transaction);

    void ISipSessionUser.OnEnded(SipSession session, EndReason reason, SipRequest? bye) => SessionReleased.Receive(this, reason, bye);

    void ISipSessionUser.OnByeDone(SipSession session) => LeaveSession.Done(this);

    /// <summary>The session is over: its media closed, everybody who waits for it told, once.</summary>
    internal void End(SessionEnd reason, SessionFailure failure, int status, string text)
    {
        if (State == ImSessionState.Ended) return;
        State = ImSessionState.Ended;
        if (WasEstablished) Client.Identities.Keep(this);
        Unanswered.Cancel();
        Leg?.Close();
        Conference?.End();
        if (Sip.State is SessionState.Ended or SessionState.Idle) Forget();
        Client.Tell(new Ended(this, reason, status, text));
        Outcome?.TrySetResult(new SessionOutcome(this, failure, status, text));
        foreach (var action in WhenEnded) action();
        WhenEnded.Clear();
    }

    /// <summary>Whether the other end says that it supports an extension.</summary>
    internal bool Supports(string optionTag) => RemoteSupported?.Contains(optionTag, StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>Nothing of the dialog is left to be answered.</summary>
    internal void Forget() => Client.Sessions.Remove(this);
}
