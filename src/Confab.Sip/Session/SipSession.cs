// One INVITE dialog usage, from the invitation to the BYE: RFC 3261 13 to 15. One file a procedure.
//
//   caller: Idle ─Connect─► Calling ─2xx/ACK─► Established ─Bye─► Leaving ─200─► Ended
//   callee: Idle ─Offer───► Offered ─Accept──► Accepted ─ACK─► Established ─BYE received─► Ended
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

[Clause("RFC 3261", "13")]
public sealed partial class SipSession
{
    private readonly IUserAgent _agent;
    private readonly ISipSessionUser _user;
    private readonly Func<Flow, string> _contact;

    /// <summary>A session that has neither invited nor been invited yet.</summary>
    /// <param name="agent">The program.</param>
    /// <param name="user">Who is told.</param>
    /// <param name="contact">Our Contact field on a flow: the name-addr with its header parameters.</param>
    public SipSession(IUserAgent agent, ISipSessionUser user, Func<Flow, string> contact)
    {
        _agent = agent;
        _user = user;
        _contact = contact;
        _repeatAccept = new Alarm(agent.Transactions.Mailbox, RepeatAccept);
        _noAck = new Alarm(agent.Transactions.Mailbox, OnNoAck);
        _refresh = new Alarm(agent.Transactions.Mailbox, Refresh);
        _expiry = new Alarm(agent.Transactions.Mailbox, Expire);
        if (agent.TimerTerms is { } terms) Timer = new SessionTimer(terms);
    }

    public SessionState State { get; private set; } = SessionState.Idle;

    /// <summary>The dialog; null until the first answer that makes one.</summary>
    public Dialog.Dialog? Dialog { get; private set; }

    /// <summary>Our tag in this session.</summary>
    public string LocalTag { get; private set; } = "";

    public string CallId { get; private set; } = "";

    /// <summary>Whether our INVITE made it: then its Call-ID is ours (RFC 3261 14.1).</summary>
    private bool IsCaller => _invitation is not null;

    private Mailbox Mailbox => _agent.Transactions.Mailbox;

    /// <summary>Whether a request with a To tag is for this session.</summary>
    public bool Owns(SipRequest request) => Dialog?.Owns(request) == true;

    /// <summary>A request inside the dialog, found by <see cref="Owns"/>; an older one than was seen is answered 500.</summary>
    /// <returns>False for a method that is not the session's: it is left to the caller.</returns>
    public bool TryTake(IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!Dialog!.TakeOrder(request))
        {
            Respond(transaction, StatusCode.ServerInternalError);
            return true;
        }

        if (request.Method == SipMethod.Bye) TakeBye(transaction);
        else if (request.Method == SipMethod.Invite) TakeModify(transaction);
        else return false;
        return true;
    }

    private void Respond(IServerTransaction transaction, int status, HeadersWriter? more = null, string reason = "") =>
        transaction.Respond(status, Compose(transaction, status, more, reason, null, default));

    private byte[] Compose(IServerTransaction transaction, int status, HeadersWriter? more, string reason, string? contentType, ReadOnlySpan<byte> body)
    {
        var method = transaction.Request.Method;
        var withContact = method == SipMethod.Invite && status is > 100 and < 300;
        return Transport.Reply.Compose(
            transaction.Request,
            transaction.Flow,
            status,
            LocalTag,
            (ref SipWriter writer) =>
            {
                if (withContact) writer.Header(HeaderName.Contact, _contact(transaction.Flow));
                if (status > 100) _agent.WriteResponseHeaders(ref writer, method, status);
                more?.Invoke(ref writer);
            },
            reason,
            contentType,
            body);
    }
}

public enum SessionState
{
    Idle,

    /// <summary>Our INVITE has no final response yet.</summary>
    Calling,

    /// <summary>The peer's INVITE waits for our answer.</summary>
    Offered,

    /// <summary>Our 2xx waits for its ACK.</summary>
    Accepted,

    Established,

    /// <summary>Our BYE is on its way.</summary>
    Leaving,

    Ended,
}
