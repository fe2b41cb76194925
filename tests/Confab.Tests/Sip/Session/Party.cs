using System.Net;
using Confab.Runtime;
using Confab.Sim;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Tests.Sip;

/// <summary>A small user agent on the simulated network: one transport, one owner, any number of sessions, and a list of what it was told.</summary>
internal sealed class Party : ISipReceiver, ITransactionUser, IUserAgent, ISipSessionUser, IClientTransactionUser
{
    private readonly SimWorld _sim;
    private readonly string _name;

    public Party(SimWorld sim, string name, string address, ulong seed, Limits? limits = null, bool udp = true, bool tcp = true)
    {
        _sim = sim;
        _name = name;
        World = sim.Host(address, seed, limits);
        Mailbox = new Mailbox(World);
        Transport = new SipTransport(World, this, "Confab");
        Transactions = new TransactionTable(Mailbox, Transport, this);
        if (udp) Transport.Listen(Confab.Runtime.Transport.Udp, new IPEndPoint(IPAddress.Parse(address), 5060));
        if (tcp) Transport.Listen(Confab.Runtime.Transport.Tcp, new IPEndPoint(IPAddress.Parse(address), 5060));
    }

    public World World { get; }

    public Mailbox Mailbox { get; }

    public SipTransport Transport { get; }

    public TransactionTable Transactions { get; }

    public Credentials? Credentials { get; set; }

    public SipUri? OutboundProxy { get; set; }

    public SessionTimerTerms? TimerTerms { get; set; }

    /// <summary>Whether its messages say that it knows session timers.</summary>
    public bool SaysTimer { get; set; }

    /// <summary>What came up from below, in a word each.</summary>
    public List<string> Told { get; } = [];

    /// <summary>When each of them did.</summary>
    public List<TimeSpan> ToldAt { get; } = [];

    public List<SipSession> Sessions { get; } = [];

    public SipSession Session => Sessions[^1];

    /// <summary>Requests that no session took.</summary>
    public List<IServerTransaction> Requests { get; } = [];

    public List<Flow> LostFlows { get; } = [];

    public IServerTransaction? Modify { get; private set; }

    /// <summary>What to do with an offer; nothing when null.</summary>
    public Action<SipSession>? Offered { get; set; }

    /// <summary>Whether requests outside sessions only go to <see cref="Requests"/>, INVITE and CANCEL too.</summary>
    public bool IsRaw { get; set; }

    /// <summary>Nothing is left: no transaction, no alarm.</summary>
    public bool IsAtRest => Transactions.Count == 0 && World.Timers.Count == 0;

    /// <summary>Does it inside the owner's turn, and lets the world settle.</summary>
    public void Do(Action action)
    {
        Mailbox.Post(action);
        _sim.Run();
    }

    /// <summary>Invites from a new session.</summary>
    public SipSession Invite(string uri, HeadersWriter? more = null, int bodyLength = 5, Flow? flow = null)
    {
        var session = NewSession();
        Do(() => session.Connect(new Invitation(uri, $"sip:{_name}@example.com", "sip:bob@example.com", "text/plain", new byte[bodyLength], more, flow)));
        return session;
    }

    /// <summary>Sends a request of its own in a transaction; what becomes of it goes to <see cref="Told"/>.</summary>
    public void Send(SipMethod method, Flow flow) => Do(() => Transactions.Send(Compose(method, flow), flow, this));

