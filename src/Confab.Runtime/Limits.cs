namespace Confab.Runtime;

/// <summary>
/// Every bound of the system with its number and the reason for it; keys under <c>Limits</c> in the configuration.
/// Exceeding one ends in a clear protocol error, never in growth.
/// </summary>
public sealed class Limits
{
    /// <summary>Largest SIP message over a stream, start line and headers, in bytes. Real requests of IMS cores stay under 16 KiB.</summary>
    public int SipHeaderBytes { get; set; } = 64 * 1024;

    /// <summary>Largest SIP body over a stream, in bytes. Resource lists of a thousand users fit; answered 413 above.</summary>
    public int SipBodyBytes { get; set; } = 256 * 1024;

    /// <summary>Header fields in one SIP message. The longest torture message (RFC 4475) has 57.</summary>
    public int SipHeaderCount { get; set; } = 128;

    /// <summary>Live owners (one per conversation or IM session); beyond it new ones get 503 with Retry-After.</summary>
    public int Owners { get; set; } = 250_000;

    /// <summary>
    /// Requests of peers that one owner may have pending; beyond it 503, except to a BYE of a member. Our own requests are bounded by the
    /// group, and every member's best device is invited; further devices are while fewer than so many transactions are pending.
    /// </summary>
    public int TransactionsPerOwner { get; set; } = 4_096;

    /// <summary>
    /// Bytes of answers to requests over UDP that are remembered for 32 s, in case the request is repeated (RFC 3261 17.2.2); beyond it new ones get
    /// 503. 10,000 requests a second of usual size.
    /// </summary>
    public int AnsweredBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Letters waiting in one mailbox; beyond it SIP gets 503 and an MSRP flow stops being read.</summary>
    public int MailboxLetters { get; set; } = 16_384;

    /// <summary>Letters that one run of a mailbox delivers before it lets others run.</summary>
    public int LettersPerTurn { get; set; } = 256;

    /// <summary>Bytes of an MSRP head (start line to the empty line). A path of eight relays fits.</summary>
    public int MsrpHeadBytes { get; set; } = 8 * 1024;

    /// <summary>Bytes queued towards one connection that does not read; beyond it a group member loses that message, a 1-1 sender waits.</summary>
    public int QueuedBytesPerFlow { get; set; } = 1024 * 1024;

    /// <summary>Seconds without progress after which a connection with queued bytes is dropped (D-09).</summary>
    public int StalledFlowSeconds { get; set; } = 30;

    /// <summary>Bytes kept for a member whose MSRP leg is not bound yet; later messages are not kept for him.</summary>
    public int UnboundLegBytes { get; set; } = 256 * 1024;

    /// <summary>Connections from one address. Behind a NAT or a proxy sits a whole site.</summary>
    public int ConnectionsPerAddress { get; set; } = 20_000;

