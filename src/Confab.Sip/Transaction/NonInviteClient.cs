// Non-INVITE client transaction: RFC 3261 17.1.2, with RFC 4320: a 408 from the far end tells nothing that Timer F does not.
//
//   Trying ──1xx──► Proceeding ──200-699──► (gone)
//      │ E: repeat       │ E: repeat every T2
//      └ F rings, or the transport fails ──► (gone), the user is told
//
// Completed and its Timer K are left out: they absorb repeated responses, and a response that no transaction waits for is dropped here anyway.
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.1.2")]
internal sealed class NonInviteClient : IClientTransaction, IFlowUser
{
    private readonly TransactionTable _table;
    private readonly byte[] _bytes;
    private readonly Flow _flow;
    private readonly IClientTransactionUser _user;
    private readonly Alarm? _repeat; // on unreliable transports
    private readonly Alarm _end;
    private TimeSpan _interval;
    private State _state = State.Trying;

    public NonInviteClient(TransactionTable table, SipRequest request, byte[] bytes, Flow flow, IClientTransactionUser user)
    {
        _table = table;
        Request = request;
        _bytes = bytes;
        _flow = flow;
        _user = user;
        _interval = table.Times.T1;
        if (!flow.IsReliable) _repeat = new Alarm(table.Mailbox, OnTimerE);
        _end = new Alarm(table.Mailbox, () => Fail(EndReason.TimedOut));
    }

    private enum State
    {
        Trying,
        Proceeding,
        Gone,
    }

    public SipRequest Request { get; }

    public void Start()
    {
        _end.Set(_table.Times.Patience); // Timer F
        _repeat?.Set(_interval); // Timer E
        if (_flow.IsReliable) _table.Transport.Watch(_flow, this);
        if (!_table.Transport.Send(_flow, _bytes)) OnFlowClosed();
    }

    public void OnResponse(SipResponse response, Flow flow)
    {
        if (_state == State.Gone) return;
        if (response.Status < 200)
        {
            _state = State.Proceeding;
            _user.OnResponse(response, flow);
            return;
        }

        _state = State.Gone; // nothing that the user does now is taken for more of it
        _user.OnResponse(response, flow);
        Gone();
    }

    /// <summary>In a letter of its own: nobody is told inside the call in which he sends.</summary>
    public void OnFlowClosed() => _table.Mailbox.Post(() => Fail(EndReason.Unreachable));

    public void Gone()
    {
        _state = State.Gone;
        _repeat?.Cancel();
        _end.Cancel();
        if (_flow.IsReliable) _table.Transport.Unwatch(_flow, this);
        _table.ForgetClient(Request);
    }

    private void OnTimerE()
    {
        _interval = _state == State.Proceeding ? _table.Times.T2 : _table.Times.Doubled(_interval);
        _repeat!.Set(_interval);
        if (!_table.Transport.Send(_flow, _bytes)) Fail(EndReason.Unreachable);
    }

    private void Fail(EndReason reason)
    {
        if (_state == State.Gone) return;
        _user.OnNoResponse(reason);
        Gone();
    }
}
