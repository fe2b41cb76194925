using Confab.Client.Media;
using Confab.Client.Procedures;
using Confab.Msrp;
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

    /// <summary>Messages may flow.</summary>
    Established,

    /// <summary>The user is leaving.</summary>
    Leaving,

    /// <summary>It is over, or came to nothing: <see cref="Confab.Client.Ended"/> told why.</summary>
    Ended,
}

/// <summary>An IM session of the user: 1-1 or group, from the invitation to its end. Reading is safe from any thread.</summary>
public sealed class ImSession : ISipSessionUser
{
    internal ImSession(ImClient client, bool isAnonymous)
    {
        Client = client;
        IsAnonymous = isAnonymous;
        Sip = new SipSession(client, this, flow => General.Contact(client, flow, IsLargeMessage));
        Reconnection = new ReconnectMedia(this);
        Composing = new Composing(this);
        Unanswered = new Alarm(client.Mailbox, () => InvitedToSession.NobodyAnswered(this));
    }

    /// <summary>Where it stands now.</summary>
    public ImSessionState State { get; internal set; }

    /// <summary>The IM Session Identity: the URI in the Contact of the other end; null until it is known.</summary>
    public string? Identity { get; internal set; }

    /// <summary>Whether the other end is a focus: conference operations are possible (C-76).</summary>
    public bool IsFocus { get; internal set; }

    /// <summary>Whether this is a group session.</summary>
    public bool IsGroup { get; internal set; }

    /// <summary>
    /// The IM Group Identity by which the user joined a pre-defined group; null for any other session, and for one into which he was invited:
    /// an invitation does not say.
    /// </summary>
    public string? GroupIdentity { get; internal init; }

    /// <summary>Whether it is known to be the session of a pre-defined group: MAX-ADHOC-GROUP-SIZE does not count there (IMC-ADD-MAX3).</summary>
    public bool IsPredefined => GroupIdentity is not null;

    /// <summary>Whether the user takes part without being named to the others; the server knows who it is.</summary>
    public bool IsAnonymous { get; internal set; }

    /// <summary>Whether it carries one large message, and nothing else is said in it (<see cref="ImClient.SendLargeAsync"/>).</summary>
    public bool IsLargeMessage { get; internal set; }

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

    /// <summary>The 1-1 session that this group was made of by <see cref="ExtendAsync"/>; null for every other session.</summary>
    public ImSession? Extends { get; internal init; }

    /// <summary>The session whose place this one takes when the invitation to it is accepted; null for every other.</summary>
    public ImSession? Replaces { get; internal set; }

    /// <summary>The session in which it goes on, when it has ended as <see cref="SessionEnd.Moved"/> to a group; null for every other.</summary>
    public ImSession? MovedTo { get; private set; }

    /// <summary>Whether the user holds it: messages of others are held back by the server (RFC 3264 8.4).</summary>
    public bool IsHeld => Leg?.IsHeld == true;

    /// <summary>Whether the other end holds it: nothing can be sent.</summary>
    public bool IsHeldByPeer => Leg?.IsHeldByPeer == true;

    /// <summary>The group that this 1-1 session is being extended to, or was; null where that came to nothing.</summary>
    internal ImSession? Extension { get; set; }

    /// <summary>The session for which this one is being left.</summary>
    internal ImSession? ReplacedBy { get; set; }

    /// <summary>Who was asserted as the other end, in each of his forms; empty where nobody was (C-32).</summary>
    internal IReadOnlyList<string> AssertedPeer { get; private set; } = [];

    /// <summary>The event packages of the other end; null when it does not say.</summary>
    internal IReadOnlyList<string>? RemoteEvents { get; set; }

    internal SubscribeToConference? Conference { get; set; }

    /// <summary>The identity that the user came back by; null for every other session.</summary>
    internal string? RejoinOf { get; init; }

    internal ImClient Client { get; }

    internal SipSession Sip { get; }

    internal MessageLeg? Leg { get; set; }

    internal ReconnectMedia Reconnection { get; }

    internal Composing Composing { get; }

    /// <summary>Whether the client tries to come back to it by itself, now that it has ended.</summary>
    internal bool IsComingBack { get; set; }

    /// <summary>Rings when the user did not decide on an invitation.</summary>
    internal Alarm Unanswered { get; }

    /// <summary>Who waits to hear whether the session is established.</summary>
    internal TaskCompletionSource<SessionOutcome>? Outcome { get; set; }

