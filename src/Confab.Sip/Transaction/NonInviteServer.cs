// Non-INVITE server transaction: RFC 3261 17.2.2.
//
//   Trying ──1xx──► Proceeding ──200-699──► Completed ──Timer J──► (gone)
//                       a repeated request gets the last response again; in Trying it is absorbed
//
// In Completed it is its response alone, in AnsweredRequests; on a reliable transport Timer J is zero.
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.2.2")]
internal sealed class NonInviteServer(TransactionTable table, SipRequest request, Flow flow, Flow replyFlow) : IServerTransaction
{
    private byte[]? _last;

    public SipRequest Request { get; } = request;

    public Flow Flow { get; } = flow;

    public bool HasFinal { get; private set; }

    public void Respond(int status, byte[] response)
    {
        if (HasFinal) return;
        _last = response;
        table.Transport.Respond(Request, replyFlow, response);
        if (status < 200) return;
        HasFinal = true;
        if (!replyFlow.IsReliable) table.Transport.Answered.Add(ServerKey.Of(Request, Request.Method), CopiesOf(status), response);
        table.Forget(this);
    }

    public void OnRequest(SipRequest request, Flow flow)
    {
        if (_last is not null) table.Transport.Respond(request, replyFlow, _last);
    }

    /// <summary>In a dialog nothing is forked; and one that was refused, as by a challenge, may come again.</summary>
    private RequestIdentity? CopiesOf(int status) =>
        status < 300 && Request.ToTag.IsEmpty && Request.Method != SipMethod.Cancel ? RequestIdentity.Of(Request) : null;
}
