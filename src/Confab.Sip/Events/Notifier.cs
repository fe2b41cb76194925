// One subscription as the notifier sees it: RFC 6665 4.2. At most one NOTIFY is on its way; what changes meanwhile is told by the next.
//
//   Idle ──SUBSCRIBE / Begin──► Active ──expired, Expires: 0, Terminate──► Ending ──last NOTIFY answered──► Ended
//                                 │  ▲ SUBSCRIBE: 200, NOTIFY of the whole state
//                                 └── a NOTIFY fails ──► Ended
//
// The dialog is the one that the SUBSCRIBE makes, or another usage's, as that of a REFER or of a session: then the CSeq is shared with it.
using System.Globalization;
using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Sip.Events;

/// <summary>Where a subscription stands.</summary>
public enum NotifierState
{
    /// <summary>Nobody has subscribed yet.</summary>
    Idle,

    Active,

    /// <summary>It is over; its last NOTIFY is on its way or waits for the one before.</summary>
    Ending,

    Ended,
}

/// <summary>One subscription to one event package. Lives in the mailbox of its owner.</summary>
[Clause("RFC 6665", "4.2", "IMS-NTF-1", "IMS-NTF-9", "IMS-NTF-12", "IMS-STERM-4", "IMS-STERM-5", "IMS-SUB-3", "IMS-SUB-4")]
public sealed class Notifier
{
    private const uint Hour = 3600;

    private readonly IUserAgent _agent;
    private readonly INotifierUser _user;
    private readonly SubscriptionTerms _terms;
    private readonly Func<Flow, string> _contact;
    private readonly Alarm _expiry;
    private readonly Alarm _gathering;
    private DateTimeOffset _expiresAt;
    private string? _termination;
    private NotifyKind? _due;
    private bool _isUrgent;
    private bool _isBusy;
    private bool _wasRefused;

    /// <summary>A subscription that nobody has asked for yet.</summary>
    /// <param name="agent">The program.</param>
    /// <param name="user">Who knows the state.</param>
    /// <param name="name">The event, with its id.</param>
    /// <param name="terms">How long and how often.</param>
    /// <param name="contact">Our Contact field on a flow: the name-addr with its header parameters.</param>
    public Notifier(IUserAgent agent, INotifierUser user, EventName name, SubscriptionTerms terms, Func<Flow, string> contact)
    {
        _agent = agent;
        _user = user;
        _terms = terms;
        _contact = contact;
        Event = name;
        _expiry = new Alarm(agent.Transactions.Mailbox, () => Terminate("timeout"));
        _gathering = new Alarm(agent.Transactions.Mailbox, SendDue);
    }

    public EventName Event { get; }

    public NotifierState State { get; private set; } = NotifierState.Idle;

    /// <summary>Whether a change would not be told at once, but with others when the gathering is over or the NOTIFY before it is answered.</summary>
    public bool IsGathering => _isBusy || _gathering.IsSet;

    /// <summary>The dialog of the subscription; null until there is one.</summary>
    public Dialog.Dialog? Dialog { get; private set; }

    /// <summary>Whether a request of this event in this dialog is for this subscription (RFC 6665 4.4.1).</summary>
    public bool Owns(SipRequest request) =>
        State != NotifierState.Idle && Dialog!.Owns(request) && EventName.TryRead(request, out var name) && name == Event;

    /// <summary>
    /// An implicit subscription begins in a dialog that another usage has made (RFC 3515 2.4.4); the first NOTIFY leaves at once. What made it
    /// has been answered by the caller.
    /// </summary>
    /// <param name="dialog">The dialog, whose CSeq numbers are shared.</param>
    /// <param name="seconds">How long it lasts unless it is refreshed.</param>
    public void Begin(Dialog.Dialog dialog, uint seconds)
    {
        Dialog = dialog;
        State = NotifierState.Active;
        Grant(seconds);
        Tell(NotifyKind.Whole);
    }

    /// <summary>
    /// A SUBSCRIBE that begins, refreshes or ends this subscription, allowed by the caller: answers it, and sends the NOTIFY that goes with it.
    /// </summary>
    /// <returns>False when it was refused: 400 without a Contact, 423 too short, 481 when the subscription is over, 500 out of order.</returns>
    public bool TakeSubscribe(IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (State is NotifierState.Ending or NotifierState.Ended) return Refuse(transaction, StatusCode.CallTransactionDoesNotExist);
        if (State == NotifierState.Active && !Dialog!.TakeOrder(request)) return Refuse(transaction, StatusCode.ServerInternalError);
        if (State == NotifierState.Idle && !Sip.Dialog.Dialog.HasContact(request, out _)) return Refuse(transaction, StatusCode.BadRequest, reason: "Missing Contact");

        // Shortened, never lengthened; too short only what is shorter than an hour, and zero is no length (RFC 6665 4.2.1.1).
        var asked = request.Expires < 0 ? _terms.DefaultSeconds : (uint)request.Expires;
        if (asked > 0 && asked < Hour && asked < _terms.LeastSeconds)
            return Refuse(transaction, StatusCode.IntervalTooBrief, (ref SipWriter writer) => writer.Header(HeaderName.MinExpires, _terms.LeastSeconds));
        var granted = Math.Min(asked, _terms.MostSeconds);
        var isFirst = State == NotifierState.Idle;
        if (isFirst) Dialog = Sip.Dialog.Dialog.OfCallee(transaction, _agent.Transport.World.Ids.Token(40));
        else Dialog!.Refresh(request, transaction.Flow);
        State = NotifierState.Active;
        Respond(transaction, StatusCode.Ok, (ref SipWriter writer) =>
        {
            writer.Header(HeaderName.Expires, granted);
            writer.Header(HeaderName.Contact, _contact(transaction.Flow));
        });
        if (granted > 0)
        {
            Grant(granted);
            Tell(NotifyKind.Whole);
        }
        else
        {
            // Who asks once for no time at all polls: he is told the whole state (RFC 6665 4.4.3).
            Terminate("timeout", isFirst ? NotifyKind.Whole : NotifyKind.Last);
        }

        return true;
    }

