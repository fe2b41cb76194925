using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Tests.House.Readmes;

sealed class Answerer : ISipReceiver, ITransactionUser, IDisposable
{
    readonly Mailbox _mailbox; // its transactions live in there: one thread at a time, no locks
    readonly TransactionTable _transactions;

    public Answerer(World world)
    {
        _mailbox = new Mailbox(world);
        Transport = new SipTransport(world, this, "Answerer/1");
        _transactions = new TransactionTable(_mailbox, Transport, this);
    }

    public SipTransport Transport { get; }

    // what comes in, well formed, on any thread
    public void OnRequest(SipRequest request, Flow flow) => _mailbox.Post(() => _transactions.OnRequest(request, flow));

    public void OnResponse(SipResponse response, Flow flow) => _mailbox.Post(() => _transactions.OnResponse(response, flow));

    public void OnFlowClosed(Flow flow)
    {
    }

    // each new request once, in the mailbox; copies of it are answered as it was
    public void OnRequest(IServerTransaction transaction)
    {
        var request = transaction.Request;
        var status = request.Method is SipMethod.Options or SipMethod.Message ? 200 : 405;
        var tag = _mailbox.World.Ids.Token(64);
        transaction.Respond(status, Reply.Compose(request, transaction.Flow, status, tag, (ref SipWriter writer) => writer.Header(HeaderName.Allow, "OPTIONS, MESSAGE")));
    }

    public void OnAck(SipRequest ack, Flow flow)
    {
    }

    public bool MakesRoom(SipRequest request) => false;

    public void OnIdle()
    {
    }

    public void Dispose() => Transport.Dispose();
}
