// OMA-IM 7.1.1.11: who is in the session. A subscription in a dialog of its own, beside the one of the session, for as long as that lasts.
//
//   established, isfocus ──► SUBSCRIBE ──► NOTIFY full, partial, partial ... ──► the session ended ──► a second for the server to end it, or
//                               ▲             │ a part is missing: refresh                              SUBSCRIBE with Expires: 0
//                               └─ again ─────┴─ terminated, where its reason allows it
using Confab.Content.ConferenceInfo;
using Confab.Content.Media;
using Confab.Runtime;
using Confab.Sip.Events;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>IM Client subscribes to the conference state: OMA-IM 7.1.1.11, RFC 4575, RFC 6665 4.1. Flow F13.</summary>
[Clause("OMA-IM", "7.1.1.11", "IMC-SUB-1..9", "IMC-INV-SUB", "IMC-REJOIN-SUB", "IMC-GEN-2")]
internal sealed class SubscribeToConference : ISubscriberUser
{
    private const uint Hour = 3600;
    private const int LongestWait = 300; // seconds between two tries
    private const int PoliteWait = 30; // where the server asks for patience and does not say for how long
    private const int MostBadDocuments = 3; // in a row, before nothing more is asked for

    // The server ends the subscription of who leaves (7.2.2.11): it is given this long to do so.
    private static readonly TimeSpan s_serversTurn = TimeSpan.FromSeconds(1);

    // A subscription that has lived so long has proved good.
    private static readonly TimeSpan s_proof = TimeSpan.FromMinutes(1);

    // What a broken sender can make us ask for: one refresh in so long.
    private static readonly TimeSpan s_betweenGaps = TimeSpan.FromSeconds(5);

    private readonly ImSession _session;
    private readonly ConferenceView _view;
    private readonly Alarm _again;
    private readonly Alarm _gaps;
    private readonly Alarm _leave;
    private Subscriber? _subscriber;
    private bool _isGapOpen;
    private bool _hasEnded;
    private bool _isDeleted;
    private int _badDocuments;
    private int _failures;
    private long _begunAt;

    /// <summary>Whether the server has not told yet who is there, and has not refused to.</summary>
    public bool IsAwaited => _subscriber is not null && _session.Roster.Count == 0;

    private SubscribeToConference(ImSession session)
    {
        var client = session.Client;
        _session = session;
        _view = new ConferenceView(client.World.Limits.ListEntries, client.Options.LenientPartialUsers);
        _again = new Alarm(client.Mailbox, Subscribe);
        _gaps = new Alarm(client.Mailbox, () =>
        {
            if (_isGapOpen) AskForWhole();
        });
        _leave = new Alarm(client.Mailbox, Leave);
    }

    /// <summary>The session is established: subscribes where its other end is a focus that can tell (C-35).</summary>
    public static void Start(ImSession session)
    {
        if (!session.IsFocus || !session.Client.Options.SubscribeToConference || session.Identity is null) return;
        if (session.RemoteEvents is { } events && !events.Contains("conference", StringComparer.Ordinal)) return;
        var subscription = new SubscribeToConference(session);
        session.Conference = subscription;
        session.Client.Subscriptions.Add(subscription);
        subscription.Subscribe();
    }

    /// <summary>The way to the server was lost and is there again: what was told meanwhile did not come.</summary>
    public static void OnReachableAgain(ImClient client)
    {
        foreach (var subscription in client.Subscriptions.ToArray()) subscription._subscriber?.Refresh();
    }

    /// <summary>The session has ended.</summary>
    public void End()
    {
        if (_hasEnded) return;
        _hasEnded = true;
        _again.Cancel();
        _gaps.Cancel();
        if (_subscriber is null) Forget();
        else _leave.Set(s_serversTurn);
    }

    public bool Owns(SipRequest notify) => _subscriber?.Owns(notify) == true;

    public void TakeNotify(Sip.Transaction.IServerTransaction transaction) => _subscriber!.TakeNotify(transaction);

    public int OnNotify(Subscriber subscriber, SipRequest notify)
    {
        if (notify.Body.IsEmpty) return StatusCode.Ok; // neutral: it says nothing of the state (RFC 6665 4.2.1.4)
        if (!ContentType.TryParse(notify.ContentType.ToString(), out var type, out _) || !type.Is(ConferenceInfoNames.ContentType)) return StatusCode.UnsupportedMediaType;
        var limits = _session.Client.World.Limits;
        if (!BodyEncoding.TryDecode(notify, limits.SipBodyBytes, out var body, out var packed)) return packed.Status;
        if (!ConferenceInfoReader.TryParse(body, limits.ListEntries, out var document, out _))
        {
            Missed();
            return StatusCode.BadRequest;
        }

        switch (_view.Apply(document))
        {
            case ViewChange.Gap:
                Missed();
                break;
            case ViewChange.Applied:
                _badDocuments = 0;
                if (document.State == ElementState.Full) _isGapOpen = false;
                Tell();
                break;
            case ViewChange.Deleted:
                _isDeleted = true;
                Tell();
                _session.Client.Mailbox.Post(Leave); // after the 200; where this NOTIFY was the last, there is nothing to leave any more
                break;
        }

        return StatusCode.Ok;
    }