    public byte[] Compose(SipMethod method, Flow flow)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        writer.Request(method, "sip:bob@10.0.0.2");
        writer.Header(HeaderName.Via, Transport.Via(flow, Transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, 70);
        writer.Address(HeaderName.From, "sip:alice@example.com", "a1");
        writer.Address(HeaderName.To, "sip:bob@example.com", "");
        writer.Header(HeaderName.CallId, "call-1");
        writer.CSeq(1, method);
        writer.NoBody();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Answers a request outside a session.</summary>
    public void Answer(IServerTransaction transaction, int status, HeadersWriter? more = null) =>
        Do(() => transaction.Respond(status, Reply.Compose(transaction.Request, transaction.Flow, status, "b1", more)));

    public Flow Reach(string uri, int size = 0)
    {
        Flow? found = null;
        var answered = false;
        if (!SipUri.TryParse(uri, out var parsed)) throw new ArgumentException(uri, nameof(uri));
        Do(() => Transport.Reach(parsed, size, Mailbox, flow => (found, answered) = (flow, true)));
        if (!answered) throw new InvalidOperationException("Not reached at this instant.");
        return found!;
    }

    void ISipReceiver.OnRequest(SipRequest request, Flow flow) => Mailbox.Post(() => Transactions.OnRequest(request, flow));

    void ISipReceiver.OnResponse(SipResponse response, Flow flow) => Mailbox.Post(() => Transactions.OnResponse(response, flow));

    void ISipReceiver.OnFlowClosed(Flow flow) => LostFlows.Add(flow);

    void ITransactionUser.OnRequest(IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (IsRaw) Requests.Add(transaction);
        else if (request.Method == SipMethod.Cancel) TakeCancel(transaction);
        else if (Sessions.Find(s => s.Owns(request)) is { } session)
        {
            if (!session.TryTake(transaction)) Requests.Add(transaction);
        }
        else if (request.Method == SipMethod.Invite && request.ToTag.IsEmpty) TakeOffer(transaction);
        else if (request.Method is SipMethod.Bye or SipMethod.Invite) AnswerAtOnce(transaction, StatusCode.CallTransactionDoesNotExist);
        else Requests.Add(transaction);
    }

    void ITransactionUser.OnAck(SipRequest ack, Flow flow)
    {
        if (Sessions.Find(s => s.Owns(ack)) is { } session) session.TakeAck(ack, flow);
        else Tell("ack");
    }

    void ITransactionUser.OnIdle() => Tell("idle");

    void IClientTransactionUser.OnResponse(SipResponse response, Flow flow) => Tell($"{response.Status}");

    void IClientTransactionUser.OnNoResponse(EndReason reason) => Tell($"{reason}");

    void IUserAgent.WriteRequestHeaders(ref SipWriter writer, SipMethod method)
    {
        writer.Header(HeaderName.UserAgent, _name);
        if (SaysTimer && method == SipMethod.Invite) writer.Header(HeaderName.Supported, SessionTimer.OptionTag);
    }

    void IUserAgent.WriteResponseHeaders(ref SipWriter writer, SipMethod method, int status) => writer.Header(HeaderName.Server, _name);

    void ISipSessionUser.OnRinging(SipSession session, SipResponse response) => Tell($"ringing {response.Status}");

    void ISipSessionUser.OnAnswered(SipSession session, SipResponse response) => Tell("answered");

    void ISipSessionUser.OnRefused(SipSession session, int status, SipResponse? response) => Tell($"refused {status}{(response is null ? " alone" : "")}");

    void ISipSessionUser.OnConfirmed(SipSession session, SipRequest ack) => Tell("confirmed");

    void ISipSessionUser.OnCancelled(SipSession session) => Tell("cancelled");

    void ISipSessionUser.OnModify(SipSession session, IServerTransaction transaction)
    {
        Modify = transaction;
        Tell("modify");
    }

    void ISipSessionUser.OnModifyConfirmed(SipSession session, SipRequest ack) => Tell("modify confirmed");

    (string ContentType, byte[] Body) ISipSessionUser.Describe(SipSession session) => ("text/plain", [7]);

    void ISipSessionUser.OnEnded(SipSession session, EndReason reason, SipRequest? bye) => Tell($"ended {reason}");

    void ISipSessionUser.OnByeDone(SipSession session) => Tell("bye done");

    private void Tell(string what)
    {
        Told.Add(what);
        ToldAt.Add(_sim.Time.Elapsed);
    }

    public SipSession NewSession()
    {
        var session = new SipSession(this, this, flow => $"<sip:{_name}@{Transport.SentBy(flow)}{SipTransport.TransportParameter(flow)}>");
        Sessions.Add(session);
        return session;
    }

    private void TakeOffer(IServerTransaction transaction)
    {
        var session = NewSession();
        if (session.TakeOffer(transaction)) Offered?.Invoke(session);
        else Tell("bad offer");
    }

    private void TakeCancel(IServerTransaction cancel)
    {
        var cancelled = Transactions.FindCancelled(cancel.Request);
        AnswerAtOnce(cancel, cancelled is null ? StatusCode.CallTransactionDoesNotExist : StatusCode.Ok);
        if (cancelled is not null) Sessions.Find(s => s.Offer == cancelled || s.Owns(cancel.Request))?.TakeCancel();
    }

    private static void AnswerAtOnce(IServerTransaction transaction, int status) =>
        transaction.Respond(status, Reply.Compose(transaction.Request, transaction.Flow, status, "none"));
}
