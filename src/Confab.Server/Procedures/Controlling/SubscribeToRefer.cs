using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Events;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// SUBSCRIBE to event refer: it refreshes or ends a subscription that a REFER has made, and never makes one (RFC 3515 2.4.4). The sender is proven.
/// </summary>
[Clause("RFC 3515", "2.4.4", "IMS-RNTF-6")]
internal static class SubscribeToRefer
{
    /// <summary>Whether the request is for here.</summary>
    public static bool Is(SipRequest request) => request.Method == SipMethod.Subscribe && EventName.TryRead(request, out var name) && name.Package == "refer";

    public static void Run(Conversation owner, IServerTransaction transaction, string sender)
    {
        var known = owner.Focus?.Referrals.Find(r => r.Referrer == sender && r.Notifier.Owns(transaction.Request));
        if (known is null) owner.Answer(transaction, StatusCode.Forbidden);
        else known.Notifier.TakeSubscribe(transaction);
    }
}
