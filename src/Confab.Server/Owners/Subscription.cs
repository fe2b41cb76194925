using Confab.Runtime;
using Confab.Sip.Events;
using Confab.Sip.Message;

namespace Confab.Server.Owners;

/// <summary>A subscription with a dialog of its own, whatever it is to.</summary>
internal abstract class Subscription(string address, Flow flow) : INotifierUser
{
    /// <summary>The subscriber's IM Address, as verified.</summary>
    public string Address { get; } = address;

    /// <summary>The flow over which the subscriber was authenticated (D-02).</summary>
    public Flow AuthenticatedFlow { get; set; } = flow;

    public abstract Notifier Notifier { get; }

    /// <summary>Whether a request is inside the dialog of this subscription.</summary>
    public bool Owns(SipRequest request) => Notifier.Dialog?.Owns(request) == true;

    public abstract Notification Compose(Notifier notifier, NotifyKind kind);

    public abstract void OnEnded(Notifier notifier);
}