    /// <summary>The state has changed: told now, or together with others when the gathering is over or the NOTIFY before it has been answered.</summary>
    public void Changed()
    {
        if (State == NotifierState.Active) Tell(NotifyKind.Change);
    }

    /// <summary>Ends the subscription: its last NOTIFY leaves at once, or when the one before it has been answered.</summary>
    /// <param name="reason">A reason code of RFC 6665 4.1.3.</param>
    /// <param name="kind">What the last NOTIFY is to tell.</param>
    /// <param name="retryAfter">Seconds after which the subscriber may try again; null to say nothing of it.</param>
    public void Terminate(string reason, NotifyKind kind = NotifyKind.Last, uint? retryAfter = null)
    {
        if (State != NotifierState.Active) return;
        State = NotifierState.Ending;
        _expiry.Cancel();
        _gathering.Cancel();
        _termination = retryAfter is null ? $"terminated;reason={reason}" : string.Create(CultureInfo.InvariantCulture, $"terminated;reason={reason};retry-after={retryAfter}");
        _due = kind;
        _isUrgent = true;
        SendDue();
    }

    private void Grant(uint seconds)
    {
        _expiresAt = _agent.Transport.World.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        _expiry.Set(TimeSpan.FromSeconds(seconds));
    }

    private void Tell(NotifyKind kind)
    {
        if (_due != NotifyKind.Whole) _due = kind;
        if (kind == NotifyKind.Whole) _isUrgent = true;
        SendDue();
    }

    private void SendDue()
    {
        if (_isBusy || _due is not { } kind || (_gathering.IsSet && !_isUrgent)) return;
        if (kind == NotifyKind.Change && _wasRefused) kind = NotifyKind.Whole;
        var gathers = (!_isUrgent || (_terms.GathersFromFirst && State == NotifierState.Active)) && _terms.Gathering > TimeSpan.Zero;
        _due = null;
        _isUrgent = _wasRefused = false;
        var notification = _user.Compose(this, kind);
        if (notification.IsNothing && kind == NotifyKind.Change) return;
        if (gathers) _gathering.Set(_terms.Gathering);
        _isBusy = true;
        var state = _termination ?? Active();
        RequestInDialog.Send(
            _agent,
            Dialog!,
            SipMethod.Notify,
            (ref SipWriter writer) =>
            {
                writer.Header(HeaderName.Event, Event.ToString());
                writer.Header(HeaderName.SubscriptionState, state);
                writer.Header(HeaderName.Contact, _contact(Dialog!.Flow));
            },
            (status, response) => OnFinal(status, response is not null, notification.HasMore),
            notification.ContentType,
            notification.Body);
    }

    private string Active()
    {
        // Rounded up: one that was granted a second ago for 3600 has 3599 left, and none that lives has 0.
        var left = (long)Math.Ceiling((_expiresAt - _agent.Transport.World.Time.GetUtcNow()).TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture, $"active;expires={left}");
    }

    private void OnFinal(int status, bool wasAnswered, bool hasMore)
    {
        _isBusy = false;
        if (State == NotifierState.Ended) return;
        if (!wasAnswered || EndsSubscription(status) || (status >= 300 && _terms.EndsOnRefusal) || (State == NotifierState.Ending && _due is null))
        {
            End();
            return;
        }

        // One that was not taken is no reason to send another (RFC 6665 4.2.2): with the next change he is told all.
        if (status >= 300) _wasRefused = true;
        else if (hasMore && State == NotifierState.Active)
        {
            _due ??= NotifyKind.Change;
            _isUrgent = true;
        }

        SendDue();
    }

    /// <summary>The answers after which nothing more is sent (RFC 6665 4.2.2); a timeout and a lost way count as well.</summary>
    private static bool EndsSubscription(int status) =>
        status is 404 or 405 or 408 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;

    private void End()
    {
        State = NotifierState.Ended;
        _due = null;
        _expiry.Cancel();
        _gathering.Cancel();
        _user.OnEnded(this);
    }

    private bool Refuse(IServerTransaction transaction, int status, HeadersWriter? more = null, string reason = "")
    {
        Respond(transaction, status, more, reason);
        return false;
    }

    private void Respond(IServerTransaction transaction, int status, HeadersWriter? more = null, string reason = "") => transaction.Respond(status, Reply.Compose(
        transaction.Request,
        transaction.Flow,
        status,
        Dialog?.LocalTag ?? _agent.Transport.World.Ids.Token(40),
        (ref SipWriter writer) =>
        {
            _agent.WriteResponseHeaders(ref writer, SipMethod.Subscribe, status);
            more?.Invoke(ref writer);
        },
        reason));
}
