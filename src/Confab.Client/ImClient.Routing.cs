using Confab.Client.Procedures;
using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Client;

/// <summary>What the network brings finds its transaction, its session, its procedure here: the only place that decides it.</summary>
public sealed partial class ImClient : ISipReceiver, ITransactionUser, IUserAgent
{
    TransactionTable IUserAgent.Transactions => Transactions;

    Credentials? IUserAgent.Credentials => Credentials;

    // Every request is given the way to the server; a Route header to it would say the same again.
    SipUri? IUserAgent.OutboundProxy => null;

    SessionTimerTerms? IUserAgent.TimerTerms => new(Options.SessionTimerSeconds == 0 ? 0 : (uint)Math.Max(Options.SessionTimerSeconds, (int)SessionTimer.ShortestInterval));

    internal Credentials Credentials { get; }

    void IUserAgent.WriteRequestHeaders(ref SipWriter writer, SipMethod method) => General.WriteRequestHeaders(ref writer, this, method);

    void IUserAgent.WriteResponseHeaders(ref SipWriter writer, SipMethod method, int status) => TerminatingGeneral.WriteResponseHeaders(ref writer, this, method, status);

    void ISipReceiver.OnRequest(SipRequest request, Flow flow)
    {
        if (!Mailbox.HasRoom)
        {
            if (request.Method != SipMethod.Ack) Transport.Refuse(request, flow, StatusCode.ServiceUnavailable);
            return;
        }

        Mailbox.Post(() => Transactions.OnRequest(request, flow));
    }

    void ISipReceiver.OnResponse(SipResponse response, Flow flow)
    {
        if (Mailbox.HasRoom) Mailbox.Post(() => Transactions.OnResponse(response, flow));
    }

    void ISipReceiver.OnFlowClosed(Flow flow) => Mailbox.Post(() => Registration.OnFlowClosed(flow));

    void ITransactionUser.OnRequest(IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!Transactions.HasRoom) TerminatingGeneral.Refuse(this, transaction, StatusCode.ServiceUnavailable);
        else if (request.Method == SipMethod.Cancel) OtherRequests.TakeCancel(this, transaction);
        else if (TerminatingGeneral.RefusesExtension(this, transaction)) return;
        else if (request.Method == SipMethod.Notify) ReceiveNotify.Take(this, transaction);
        else if (!request.ToTag.IsEmpty) InDialog(transaction);
        else if (request.Method == SipMethod.Invite) InvitedToSession.Receive(this, transaction);
        else OtherRequests.Answer(this, transaction);
    }

    void ITransactionUser.OnAck(SipRequest ack, Flow flow) => SessionOf(ack)?.Sip.TakeAck(ack, flow);

    void ITransactionUser.OnIdle()
    {
        // The client lives on: it waits for invitations.
    }

    private void InDialog(IServerTransaction transaction)
    {
        if (SessionOf(transaction.Request) is { } session && session.Sip.TryTake(transaction)) return;
        OtherRequests.AnswerInDialog(this, transaction);
    }

    private ImSession? SessionOf(SipRequest request) => Sessions.Find(session => session.Sip.Owns(request));
}
