using Confab.Runtime;
using Confab.Sip.Events;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>A NOTIFY finds its subscription, or is told that there is none: RFC 6665 4.1.3.</summary>
[Clause("RFC 6665", "4.1.3", "IMC-SUB-6")]
internal static class ReceiveNotify
{
    public static void Take(ImClient client, IServerTransaction transaction)
    {
        var notify = transaction.Request;
        if (client.Subscriptions.Find(s => s.Owns(notify)) is { } subscription) subscription.TakeNotify(transaction);
        else if (ReferNotified.Take(client, transaction)) return;
        else if (!EventName.TryRead(notify, out var name) || name.Package != "conference")
        {
            TerminatingGeneral.Refuse(client, transaction, StatusCode.BadEvent, static (ref SipWriter writer) => writer.Header(HeaderName.AllowEvents, "conference, refer"));
        }
        else TerminatingGeneral.Refuse(client, transaction, StatusCode.CallTransactionDoesNotExist);
    }
}
