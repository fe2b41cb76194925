using Confab.Runtime;
using Confab.Server.Procedures.Notifications;
using Confab.Sip.Events;

namespace Confab.Server.Owners;

/// <summary>One subscription to the conference event package, with how far its subscriber has been told (RFC 4575 5.2).</summary>
[Clause("RFC 4575", "5.2", "IMS-SUB-5")]
internal sealed class ConferenceSubscription : Subscription
{
    public ConferenceSubscription(Focus focus, string address, EventName name, Flow flow)
        : base(address, flow)
    {
        Focus = focus;
        Notifier = new Notifier(focus.Owner, this, name, SubscribeToConference.Terms(focus.Node), focus.Contact);
    }

    public Focus Focus { get; }

    public override Notifier Notifier { get; }

    /// <summary>The number of the last roster change that he was told.</summary>
    public long Told { get; set; }

    /// <summary>The version of his next document that tells a change.</summary>
    public uint NextVersion { get; set; }

    public override Notification Compose(Notifier notifier, NotifyKind kind) => GenerateNotification.Run(this, kind);

    public override void OnEnded(Notifier notifier) => TerminateSubscription.OnEnded(this);
}
