using Confab.Runtime;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Server.Owners;

/// <summary>
/// An owner: one mailbox with the transactions of one Call-ID family, and the IM session that may live in it. Everything below is
/// reached inside the mailbox alone.
/// </summary>
internal sealed class Conversation : ITransactionUser, IUserAgent
{
    private readonly CallIds _callIds;
    private int _held;
    private List<DocumentSubscription>? _subscriptions; // most owners have none
    private bool _ended;

    /// <summary>Nothing is pending in it yet.</summary>
    /// <param name="node">The server.</param>
    /// <param name="key">What it is found by.</param>
    /// <param name="mailbox">Where it lives; null for one of its own.</param>
    public Conversation(Node node, Text key, Mailbox? mailbox = null)
    {
        Node = node;
        Mailbox = mailbox ?? new Mailbox(node.World);
        Transactions = new TransactionTable(Mailbox, node.Transport, this);
        _callIds = new CallIds(this);
        _callIds.Add(key);
    }

    public Node Node { get; }

    public Mailbox Mailbox { get; }

    public TransactionTable Transactions { get; }

    /// <summary>The IM session of this owner, while it lives.</summary>
    public Focus? Focus { get; set; }

    /// <summary>The subscription in whose dialog this request is.</summary>
    public Subscription? FindSubscription(SipRequest request) => Focus?.Subscriptions.Find(request) ?? (Subscription?)_subscriptions?.Find(s => s.Owns(request));

    public void Add(DocumentSubscription subscription) => (_subscriptions ??= []).Add(subscription);

    public void Remove(DocumentSubscription subscription)
    {
        _subscriptions?.Remove(subscription);
        EndWhenDone();
    }

    Credentials? IUserAgent.Credentials => null;

    SipUri? IUserAgent.OutboundProxy => Node.OutboundProxy;

    SessionTimerTerms? IUserAgent.TimerTerms => Node.TimerTerms;

    Location? IUserAgent.Locate(SipUri target) => Node.LocateDevice(target);

    /// <summary>A message that the router found to be ours.</summary>
    public void Take(SipMessage message, Flow flow)
    {
        if (message is SipResponse response)
        {
            Transactions.OnResponse(response, flow);
            return;
        }

        var request = (SipRequest)message;
        if (_ended) TakeElsewhere(request, flow);
        else
        {
            if (request.Method != SipMethod.Register && Transactions.HasRoom) _callIds.Add(request.CallId);
            Transactions.OnRequest(request, flow);
        }
    }

    /// <summary>It ended while this was on its way: the next owner is made.</summary>
    private void TakeElsewhere(SipRequest request, Flow flow)
    {
        Node.Router.Forget(request.CallId, this);
        Node.Router.OnRequest(request, flow);
    }

    /// <summary>
    /// An INVITE to the group goes on at the owner of its session, which has a mailbox of its own: there it is a transaction as if it had come
    /// there. Only who is proven gets so far, so that no stranger fills that mailbox.
    /// </summary>
    public void HandOver(IServerTransaction transaction, Originator originator, Conversation to)
    {
        var (request, flow) = (transaction.Request, transaction.Flow);
        Transactions.Withdraw(transaction);
        Node.Router.Move(request.CallId, this, to);
        to.Mailbox.Post(() => to.TakeOver(request, flow, originator));
    }

    private void TakeOver(SipRequest request, Flow flow, Originator originator)
    {
        if (_ended || Focus is not { IsReleased: false, Group: { } group } || Node.Groups.Find(request.RequestUri)?.Identity != group.Identity)
        {
            TakeElsewhere(request, flow); // its session ended meanwhile, or never came to be
            return;
        }

        _callIds.Add(request.CallId);
        if (Transactions.Begin(request, flow) is { } transaction) JoinGroupSession.Run(Focus, transaction, originator);
    }

    /// <summary>The Call-IDs of all transactions and dialogs, some more than once.</summary>
    public IEnumerable<Text> CallIdsInUse =>
        Transactions.CallIds.Concat(Focus is null ? [] : Focus.CallIdsInUse).Concat((_subscriptions ?? []).Select(static s => Text.Of(s.Notifier.Dialog?.CallId ?? "")));

    void ITransactionUser.OnRequest(IServerTransaction transaction) => ReceiveRequest.Run(this, transaction);

    void ITransactionUser.OnAck(SipRequest ack, Flow flow) => Focus?.Find(ack)?.Session.TakeAck(ack, flow);

    // A member's BYE, once: then he is gone, and what else comes from him finds no dialog.
    bool ITransactionUser.MakesRoom(SipRequest request) => request.Method == SipMethod.Bye && Focus?.Find(request) is not null;

    void ITransactionUser.OnIdle() => EndWhenDone();

    /// <summary>A Call-ID for an invitation of ours, known to the router before it leaves.</summary>
    public string NewCallId()
    {
        var callId = Node.World.Ids.Token(100);
        _callIds.Add(Text.Of(callId));
        return callId;
    }

    /// <summary>Answers a request that belongs to no session.</summary>
    public void Answer(IServerTransaction transaction, int status, HeadersWriter? more = null, string reason = "")
    {
        var method = transaction.Request.Method;
        var response = Reply.Compose(
            transaction.Request,
            transaction.Flow,
            status,
            Node.World.Ids.Token(40),
            (ref SipWriter writer) =>
            {
                if (status > StatusCode.Trying) WriteResponseHeaders(ref writer, method, status);
                more?.Invoke(ref writer);
            },
            reason);
        transaction.Respond(status, response);
    }

    /// <summary>
    /// Answers one who has not proven who he is: once, and nothing is kept. A source address can be forged, and an answer that is repeated until
    /// its ACK comes would be a flood on whom it names (RFC 3261 26.3.2.4); nor does anybody fill our tables so.
    /// </summary>
    [Clause("RFC 3261", "26.3.2.4")]
    public void AnswerOnce(IServerTransaction transaction, int status, HeadersWriter? more = null, string reason = "")
    {
        var request = transaction.Request;
        Transactions.LetGo(transaction);
        Node.Transport.AnswerOnce(request, transaction.Flow, status, reason, (ref SipWriter writer) =>
        {
            WriteResponseHeaders(ref writer, request.Method, status);
            more?.Invoke(ref writer);
        });
    }

    public void WriteRequestHeaders(ref SipWriter writer, SipMethod method) => ServerHeaders.WriteRequest(ref writer, method);

    public void WriteResponseHeaders(ref SipWriter writer, SipMethod method, int status) => ServerHeaders.WriteResponse(ref writer, method, status);

    /// <summary>Something goes on here that may have no transaction for a while; <see cref="Release"/> when it is over.</summary>
    public void Hold() => _held++;

    public void Release()
    {
        if (--_held == 0 && Transactions.Count == 0) Mailbox.Post(EndWhenDone);
    }

    /// <summary>Leaves the tables when nothing is pending, and no session and no subscription lives here.</summary>
    public void EndWhenDone()
    {
        if (_ended || _held > 0 || Focus is not null || _subscriptions is { Count: > 0 } || Transactions.Count > 0) return;
        _ended = true;
        _callIds.Clear();
    }
}
