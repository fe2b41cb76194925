using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Sip.Transaction;

/// <summary>What comes out of the transactions of one owner towards it.</summary>
public interface ITransactionUser
{
    /// <summary>A request that belongs to no pending transaction; it is answered through <paramref name="transaction"/>.</summary>
    void OnRequest(IServerTransaction transaction);

    /// <summary>An ACK of a 2xx: a transaction of its own that has no answer (RFC 3261 13.2.2.4).</summary>
    void OnAck(SipRequest ack, Flow flow);

    /// <summary>
    /// Whether this request ends something that the owner holds, so that it has room where no other has: to hear it makes more room.
    /// </summary>
    bool MakesRoom(SipRequest request) => false;

    /// <summary>No transaction is left; told in a letter of its own, after all that the last one brought about.</summary>
    void OnIdle();
}

/// <summary>All pending transactions of one owner; lives in its mailbox.</summary>
[Clause("RFC 3261", "17")]
public sealed class TransactionTable(Mailbox mailbox, SipTransport transport, ITransactionUser user, TimerValues? times = null)
{
    private readonly Dictionary<ClientKey, IClientTransaction> _clients = [];
    private readonly Dictionary<ServerKey, IServerTransaction> _servers = [];
    private IdleNotice? _idle;

    public Mailbox Mailbox => mailbox;

    public SipTransport Transport => transport;

    public TimerValues Times { get; } = times ?? TimerValues.Default;

    public int Count => _clients.Count + _servers.Count;

    /// <summary>The Call-IDs of all that is pending, some more than once.</summary>
    public IEnumerable<Text> CallIds => _servers.Values.Select(static s => s.Request.CallId).Concat(_clients.Values.Select(static c => c.Request.CallId));

    /// <summary>
    /// Whether <see cref="Limits.TransactionsPerOwner"/> allows one more of a peer. What we ask of others is not counted: it is bounded by the
    /// group, and a large one being invited or released must still be able to be left.
    /// </summary>
    public bool HasRoom => _servers.Count < mailbox.World.Limits.TransactionsPerOwner;

    public void OnResponse(SipResponse response, Flow flow)
    {
        if (_clients.TryGetValue(new ClientKey(response.TopVia.Branch, response.CSeq.Method), out var client)) client.OnResponse(response, flow);
    }

    public void OnRequest(SipRequest request, Flow flow)
    {
        var method = request.Method == SipMethod.Ack ? SipMethod.Invite : request.Method;
        var key = ServerKey.Of(request, method);
        if (_servers.TryGetValue(key, out var known))
        {
            known.OnRequest(request, flow);
            return;
        }

        if (request.Method == SipMethod.Ack) OnAck(request, flow);
        else if (transport.Repeat(request, flow)) TellIdle(); // its answer had been lost, or they crossed
        else if (Begin(request, flow) is { } server) user.OnRequest(server);
        else TellIdle(); // an owner made for it alone has nothing to live for
    }

    /// <summary>A transaction of a request that is new here; null when it has been refused: 503 without room, 482 where it came by another way already.</summary>
    public IServerTransaction? Begin(SipRequest request, Flow flow)
    {
        if ((!HasRoom && !user.MakesRoom(request)) || !transport.HasRoomFor(request, flow))
        {
            transport.RefuseOverload(request, flow);
            return null;
        }

        if (IsMerged(request, flow))
        {
            transport.Refuse(request, flow, StatusCode.LoopDetected);
            return null;
        }

        var replyFlow = transport.ReplyFlow(request, flow);
        IServerTransaction server = request.Method == SipMethod.Invite
            ? new InviteServer(this, request, flow, replyFlow)
            : new NonInviteServer(this, request, flow, replyFlow);
        _servers.Add(server.Key, server);
        return server;
    }

    /// <summary>The request, not answered yet, goes on elsewhere.</summary>
    public void Withdraw(IServerTransaction server) => Forget(server);

    /// <summary>
    /// The same request has come by another way (RFC 3261 8.2.2.2). One that was refused, as by a challenge, may come again with the CSeq it
    /// had: clients do that.
    /// </summary>
    [Clause("RFC 3261", "8.2.2.2")]
    private bool IsMerged(SipRequest request, Flow flow)
    {
        if (!request.ToTag.IsEmpty || request.Method == SipMethod.Cancel) return false;
        var identity = RequestIdentity.Of(request);
        foreach (var server in _servers.Values)
        {
            if (!server.WasRefused && server.Identity == identity) return true;
        }

        return !flow.IsReliable && transport.Answered.IsCopy(identity);
    }

    /// <summary>The INVITE that a CANCEL means (RFC 3261 9.2): same branch and sent-by. No other request can be cancelled (9.1).</summary>
    public IServerTransaction? FindCancelled(SipRequest cancel) =>
        _servers.GetValueOrDefault(ServerKey.Of(cancel, SipMethod.Invite));

    /// <summary>Sends a request, whole, in a transaction of its own.</summary>
    public void Send(byte[] bytes, Flow flow, IClientTransactionUser sender)
    {
        var request = SipParser.ParseOwnRequest(bytes);
        var key = new ClientKey(request.TopVia.Branch, request.Method);
        if (request.Method == SipMethod.Invite)
        {
            var invite = new InviteClient(this, request, bytes, flow, sender);
            _clients.Add(key, invite);
            invite.Start();
        }
        else
        {
            var other = new NonInviteClient(this, request, bytes, flow, sender);
            _clients.Add(key, other);
            other.Start();
        }
    }

    /// <summary>Nothing more is heard of a request of ours, were it answered yet (RFC 3261 9.1).</summary>
    internal void Abandon(SipRequest request)
    {
        if (_clients.TryGetValue(new ClientKey(request.TopVia.Branch, request.Method), out var client)) client.Gone();
    }

    /// <summary>Lets go of a request that is answered without a transaction (RFC 3261 8.2.7); one that was answered already stays.</summary>
    public void LetGo(IServerTransaction server)
    {
        if (!server.HasFinal) Forget(server);
    }

    internal void OnAck(SipRequest ack, Flow flow) => user.OnAck(ack, flow);

    internal void ForgetClient(SipRequest request)
    {
        if (_clients.Remove(new ClientKey(request.TopVia.Branch, request.Method))) TellIdle();
    }

    internal void Forget(IServerTransaction server)
    {
        if (_servers.Remove(server.Key)) TellIdle();
    }

    private void TellIdle()
    {
        if (Count == 0) (_idle ??= new IdleNotice(this)).Post();
    }

    private void TellUserIdle() => user.OnIdle();

    private sealed class IdleNotice(TransactionTable table) : Letter
    {
        private bool _onTheWay;

        public void Post()
        {
            if (_onTheWay) return;
            _onTheWay = true;
            table.Mailbox.Post(this);
        }

        protected override void Deliver()
        {
            _onTheWay = false;
            if (table.Count == 0) table.TellUserIdle();
        }
    }
}
