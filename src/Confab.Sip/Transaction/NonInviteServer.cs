// Non-INVITE server transaction: RFC 3261 17.2.2.
//
//   Trying ──1xx──► Proceeding ──200-699──► Completed ──Timer J──► (gone)
//                       a repeated request gets the last response again; in Trying it is absorbed
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.2.2")]
internal sealed class NonInviteServer(TransactionTable table, SipRequest request, Flow flow, Flow replyFlow) : IServerTransaction
{
    // Once answered it is remembered for 32 s, and there are many such: its index, two thirds of a request's memory, is then let go.
    private readonly byte[] _bytes = request.Bytes;
    private SipRequest? _request = request;
    private Alarm? _end;
    private byte[]? _last;
    private int _status;

    public SipRequest Request => _request ?? SipParser.ParseOwnRequest(_bytes);

    ServerKey IServerTransaction.Key { get; } = ServerKey.Of(request, request.Method);

    RequestIdentity IServerTransaction.Identity { get; } = RequestIdentity.Of(request);

    public Flow Flow { get; } = flow;

    public bool HasFinal { get; private set; }

    bool IServerTransaction.WasRefused => _status >= 300;

    public void Respond(int status, byte[] response)
    {
        if (HasFinal) return;
        _last = response;
        _status = status;
        table.Transport.Respond(Request, replyFlow, response);
        if (status < 200) return;
        HasFinal = true;
        if (replyFlow.IsReliable)
        {
            table.Forget(this); // Timer J is zero: nothing is repeated on a reliable transport
            return;
        }

        _request = null;
        _end = new Alarm(table.Mailbox, () => table.Forget(this));
        _end.Set(table.Times.Patience);
    }

    public void OnRequest(SipRequest request, Flow flow)
    {
        if (_last is not null) table.Transport.Respond(request, replyFlow, _last);
    }
}
