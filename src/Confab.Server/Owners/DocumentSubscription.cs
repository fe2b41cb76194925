using Confab.Runtime;
using Confab.Server.Procedures.Notifications;
using Confab.Server.Xdm;
using Confab.Sip.Events;
using Confab.Sip.Transport;

namespace Confab.Server.Owners;

/// <summary>What a subscriber was told of one resource.</summary>
/// <param name="Sel">The name by which he was told.</param>
/// <param name="Version">The entity tag of a document; of an element or attribute what stands for its content.</param>
/// <param name="Target">Which of the two it is; null for a document.</param>
internal sealed record ToldResource(string Sel, string Version, SelectorTarget? Target);

/// <summary>One subscription to the xcap-diff event package, with what its subscriber has been told (RFC 5875).</summary>
[Clause("RFC 5875", "4", "XDM-15", "XDM-16")]
internal sealed class DocumentSubscription : Subscription, IDocumentWatcher
{
    private int _isPosted;

    public DocumentSubscription(Conversation owner, string address, EventName name, Flow flow)
        : base(address, flow)
    {
        Owner = owner;
        Notifier = new Notifier(owner, this, name, SubscribeToDocuments.Terms, Contact);
    }

    public Conversation Owner { get; }

    public override Notifier Notifier { get; }

    /// <summary>What he subscribes to; empty until he has been found to.</summary>
    public IReadOnlyList<DocumentReference> References { get; private set; } = [];

    /// <summary>By what is the same for all names of a resource; bounded by the references and by the documents of one user.</summary>
    public Dictionary<string, ToldResource> Told { get; } = new(StringComparer.Ordinal);

    private IEnumerable<string> Groups =>
        References.Select(static r => r.Uri is { } uri ? ReadableDocuments.GroupOf(uri) : null).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>From now on he is told of these, and of no others.</summary>
    public void Watch(IReadOnlyList<DocumentReference> references)
    {
        var watchers = Owner.Node.Watchers;
        var before = Groups.ToList();
        References = references;
        watchers.Add(Address, Groups, this);
        watchers.Remove(before.Except(Groups, StringComparer.Ordinal), this);
    }

    public override Notification Compose(Notifier notifier, NotifyKind kind) => NotifyOfDocuments.Run(this, kind);

    public override void OnEnded(Notifier notifier) => Forget();

    /// <summary>It is over, or did not come about.</summary>
    public void Forget()
    {
        Owner.Node.Watchers.Remove(Address, Groups, this);
        Owner.Remove(this);
    }

    /// <summary>However many changes there are before the letter is read, it is one.</summary>
    void IDocumentWatcher.OnMayHaveChanged()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0) Owner.Mailbox.Post(Look);
    }

    void IDocumentWatcher.End(string reason, uint? retryAfter) => Owner.Mailbox.Post(() => Notifier.Terminate(reason, retryAfter: retryAfter));

    private void Look()
    {
        Volatile.Write(ref _isPosted, 0); // before looking: a change from now on is another letter
        if (Notifier.State != NotifierState.Active) return;

        // Looked at now only where it is told now: a document of a thousand readers that changes all the time is looked at once in five seconds each.
        if (Notifier.IsGathering || NotifyOfDocuments.HasNews(this)) Notifier.Changed();
    }

    private string Contact(Flow flow) => $"<sip:{Owner.Node.Transport.SentBy(flow)}{SipTransport.TransportParameter(flow)}>";
}