    /// <summary>
    /// Bytes of buffers that hold what has come from one address and is no whole message yet; beyond it the connection that wants more is closed.
    /// A thousand bodies of 256 KiB at once; a connection whose messages come whole holds nothing here.
    /// </summary>
    public int HeldBytesPerAddress { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// Seconds for a SIP message on a connection to come whole, from its first byte on; then the connection is closed. Its sender has given the
    /// request up after 32.
    /// </summary>
    public int WholeMessageSeconds { get; set; } = 60;

    /// <summary>
    /// Connections of ours that are being made at once; beyond it the peer counts as unreachable. Where they lead is the peers' to say (Contact,
    /// Path, MSRP path), and each that nobody answers holds a socket for ten seconds. Twice the members of the largest group.
    /// </summary>
    public int ConnectsUnderWay { get; set; } = 20_000;

    /// <summary>Host names of peers that are being looked up at once; beyond it they count as unknown. Each holds a thread of the program.</summary>
    public int LookupsUnderWay { get; set; } = 64;

    /// <summary>Seconds until a new connection must have sent its first byte.</summary>
    public int FirstByteSeconds { get; set; } = 60;

    /// <summary>
    /// Seconds without a byte from the peer after which a SIP connection is closed. Longer than the longest registration, so that nobody who
    /// can be reached through it loses it. An MSRP connection lives as long as a session on it.
    /// </summary>
    public int IdleConnectionSeconds { get; set; } = 3 * 60 * 60;

    /// <summary>Seconds for an MSRP leg to be bound after its session was agreed.</summary>
    public int MsrpBindSeconds { get; set; } = 60;

    /// <summary>Seconds that an invitation of ours waits for its answer before it is cancelled. People need this long to reach for a phone.</summary>
    public int InviteAnswerSeconds { get; set; } = 180;

    /// <summary>
    /// 2xx of different devices that one invitation of ours gets acknowledged, where a proxy forks it; the others are passed over. More devices
    /// of one user do not answer in the same second.
    /// </summary>
    public int AnswersPerInvite { get; set; } = 32;

    /// <summary>Messages that one member may have open at once in chunks; the oldest is aborted for a newer one.</summary>
    public int OpenMessagesPerLeg { get; set; } = 16;

    /// <summary>
    /// Sessions that one user is in or is starting, on all his devices; beyond it he is busy: 486 to him, and to who invites him. A person has some tens,
    /// a bot or a gateway hundreds; without it one account could take every owner there is.
    /// </summary>
    public int SessionsPerUser { get; set; } = 1_000;

    /// <summary>
    /// Legs of one user that may be on their way out of a session while he comes in, or is invited, by another; beyond it 503. Who loses his
    /// network often does not lose it five times in the half minute that a BYE without an answer takes.
    /// </summary>
    public int LeavingLegsPerUser { get; set; } = 4;

    /// <summary>Bytes of the list of fellow invitees in an invitation, about 200 of them; a longer one is left out, since it is optional.</summary>
    public int HistoryListBytes { get; set; } = 16 * 1024;

    /// <summary>Entries of one resource list before flattening; beyond it 400.</summary>
    public int ListEntries { get; set; } = 10_000;

    /// <summary>
    /// Bytes of one message in pager mode, without the list of its recipients; beyond it 413. Clients send 1,300 with all headers at the most (RFC 3428
    /// 8), and what is larger as a large message; networks of TCP alone send some more.
    /// </summary>
    public int PageBytes { get; set; } = 16 * 1024;

    /// <summary>Users whom one message to the exploder names; beyond it 486. As many as nobody writes to by hand.</summary>
    public int PageRecipients { get; set; } = 1_000;

    /// <summary>
    /// Copies of one message to many that are on their way at once; the next one leaves when one is answered. It bounds what the message takes,
    /// however large the group: a device that is gone holds its copy for 32 s.
    /// </summary>
    public int PageCopiesAtOnce { get; set; } = 64;

    /// <summary>
    /// Copies of messages in pager mode of one sender that are on their way at once; beyond it 503 with Retry-After. A person has one or two, and a
    /// message to a large group 64; a gateway has thousands.
    /// </summary>
    public int PageCopiesPerSender { get; set; } = 4_096;

    /// <summary>The same of all senders together, some 300 MB; beyond it 503 with Retry-After.</summary>
    public int PageCopies { get; set; } = 100_000;

    /// <summary>Members of a pre-defined group, its external lists included; those beyond are no members. As many as an ad-hoc session can have.</summary>
    public int GroupMembers { get; set; } = 10_000;

    /// <summary>Participants of a pre-defined group whose document sets no max-participant-count; beyond it 486.</summary>
    public int GroupParticipants { get; set; } = 10_000;

    /// <summary>Users whom one session remembers, those who left included: twice the largest group; 486 to a REFER that names more.</summary>
    public int RosterEntries { get; set; } = 20_000;

    /// <summary>REFERs to one session whose senders wait for NOTIFY; beyond it 503. As many as a group that adds users one by one rings at once.</summary>
    public int ReferSubscriptions { get; set; } = 1_000;

    /// <summary>Subscriptions to the state of one session: two for each member of the largest group; beyond it 503.</summary>
    public int SubscriptionsPerSession { get; set; } = 20_000;

    /// <summary>
    /// Subscriptions of one user to the state of one session: one a device, and those of lost devices that have not expired; beyond it 503.
    /// </summary>
    public int SubscriptionsPerUser { get; set; } = 8;

    /// <summary>
    /// Bytes of one document in a NOTIFY, about; a roster that needs more is told in several. It fits a datagram and the message limits of
    /// clients; about 150 users.
    /// </summary>
    public int NotifyBodyBytes { get; set; } = 48 * 1024;

    /// <summary>Bindings of one address of record; beyond it 503 to the REGISTER.</summary>
    public int BindingsPerAddress { get; set; } = 16;

    /// <summary>REGISTERs that may wait for the one before them on the same address; beyond it 503. More devices than that do not start at once.</summary>
    public int RegistersPerAddress { get; set; } = 32;

    /// <summary>Wrong passwords in a row from one address for one user; with the last the user is refused from there for a time (403).</summary>
    public int WrongAnswers { get; set; } = 3;

    /// <summary>Seconds in which wrong passwords count as a row, and for which the user is then refused: three guesses a minute find no password.</summary>
    public int WrongAnswerSeconds { get; set; } = 60;

    /// <summary>
    /// Users with a wrong password from one address (of IPv6: one /64) within that time; beyond it nobody else is let in from there until some of
    /// them are forgotten. Who goes through names is stopped so; a site behind one address has fewer who mistype in a minute.
    /// </summary>
    public int WrongUsersPerAddress { get; set; } = 256;

    /// <summary>Pairs of address and user whose wrong passwords are remembered; those who are refused are forgotten last.</summary>
    public int WrongAnswerPairs { get; set; } = 16_384;

    /// <summary>Nonces of one generation with counts in use, about 10 MB; beyond it the generation before is forgotten and its answers are stale.</summary>
    public int NoncesInUse { get; set; } = 65_536;

    /// <summary>Bytes of one XCAP document: a group of some 2,500 members; answered 413 above.</summary>
    public int DocumentBytes { get; set; } = 256 * 1024;

    /// <summary>Elements within one another in an XCAP document; the rules of a group need eight, lists within lists some more; 409 beyond it.</summary>
    public int DocumentDepth { get; set; } = 32;

    /// <summary>XCAP documents of one user, all of them held in memory; beyond it 409. More groups than that nobody looks after by hand.</summary>
    public int DocumentsPerUser { get; set; } = 100;

    /// <summary>Changes of one user's XCAP documents that may wait for the one before them; beyond it 503. Nobody writes from more programs at once.</summary>
    public int ChangesPerHome { get; set; } = 64;

    /// <summary>Documents, folders and nodes that one xcap-diff subscription names; 413 to more. A client watches its own documents by their folder.</summary>
    public int DocumentReferences { get; set; } = 100;

    /// <summary>xcap-diff subscriptions of one user: two a device, and those of lost devices that have not expired; beyond it 503.</summary>
    public int DocumentSubscriptionsPerUser { get; set; } = 32;

    /// <summary>Requests waiting for one store lane; beyond it the request is refused with 503.</summary>
    public int StoreLaneRequests { get; set; } = 65_536;
}
