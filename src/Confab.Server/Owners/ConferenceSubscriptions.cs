using Confab.Runtime;
using Confab.Server.Procedures.Notifications;
using Confab.Sip.Message;

namespace Confab.Server.Owners;

/// <summary>All subscriptions to the state of one session, and what they are to be told of.</summary>
[Clause("RFC 4575", "3.6", "IMS-NTF-4", "IMS-FCTY-9")]
internal sealed class ConferenceSubscriptions
{
    private readonly Focus _focus;
    private readonly List<ConferenceSubscription> _subscriptions = [];
    private bool _isTelling;

    public ConferenceSubscriptions(Focus focus)
    {
        _focus = focus;
        Documents = new RosterDocuments(focus);
        focus.Roster.Changed += OnChanged;
    }

    public RosterDocuments Documents { get; }

    public int Count => _subscriptions.Count;

    public IEnumerable<Text> CallIds => _subscriptions.Where(static s => s.Notifier.Dialog is not null).Select(static s => Text.Of(s.Notifier.Dialog!.CallId));

    public int CountOf(string address) => _subscriptions.Count(s => s.Address == address);

    public void Add(ConferenceSubscription subscription) => _subscriptions.Add(subscription);

    public void Remove(ConferenceSubscription subscription) => _subscriptions.Remove(subscription);

    /// <summary>The subscription in whose dialog this request is.</summary>
    public ConferenceSubscription? Find(SipRequest request) => _subscriptions.Find(s => s.Owns(request));

    /// <summary>The session is released: every subscription ends, none is told of those who go one by one.</summary>
    public void Release()
    {
        foreach (var subscription in _subscriptions.ToArray()) TerminateSubscription.OnRelease(subscription);
    }

    /// <summary>
    /// Tells in a letter of its own: what one request brings about is one notification (C-43), and comes behind its answer and behind the
    /// release policy, after which there may be nothing left to tell (C-44).
    /// </summary>
    private void OnChanged(Attendee attendee)
    {
        Documents.Changes.Note(attendee);
        if (_isTelling || _subscriptions.Count == 0) return;
        _isTelling = true;
        _focus.Owner.Mailbox.Post(Tell);
    }

    private void Tell()
    {
        _isTelling = false;
        if (_focus.IsReleased) return;
        var subscriptions = _subscriptions.ToArray();
        foreach (var subscription in subscriptions) TerminateSubscription.OnDeparture(subscription);
        foreach (var subscription in subscriptions)
        {
            if (subscription.Told < Documents.Changes.Last) subscription.Notifier.Changed();
        }
    }
}
