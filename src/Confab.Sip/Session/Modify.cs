using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>Being re-invited: RFC 3261 14.2.</summary>
public sealed partial class SipSession
{
    private IServerTransaction? _modify;

    [Clause("RFC 3261", "14.2", "IMC-MOD-5")]
    private void TakeModify(IServerTransaction transaction)
    {
        if (_reinvite is { IsPending: true })
        {
            Respond(transaction, StatusCode.RequestPending); // both at once: each tries again after a time of its own (14.1)
            return;
        }

        if (_modify is { HasFinal: false } || State is SessionState.Offered or SessionState.Accepted)
        {
            // One INVITE at a time: the second is told to come back in 0 to 10 s.
            var wait = _agent.Transport.World.Ids.Number() % 11;
            Respond(transaction, StatusCode.ServerInternalError, (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, wait));
            return;
        }

        if (State != SessionState.Established)
        {
            Respond(transaction, StatusCode.CallTransactionDoesNotExist);
            return;
        }

        if (Timer?.IsTooShort(transaction.Request) == true)
        {
            Respond(transaction, StatusCode.SessionIntervalTooSmall, Timer.WriteLeast);
            return;
        }

        _modify = transaction;
        _user.OnModify(this, transaction);
    }

    /// <summary>200 to the re-INVITE; its Contact becomes the remote target. Repeated until the ACK comes.</summary>
    public void AcceptModify(string contentType, byte[] body)
    {
        if (_modify is not { HasFinal: false } transaction) return;
        Dialog!.Refresh(transaction.Request, transaction.Flow);
        _offer = transaction;
        State = SessionState.Accepted;
        _acceptance = ComposeAcceptance(transaction, null, contentType, body);
        transaction.Respond(StatusCode.Ok, _acceptance);
        _interval = _agent.Transactions.Times.T1;
        _repeatAccept.Set(_interval);
        _noAck.Set(_agent.Transactions.Times.Patience);
    }

    /// <summary>Refuses the re-INVITE; the session goes on as it was (RFC 3261 14.1).</summary>
    public void RefuseModify(int status, HeadersWriter? more = null)
    {
        if (_modify is { HasFinal: false } transaction) Respond(transaction, status, more);
    }
}
