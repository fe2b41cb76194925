// One subscription as the subscriber sees it: RFC 6665 4.1.
//
//   Idle ─Start─► Waiting ──NOTIFY──► Active ──half time: SUBSCRIBE, NOTIFY──► Active
//                   │ refused, Timer N      │ terminated, 481 ..., Timer N, expired
//                   ▼                       ▼          └─Unsubscribe─► Leaving ─last NOTIFY, Timer N─► Ended
//                 Ended                   Ended
//
// The NOTIFY may come before the 2xx: whichever is first makes the dialog, and no other one does (RFC 4575 3.8).
using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Sip.Events;

public enum SubscriberState
{
    Idle,

    /// <summary>The first SUBSCRIBE is on its way, and no NOTIFY has come.</summary>
    Waiting,

    Active,

    /// <summary>It is being ended by us.</summary>
    Leaving,

    Ended,
}

/// <summary>One subscription to a resource. Lives in the mailbox of its owner.</summary>
[Clause("RFC 6665", "4.1", "IMC-SUB-1", "IMC-SUB-2", "IMC-SUB-6", "IMC-SUB-7", "IMC-SUB-9")]
public sealed class Subscriber
{
    private readonly IUserAgent _agent;
    private readonly ISubscriberUser _user;
    private readonly Func<Flow, string> _contact;
    private readonly Alarm _timerN;
    private readonly Alarm _refresh;
    private readonly Alarm _expiry;
    private SubscriptionRequest _request = null!;
    private byte[] _first = [];
    private string _callId = "";
    private string _tag = "";
    private uint _number;
    private uint _seconds;
    private bool _isRefreshing;
    private bool _mayBeTooBrief = true;

    /// <summary>A subscription that has not been asked for yet.</summary>
    /// <param name="agent">The program.</param>
    /// <param name="user">Who is told.</param>
    /// <param name="contact">Our Contact field on a flow: the name-addr with its header parameters.</param>
    public Subscriber(IUserAgent agent, ISubscriberUser user, Func<Flow, string> contact)
    {
        _agent = agent;
        _user = user;
        _contact = contact;
        var mailbox = agent.Transactions.Mailbox;
        _timerN = new Alarm(mailbox, () => End(new SubscriptionEnd(StatusCode.RequestTimeout, null, null)));
        _refresh = new Alarm(mailbox, Refresh);
        _expiry = new Alarm(mailbox, () => End(new SubscriptionEnd(StatusCode.RequestTimeout, null, null)));
    }

    public SubscriberState State { get; private set; } = SubscriberState.Idle;

    /// <summary>The dialog; null until the first NOTIFY or 2xx.</summary>
    public Dialog.Dialog? Dialog { get; private set; }

    /// <summary>Sends the first SUBSCRIBE.</summary>
    public void Start(SubscriptionRequest request)
    {
        _request = request;
        _seconds = request.Seconds;
        _callId = _agent.Transport.World.Ids.Token(100);
        _tag = _agent.Transport.World.Ids.Token(40);
        State = SubscriberState.Waiting;
        SendFirst();
    }

    /// <summary>Whether a NOTIFY belongs to this subscription: in its dialog, or the one that makes it (RFC 6665 4.4.1).</summary>
    public bool Owns(SipRequest notify) =>
        State is not (SubscriberState.Idle or SubscriberState.Ended)
        && (Dialog is { } dialog ? dialog.Owns(notify) : notify.CallId.Equals(Text.Of(_callId)) && notify.ToTag.Equals(Text.Of(_tag)) && !notify.FromTag.IsEmpty)
        && EventName.TryRead(notify, out var name) && name == _request.Event;

    /// <summary>Takes a NOTIFY that <see cref="Owns"/> found to be ours, and answers it at once (RFC 6665 4.1.3).</summary>
    public void TakeNotify(IServerTransaction transaction)
    {
        var notify = transaction.Request;
        if (!SubscriptionState.TryRead(notify, out var state))
        {
            Respond(transaction, StatusCode.BadRequest, "Missing Subscription-State");
            return;
        }

        if (Dialog is null)
        {
            Dialog = Sip.Dialog.Dialog.OfCallee(transaction, _tag);
            Dialog.LocalCSeq = _number;
        }
        else if (!Dialog.TakeOrder(notify))
        {
            Respond(transaction, StatusCode.ServerInternalError);
            return;
        }
        else Dialog.Refresh(notify, transaction.Flow);

        _timerN.Cancel();
        if (State == SubscriberState.Waiting) State = SubscriberState.Active;
        if (!state.IsTerminated && state.Expires is { } left) Granted(left);
        Respond(transaction, _user.OnNotify(this, notify));
        if (state.IsTerminated) End(new SubscriptionEnd(0, state.Reason, state.RetryAfter));
        else if (State == SubscriberState.Leaving) _timerN.Set(_agent.Transactions.Times.Patience); // it crossed our leaving: the last is to come yet
    }

    /// <summary>Asks for the whole state anew, which also prolongs the subscription; while one is being asked for, that one serves.</summary>
    public void Refresh()
    {
        if (State != SubscriberState.Active || _isRefreshing) return;
        _isRefreshing = true;
        Subscribe(_seconds, TakeRefreshed);
    }

    /// <summary>Ends the subscription; done when the last NOTIFY has come, or was not to come.</summary>
    public void Unsubscribe()
    {
        if (State == SubscriberState.Waiting && Dialog is null)
        {
            State = SubscriberState.Leaving; // there is no dialog to do it in yet: when there is one
            return;
        }

        if (State is not (SubscriberState.Active or SubscriberState.Waiting)) return;
        State = SubscriberState.Leaving;
        SendLeave();
    }