    /// <summary>What became of the subscription decides whether there is to be another (RFC 6665 4.1.3, 4.1.2.2).</summary>
    public void OnEnded(Subscriber subscriber, SubscriptionEnd end)
    {
        _subscriber = null;
        _leave.Cancel();
        if (_hasEnded || _isDeleted || _session.State != ImSessionState.Established || SecondsToNext(end) is not { } seconds)
        {
            Forget();
            return;
        }

        // Never faster than a failing server can bear: 0, 2, 4 ... seconds, until one has lived for a while.
        if (_session.Client.World.Time.GetElapsedTime(_begunAt) >= s_proof) _failures = 0;
        var patience = _failures == 0 ? 0 : Math.Min(1 << Math.Min(_failures, 10), LongestWait);
        _failures++;
        _again.Set(TimeSpan.FromSeconds(Math.Max(seconds, patience)));
    }

    /// <summary>Null where it is not to be tried again.</summary>
    private static uint? SecondsToNext(SubscriptionEnd end) => end switch
    {
        { Status: 0, Reason: "noresource" or "rejected" or "invariant" } => null,
        { Status: 0, Reason: "deactivated" or "timeout" } => 0, // retry-after means nothing there
        { Status: 0, Reason: "probation" or "giveup" } => end.RetryAfter ?? PoliteWait,
        { Status: 0 } => end.RetryAfter ?? 0,
        { Status: StatusCode.CallTransactionDoesNotExist } => 0, // the server has forgotten it
        { Status: StatusCode.RequestTimeout or (>= 500 and < 600 and not StatusCode.NotImplemented) } => end.RetryAfter ?? PoliteWait,
        _ => null, // refused: 403, 404, 406, 489 and the like stay so
    };

    private void Subscribe()
    {
        if (_hasEnded) return;
        var client = _session.Client;
        var subscriber = _subscriber = new Subscriber(client, this, flow => General.Contact(client, flow));
        _begunAt = client.World.Time.GetTimestamp();
        client.ReachServer(size: 0, flow =>
        {
            if (_subscriber != subscriber) return;
            if (_hasEnded) Forget();
            else if (flow is null) OnEnded(subscriber, new SubscriptionEnd(StatusCode.ServiceUnavailable, null, null));
            else
            {
                _view.ForgetVersion();
                var from = General.From(_session);
                subscriber.Start(new SubscriptionRequest(
                    _session.Identity!, from.Uri, from.Name, new EventName("conference"), Hour, ConferenceInfoNames.ContentType, flow, WriteHeaders, client.Ims.Route));
            }
        });
    }

    private void WriteHeaders(ref SipWriter writer)
    {
        writer.Header(HeaderName.AcceptContact, "*;" + General.FeatureTag);
        General.WriteIdentity(ref writer, _session);
    }

    /// <summary>A document cannot be used: the whole is asked for, at most so often, and not for ever.</summary>
    private void Missed()
    {
        if (++_badDocuments > MostBadDocuments) return;
        _isGapOpen = true;
        if (!_gaps.IsSet) _session.Client.Mailbox.Post(AskForWhole); // after the answer to what brought it
    }

    private void AskForWhole()
    {
        if (_hasEnded || _subscriber is null) return;
        _isGapOpen = false;
        _gaps.Set(s_betweenGaps);
        _subscriber.Refresh();
    }

    private void Leave()
    {
        if (_subscriber is not { } subscriber) return;
        if (subscriber.State == SubscriberState.Idle) Forget();
        else subscriber.Unsubscribe();
    }

    private void Tell()
    {
        if (_session.State != ImSessionState.Established) return;
        var users = _view.Users.Select(static user => Of(user)).ToArray();
        var known = _session.Roster.ToDictionary(static u => u.Address, StringComparer.Ordinal);
        var changed = users.Where(user => !known.TryGetValue(user.Address, out var before) || before != user).ToArray();
        if (changed.Length == 0 && users.Length == known.Count) return;
        _session.Roster = users;
        _session.Client.Tell(new RosterChanged(_session, users, changed));
    }

    /// <summary>The best that one of a user's endpoints says.</summary>
    private static RosterUser Of(ConferenceUser user)
    {
        var endpoint = user.Endpoints.FirstOrDefault(static e => e.Status == "connected") ?? (user.Endpoints.Count > 0 ? user.Endpoints[^1] : null);
        var role = user.Roles is { Count: > 0 } roles ? string.Join(", ", roles) : null;
        return new RosterUser(user.Entity, endpoint?.Status ?? "unknown", role, user.DisplayText ?? "", endpoint?.DisconnectionMethod);
    }

    private void Forget()
    {
        _subscriber?.Abandon();
        _subscriber = null;
        _session.Client.Subscriptions.Remove(this);
    }
}
