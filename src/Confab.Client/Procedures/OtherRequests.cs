using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>Requests that start nothing here: OPTIONS, CANCEL, and what no procedure serves (RFC 3261 8.2.1, 9.2, 11.2).</summary>
[Clause("RFC 3261", "8.2.1", "IMC-MOD-6")]
[Clause("RFC 3261", "11.2")]
internal static class OtherRequests
{
    public static void Answer(ImClient client, IServerTransaction transaction)
    {
        switch (transaction.Request.Method)
        {
            case SipMethod.Options:
                TerminatingGeneral.Respond(client, transaction, StatusCode.Ok, static (ref SipWriter writer) =>
                {
                    writer.Header(HeaderName.Accept, "application/sdp, multipart/mixed, message/cpim, text/plain");
                    writer.Header(HeaderName.AcceptEncoding, "identity");
                });
                break;
            case SipMethod.Message:
                ReceivePage.Take(client, transaction);
                break;
            case SipMethod.Bye:
                TerminatingGeneral.Refuse(client, transaction, StatusCode.CallTransactionDoesNotExist);
                break;
            default:
                // UPDATE too: it is announced nowhere (C-19).
                TerminatingGeneral.Refuse(client, transaction, StatusCode.MethodNotAllowed);
                break;
        }
    }

    /// <summary>A request with a To tag that no session took: no such dialog, or a method that is not served in it.</summary>
    public static void AnswerInDialog(ImClient client, IServerTransaction transaction)
    {
        var isOfNoDialog = !client.Sessions.Exists(session => session.Sip.Owns(transaction.Request));
        if (transaction.Request.Method is SipMethod.Invite || (transaction.Request.Method is SipMethod.Message && isOfNoDialog)) TerminatingGeneral.Refuse(client, transaction, StatusCode.CallTransactionDoesNotExist);
        else Answer(client, transaction);
    }

    [Clause("RFC 3261", "9.2")]
    public static void TakeCancel(ImClient client, IServerTransaction transaction)
    {
        var cancelled = client.Transactions.FindCancelled(transaction.Request);
        TerminatingGeneral.Respond(client, transaction, cancelled is null ? StatusCode.CallTransactionDoesNotExist : StatusCode.Ok);
        if (cancelled is not null) client.Sessions.Find(session => session.Sip.Offer == cancelled)?.Sip.TakeCancel();
    }
}
