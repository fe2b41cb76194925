using Confab.Runtime;
using Confab.Server.Procedures.Notifications;
using Confab.Sip.Events;
using Confab.Sip.Message;

namespace Confab.Server.Owners;

/// <summary>One subscription to the conference event package, with how far its subscriber has been told (RFC 4575 5.2).</summary>
[Clause("RFC 4575", "5.2", "IMS-SUB-5")]
internal sealed class ConferenceSubscription : INotifierUser
{
    public ConferenceSubscription(Focus focus, string address, EventName name, Flow flow)
    {
        Focus = focus;
        Address = address;
        AuthenticatedFlow = flow;
        Notifier = new Notifier(focus.Owner, this, name, SubscribeToConference.Terms(focus.Node), focus.Contact);
    }

    public Focus Focus { get; }

    /// <summary>The subscriber's IM Address, as verified.</summary>
    public string Address { get; }

    /// <summary>The flow over which the subscriber was authenticated (D-02).</summary>
    public Flow AuthenticatedFlow { get; set; }

    public Notifier Notifier { get; }

    /// <summary>The number of the last roster change that he was told.</summary>
    public long Told { get; set; }

    /// <summary>The version of his next document that tells a change.</summary>
    public uint NextVersion { get; set; }

    /// <summary>Whether a request is inside the dialog of this subscription.</summary>
    public bool Owns(SipRequest request) => Notifier.Dialog?.Owns(request) == true;

    public Notification Compose(Notifier notifier, NotifyKind kind) => GenerateNotification.Run(this, kind);

    public void OnEnded(Notifier notifier) => TerminateSubscription.OnEnded(this);
}