    /// <summary>What is run, once, when it has ended.</summary>
    internal List<Action> WhenEnded { get; } = [];

    /// <summary>Told when messages can flow; null for nobody.</summary>
    internal Action? WhenEstablished { get; init; }

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
        var users = ImAddress.Verify(addresses);
        return Client.Ask<ReferOutcome>(answer => AddUsers.Start(this, users, answer), cancellationToken);
    }

    /// <summary>Asks the server to remove these users from the session; done with its answer.</summary>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<ReferOutcome> RemoveAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken = default)
    {
        var users = ImAddress.Verify(addresses);
        return Client.Ask<ReferOutcome>(answer => RemoveUsers.Start(this, users, answer), cancellationToken);
    }

    /// <summary>
    /// Makes a group of this 1-1 session: the other party and these users are invited to it. The outcome is that of the group; this session ends
    /// (<see cref="SessionEnd.Moved"/>) when the other party has come over, and goes on where he does not, or where the group does not come about.
    /// The token gives the group up.
    /// </summary>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<SessionOutcome> ExtendAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken = default)
    {
        var users = ImAddress.Verify(addresses);
        return Client.StartAsync(answer => ExtendSession.Start(this, users, answer), cancellationToken);
    }

    /// <summary>Holds the session: the user may go on sending, and is sent no messages until <see cref="ResumeAsync"/>; they are not kept.</summary>
    public Task<ModifyOutcome> HoldAsync(CancellationToken cancellationToken = default) =>
        Client.Ask<ModifyOutcome>(answer => ModifySession.Start(this, hold: true, wrappedTypes: null, answer), cancellationToken);

    /// <summary>Goes on with a session that was held.</summary>
    public Task<ModifyOutcome> ResumeAsync(CancellationToken cancellationToken = default) =>
        Client.Ask<ModifyOutcome>(answer => ModifySession.Start(this, hold: false, wrappedTypes: null, answer), cancellationToken);

    /// <summary>Says which types of content are taken from now on, inside of CPIM.</summary>
    /// <param name="types">Media types such as <c>text/plain</c>; at least one.</param>
    /// <param name="cancellationToken">Ends the waiting; what was sent is not taken back.</param>
    /// <exception cref="ArgumentException">There is none, or one is no media type.</exception>
    public Task<ModifyOutcome> AcceptTypesAsync(IReadOnlyList<string> types, CancellationToken cancellationToken = default)
    {
        MediaTypes.Verify(types);
        if (types.Count == 0) throw new ArgumentException("Name at least one media type.", nameof(types));
        return Client.Ask<ModifyOutcome>(answer => ModifySession.Start(this, hold: null, [.. types], answer), cancellationToken);
    }

    /// <summary>
    /// Says a text; done when the server took it, or not. Up to 256 messages may wait for that at one time: what goes beyond is not sent, with status 408.
    /// </summary>
    public Task<SendOutcome> SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SendAsync("text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
    }

    /// <summary>
    /// Sends content of any type that the other end takes; done when the server took it, or not, and bounded as a text is. The token gives it up.
    /// </summary>
    /// <param name="contentType">What it is, with parameters.</param>
    /// <param name="content">The content; it stays as it is until the task is done.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">This is no media type.</exception>
    public Task<SendOutcome> SendAsync(string contentType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        MediaTypes.Verify(contentType);
        return SendAsync(answer => SendMessage.Send(this, contentType, content, answer), cancellationToken);
    }

    /// <summary>
    /// Sends content that is read while it is sent, as fast as the other end takes it; done when all of it was taken, or not. The token gives it
    /// up: the other end is told that the rest will not come. The stream stays the caller's.
    /// </summary>
    /// <param name="contentType">What it is, with parameters.</param>
    /// <param name="content">The content, from its present position.</param>
    /// <param name="length">How many octets of it are sent; null for all that a seekable stream has.</param>
    /// <param name="progress">Told how much was taken, of content longer than 64 KiB; <see cref="Progress"/> tells the same.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">This is no media type, the stream cannot be read, or the length is not given and not known.</exception>
    /// <exception cref="EndOfStreamException">The stream ended before the length; what it throws itself, and what <paramref name="progress"/> throws, comes through as well.</exception>
    public Task<SendOutcome> SendAsync(
        string contentType, Stream content, long? length = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        MediaTypes.Verify(contentType);
        var octets = ContentSource.Length(content, length);
        return SendAsync(answer => SendMessage.Send(this, contentType, content, octets, progress, answer), cancellationToken);
    }

    /// <summary>
    /// The user is typing: called with every key, it tells the others as seldom as RFC 3994 wants, and that the user stopped after 15 seconds
    /// without. Done when it has been noted; nothing is sent to who does not take it.
    /// </summary>
    public Task<bool> TypingAsync(CancellationToken cancellationToken = default) => Client.Ask<bool>(
        answer =>
        {
            Composing.Typed();
            answer.TrySetResult(true);
        },
        cancellationToken);

    /// <summary>For logs: with whom, and where it stands.</summary>
    public override string ToString() => $"{GroupIdentity ?? Peer ?? Identity ?? "nobody yet"} ({State})";

    void ISipSessionUser.OnRinging(SipSession session, SipResponse response) => StartSession.Ringing(this);

    void ISipSessionUser.OnAnswered(SipSession session, SipResponse response) => StartSession.Answered(this, response);

    bool ISipSessionUser.Follows(SipSession session, int status, NameAddr contact) => StartSession.Follows(status, contact);

    void ISipSessionUser.OnRefused(SipSession session, int status, SipResponse? response) => StartSession.Refused(this, status, response);

    void ISipSessionUser.OnConfirmed(SipSession session, SipRequest ack) => InvitedToSession.Confirmed(this);

    void ISipSessionUser.OnCancelled(SipSession session) => InvitedToSession.Cancelled(this);

    void ISipSessionUser.OnModify(SipSession session, IServerTransaction transaction) => ModifySession.Receive(this, transaction);

    void ISipSessionUser.OnModifyConfirmed(SipSession session, SipRequest ack) => ModifySession.Confirmed(this, ack);

    (string ContentType, byte[] Body) ISipSessionUser.Describe(SipSession session) => ("application/sdp", Leg!.LocalSdp);

    void ISipSessionUser.OnEnded(SipSession session, EndReason reason, SipRequest? bye) => SessionReleased.Receive(this, reason, bye);

    void ISipSessionUser.OnByeDone(SipSession session) => LeaveSession.Done(this);

    /// <summary>The session is over: its media closed, everybody who waits for it told, once.</summary>
    internal void End(SessionEnd reason, SessionFailure failure, int status, string text)
    {
        if (State == ImSessionState.Ended) return;
        State = ImSessionState.Ended;
        if (WasEstablished) Client.Identities.Keep(this);
        if (Sip.Dialog is { } dialog) Client.EndedDialogs.Add(dialog);
        ExtendSession.Ended(this);
        Unanswered.Cancel();
        Reconnection.Cancel();
        Composing.End();
        Leg?.Close();
        Conference?.End();
        if (Sip.State is SessionState.Ended or SessionState.Idle) Forget();
        Client.Tell(new Ended(this, reason, status, text) { IsComingBack = IsComingBack });
        Outcome?.TrySetResult(new SessionOutcome(this, failure, status, text));
        foreach (var action in WhenEnded) action();
        WhenEnded.Clear();
    }

    /// <summary>It goes on in another session; nobody comes back to this one.</summary>
    internal void EndMoved()
    {
        MovedTo = ReplacedBy ?? Extension;
        End(SessionEnd.Moved, SessionFailure.GivenUp, 0, "The talk goes on in the group.");
        if (Identity is { } identity) Client.Identities.Forget(identity);
    }

    /// <summary>Keeps who is asserted in the message that the other end's part of the dialog began with.</summary>
    internal void StoreAsserted(SipMessage message)
    {
        var asserted = new List<string>();
        foreach (var value in message.Headers(HeaderName.PAssertedIdentity))
        {
            if (NameAddr.TryParse(value, out var address)) asserted.Add(address.Uri.AddressKey());
        }

        AssertedPeer = asserted;
    }

    /// <summary>Whether the other end says that it supports an extension.</summary>
    internal bool Supports(string optionTag) => RemoteSupported?.Contains(optionTag, StringComparer.OrdinalIgnoreCase) == true;

    private Task<SendOutcome> SendAsync(Func<TaskCompletionSource<SendOutcome>, OutgoingMessage?> send, CancellationToken cancellationToken)
    {
        OutgoingMessage? message = null;
        return Client.Ask<SendOutcome>(answer => message = send(answer), cancellationToken, () =>
        {
            if (message is not null) Leg?.Abort(message);
        });
    }

    /// <summary>Nothing of the dialog is left to be answered.</summary>
    internal void Forget() => Client.Sessions.Remove(this);
}
