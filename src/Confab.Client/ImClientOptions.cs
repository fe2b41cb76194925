using System.Net;
using Confab.Runtime;
using Confab.Sip.Transport;

namespace Confab.Client;

/// <summary>Who the user is, where the server is, and what the client does without asking. Only <see cref="Address"/> must be given.</summary>
public sealed class ImClientOptions
{
    /// <summary>The user's IM Address, <c>sip:alice@example.com</c>.</summary>
    public required string Address { get; init; }

    /// <summary>The user's password, for digest authentication; the user name is the user part of <see cref="Address"/>, or <see cref="ImsProfile.PrivateIdentity"/>.</summary>
    public string Password { get; init; } = "";

    /// <summary>HOST or HOST:PORT of the server, or of the proxy on the way to it; without a port SIP's own, 5060. Default: <c>127.0.0.1:5060</c>.</summary>
    public string Server { get; init; } = "127.0.0.1:5060";

    /// <summary>What is different where the core behind the server is an IMS; null for plain SIP (COM-IMS-1, COM-IMS-3).</summary>
    public ImsProfile? Ims { get; init; }

    /// <summary>How SIP goes to the server: UDP or TCP. Default: TCP.</summary>
    public Transport Transport { get; init; } = Transport.Tcp;

    /// <summary>The local address for SIP over UDP; the loopback address where it is null. Over TCP it is not used: the connection has one.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>The user's name, which others are shown beside the address; null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where ad-hoc groups are started; <c>conference-factory</c> at the user's domain where it is null.</summary>
    public string? ConferenceFactory { get; init; }

    /// <summary>Where messages to several users without a session go; <c>im-exploder</c> at the user's domain where it is null.</summary>
    public string? Exploder { get; init; }

    /// <summary>MAX-ADHOC-GROUP-SIZE: more invitees than this are not sent (IMC-ADHOC-4). Default: 100.</summary>
    public int MaxAdhocGroupSize { get; init; } = 100;

    /// <summary>Adds users without asking for <see cref="ReferProgress"/> (<c>norefersub</c>, RFC 4488): the roster alone tells who came (IMC-ADD-3b).</summary>
    public bool SuppressReferSubscription { get; init; }

    /// <summary>Adds and removes users outside the session's dialog, as RFC 7647 4 has it, rather than inside (IMC-ADD-6).</summary>
    public bool OutOfDialogRefer { get; init; }

    /// <summary>
    /// Starts and accepts sessions without naming the user to the others, where the call does not say otherwise. The server may refuse it, with 403.
    /// </summary>
    public bool Anonymous { get; init; }

    /// <summary>
    /// How many sessions the user has at one time, those that ring included; at least 1, which is one alone. Beyond it an invitation is answered 486,
    /// and nothing is sent for a session of the user's own (IMC-SIM-1). Default: 64.
    /// </summary>
    public int MaxSimultaneousSessions { get; init; } = 64;

    /// <summary>Sessions, invitations, and those that are being left; beyond it an invitation is answered 480 (IMC-TERM-1b). Default: 64.</summary>
    public int MaxSessions { get; init; } = 64;