    /// <summary>Forgets the subscription without a word to anybody: what comes of it is answered 481.</summary>
    public void Abandon()
    {
        State = SubscriberState.Ended;
        Stop();
    }

    private void SendFirst()
    {
        _timerN.Set(_agent.Transactions.Times.Patience);
        ClientRequest.Send(_agent, _request.Flow, SipMethod.Subscribe, _request.RequestUri, ComposeFirst, TakeFirst);
    }

    private byte[] ComposeFirst(HeadersWriter? credentials)
    {
        var output = Scratch.Take();
        var writer = new SipWriter(output);
        writer.Request(SipMethod.Subscribe, Text.Of(_request.RequestUri));
        writer.Header(HeaderName.Via, _agent.Transport.Via(_request.Flow, _agent.Transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, 70);
        if (_request.Route.Length > 0) writer.Header(HeaderName.Route, _request.Route);
        writer.Address(HeaderName.From, _request.From, _tag, _request.FromName);
        writer.Address(HeaderName.To, _request.RequestUri, "");
        writer.Header(HeaderName.CallId, _callId);
        writer.CSeq(++_number, SipMethod.Subscribe);
        _agent.WriteRequestHeaders(ref writer, SipMethod.Subscribe);
        credentials?.Invoke(ref writer);
        WriteHeaders(ref writer, _request.Flow, _seconds);
        writer.NoBody();
        return _first = output.WrittenSpan.ToArray();
    }

    private void WriteHeaders(ref SipWriter writer, Flow flow, uint seconds)
    {
        writer.Header(HeaderName.Contact, _contact(flow));
        writer.Header(HeaderName.Event, _request.Event.ToString());
        writer.Header(HeaderName.Accept, _request.Accept);
        writer.Header(HeaderName.Expires, seconds);
        _request.More?.Invoke(ref writer);
    }

    private void TakeFirst(int status, SipResponse? response)
    {
        if (State == SubscriberState.Ended) return;
        if (response is not { IsSuccess: true })
        {
            if (TakeTooBrief(status, response)) SendFirst();
            else End(Refused(status, response));
            return;
        }

        Dialog ??= Sip.Dialog.Dialog.OfCaller(SipParser.ParseOwnRequest(_first), response, _request.Flow);
        if (response.Expires > 0) Granted((uint)Math.Min(response.Expires, _seconds));
        if (State == SubscriberState.Leaving) SendLeave();
    }

    private void SendLeave() => Subscribe(0, (status, response) =>
    {
        if (response is not { IsSuccess: true }) End(Refused(status, response));
    });

    private void Subscribe(uint seconds, Action<int, SipResponse?> done)
    {
        _timerN.Set(_agent.Transactions.Times.Patience);
        RequestInDialog.Send(
            _agent,
            Dialog!,
            SipMethod.Subscribe,
            (ref SipWriter writer) => WriteHeaders(ref writer, Dialog!.Flow, seconds),
            (status, response) =>
            {
                if (State != SubscriberState.Ended) done(status, response);
            });
    }

    private void TakeRefreshed(int status, SipResponse? response)
    {
        _isRefreshing = false;
        if (response is { IsSuccess: true })
        {
            _mayBeTooBrief = true;
            if (response.Expires > 0) Granted((uint)Math.Min(response.Expires, _seconds));
        }
        else if (State != SubscriberState.Active) return;
        else if (TakeTooBrief(status, response)) Refresh();
        else if (EndsSubscription(status)) End(Refused(status, response));
        else _timerN.Cancel(); // it stands until it expires (RFC 6665 4.1.2.2)
    }

    /// <summary>423 with a longer interval is followed, once in a row (RFC 3261 21.4.17).</summary>
    private bool TakeTooBrief(int status, SipResponse? response)
    {
        if (status != StatusCode.IntervalTooBrief || !_mayBeTooBrief || !response!.TryGetSeconds(HeaderName.MinExpires, out var least) || least <= _seconds) return false;
        _mayBeTooBrief = false;
        _seconds = least;
        return true;
    }

    /// <summary>Refreshed ten minutes before the end of a long subscription, at half of a short one; what is over without a NOTIFY is over.</summary>
    private void Granted(uint seconds)
    {
        if (State is SubscriberState.Leaving or SubscriberState.Ended) return;
        _expiry.Set(TimeSpan.FromSeconds(seconds));
        _refresh.Set(TimeSpan.FromSeconds(seconds > 1200 ? seconds - 600 : Math.Max(seconds / 2.0, 1)));
    }

    private static SubscriptionEnd Refused(int status, SipResponse? response) =>
        new(status, null, response is not null && response.TryGetSeconds(HeaderName.RetryAfter, out var seconds) ? seconds : null);

    /// <summary>RFC 6665 4.1.2.2.</summary>
    private static bool EndsSubscription(int status) => status is 404 or 405 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;

    private void End(SubscriptionEnd end)
    {
        if (State == SubscriberState.Ended) return;
        State = SubscriberState.Ended;
        Stop();
        _user.OnEnded(this, end);
    }

    private void Stop()
    {
        _timerN.Cancel();
        _refresh.Cancel();
        _expiry.Cancel();
    }

    private void Respond(IServerTransaction transaction, int status, string reason = "") => transaction.Respond(status, Reply.Compose(
        transaction.Request,
        transaction.Flow,
        status,
        _tag,
        (ref SipWriter writer) => _agent.WriteResponseHeaders(ref writer, SipMethod.Notify, status),
        reason));
}