    /// <summary>How long a session can be rejoined after it was left, released or lost (IMC-REJOIN-KEEP). Default: 10 minutes.</summary>
    public TimeSpan SessionIdentityRetention { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Accepts each invitation by itself: <see cref="Established"/> follows <see cref="Invited"/> (IMC-INV-AUTO). Default: no.</summary>
    public bool AutoAccept { get; init; }

    /// <summary>
    /// Takes large messages without asking, as messages are taken (IMC-LMM-5): of the types of <see cref="AcceptWrappedTypes"/>, up to
    /// <see cref="MaxMessageSize"/>. Default: yes.
    /// </summary>
    public bool AcceptLargeMessages { get; init; } = true;

    /// <summary>Subscribes to who is in a group session as soon as it is established (C-35). Default: yes.</summary>
    public bool SubscribeToConference { get; init; } = true;

    /// <summary>
    /// Takes the users of a partial notification that says nothing of their state for changes, as some servers mean it, though the schema has
    /// it that they are all there is (C-60b).
    /// </summary>
    public bool LenientPartialUsers { get; init; }

    /// <summary>
    /// Tells the inviter that the user is being asked (180), until <see cref="ImSession.AcceptAsync"/> or <see cref="ImSession.DeclineAsync"/> (IMC-INV-RING).
    /// Default: yes.
    /// </summary>
    public bool Ring { get; init; } = true;

    /// <summary>How long an invitation waits for the user, in seconds; then it is answered 480. Default: 180.</summary>
    public int RingSeconds { get; init; } = 180;

    /// <summary>
    /// The session interval that is asked for, in seconds (RFC 4028): half of it later one side refreshes the session, and where nobody does it
    /// ends. At least 90; 0 asks for none, and keeps what the other side wants. Default: 1800.
    /// </summary>
    public int SessionTimerSeconds { get; init; } = 1800;

    /// <summary>
    /// Octets of a whole request in pager mode: its headers take some 500 to 900, a list of recipients 350 and 60 more for each. Beyond 1,300 only where
    /// every hop to the recipients is known to control congestion, as with TCP throughout a network of one operator (RFC 3428 8). Default: 1300.
    /// </summary>
    public int MaxPageSize { get; init; } = SipTransport.LargestDatagramRequest;

    /// <summary>The local address and port where connections for messages (MSRP) are taken; null for a client that only opens them, which works behind a NAT (D-14).</summary>
    public IPEndPoint? MsrpListener { get; init; }

    /// <summary>What is taken as the body of a message; <c>message/cpim</c> comes first (IMC-SDP-3). Default: <c>message/cpim</c> and <c>text/plain</c>.</summary>
    public IReadOnlyList<string> AcceptTypes { get; init; } = ["message/cpim", "text/plain"];

    /// <summary>
    /// What is taken inside of CPIM (IMC-SDP-4); <c>*</c> for all. Who answers chooses from what was offered (IMC-INV-3b), so it holds what is to be
    /// sent as well. Default: text and what tells of typing and delivery.
    /// </summary>
    public IReadOnlyList<string> AcceptWrappedTypes { get; init; } = ["text/plain", "application/im-iscomposing+xml", "message/imdn+xml"];

    /// <summary>
    /// What the client asks others to tell of the messages it sends in CPIM (RFC 5438): it comes as <see cref="Delivered"/>,
    /// <see cref="Displayed"/>, or <see cref="Undelivered"/> with <see cref="Undelivered.From"/>. A user without a name does not ask, nor a client
    /// that does not take <c>message/imdn+xml</c>. Default: all.
    /// </summary>
    public DispositionNotifications AskNotifications { get; init; } = DispositionNotifications.All;

    /// <summary>
    /// What the client tells others of theirs, where they ask: delivery by itself, display when the program says so
    /// (<see cref="MessageReceived.DisplayedAsync"/>). Programs should let their users decide (RFC 5438 14.2). Default: all.
    /// </summary>
    public DispositionNotifications GiveNotifications { get; init; } = DispositionNotifications.All;

    /// <summary>
    /// Members of a group, the user included, up to which its messages ask and are answered: every member tells of every message. Beyond it, where
    /// it is not known who is there, and where the group does not let its members speak to one alone, nothing is asked or told. Default: 20.
    /// </summary>
    public int NotificationsUpTo { get; init; } = 20;

    /// <summary>Largest message taken, in octets, and told to the peer as <c>a=max-size</c>. Default: 10 MiB.</summary>
    public int MaxMessageSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>
    /// Messages longer than this, in octets, come as <see cref="ContentReceived"/> while they are on their way: at once where they say how long they are,
    /// else when that much has come. Null: all come whole.
    /// </summary>
    public int? StreamOver { get; init; }

    /// <summary>The lifetime asked for when registering, in seconds; the server may shorten it. Default: 3600.</summary>
    public int RegistrationSeconds { get; init; } = 3600;

    /// <summary>
    /// Seconds between keep-alives on the connection to the server (RFC 5626 4.4.1 has 95 to 120); 0: none. A server that has answered one and
    /// does not answer another in 10 seconds is gone: the client connects and registers anew. Default: 100.
    /// </summary>
    public int KeepAliveSeconds { get; init; } = 100;

    /// <summary>
    /// Comes back by itself to group sessions whose connection was lost, while <see cref="SessionIdentityRetention"/> lasts.
    /// <see cref="ImSession.LeaveAsync"/> of the ended session makes it stop trying. Default: yes.
    /// </summary>
    public bool RejoinLostSessions { get; init; } = true;

    /// <summary>Events kept for a reader who does not keep up; beyond it the oldest are lost. Default: 4096.</summary>
    public int EventsKept { get; init; } = 4096;

    /// <summary>Octets of message content kept in such events; beyond it the oldest events are lost, and with them a flood of large messages. Default: 64 MiB.</summary>
    public int EventOctetsKept { get; init; } = 64 * 1024 * 1024;

    /// <summary>What is out of range is misuse, and said before anything is sent.</summary>
    internal void Verify()
    {
        ArgumentNullException.ThrowIfNull(Password);
        ArgumentNullException.ThrowIfNull(Server);
        AtLeast(1, MaxAdhocGroupSize);
        AtLeast(1, MaxSimultaneousSessions);
        AtLeast(1, MaxSessions);
        AtLeast(1, RingSeconds);
        AtLeast(1, MaxMessageSize);
        AtLeast(1, MaxPageSize);
        AtLeast(1, RegistrationSeconds);
        AtLeast(1, EventsKept);
        AtLeast(1, EventOctetsKept);
        AtLeast(0, KeepAliveSeconds);
        AtLeast(0, SessionTimerSeconds);
        AtLeast(0, StreamOver ?? 0, nameof(StreamOver));
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionIdentityRetention, TimeSpan.Zero);
        MediaTypes.Verify(AcceptTypes);
        MediaTypes.Verify(AcceptWrappedTypes);
        if (AcceptTypes.Count == 0) throw new ArgumentException("AcceptTypes names nothing: no message could come in.", nameof(AcceptTypes));
        Ims?.Verify();
    }

    private static void AtLeast(int least, int value, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = "") =>
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
}
