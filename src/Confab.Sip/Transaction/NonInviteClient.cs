// Non-INVITE client transaction: RFC 3261 17.1.2, with RFC 4320: a 408 from the far end tells nothing that Timer F does not.
//
//   Trying ──1xx──► Proceeding ──200-699──► Completed ──Timer K──► (gone)
//      │ E: repeat       │ E: repeat every T2
//      └ F rings, or the transport fails ──► (gone), the user is told
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.1.2")]
internal sealed class NonInviteClient : IClientTransaction
{
    private readonly TransactionTable _table;
    private readonly SipRequest _request;
    private readonly byte[] _bytes;
    private readonly Flow _flow;
    private readonly IClientTransactionUser _user;
    private readonly Alarm _repeat;
    private readonly Alarm _end;
    private TimeSpan _interval;
    private State _state = State.Trying;

    public NonInviteClient(TransactionTable table, SipRequest request, byte[] bytes, Flow flow, IClientTransactionUser user)
    {
        _table = table;
        _request = request;
        _bytes = bytes;
        _flow = flow;
        _user = user;
        _interval = table.Times.T1;
        _repeat = new Alarm(table.Mailbox, OnTimerE);
        _end = new Alarm(table.Mailbox, OnEndTimer);
    }

    private enum State
    {
        Trying,
        Proceeding,
        Completed,
    }

    public void Start()
    {
        _end.Set(_table.Times.Patience); // Timer F
        if (!_flow.IsReliable) _repeat.Set(_interval); // Timer E
        if (!_table.Transport.Send(_flow, _bytes)) Fail(EndReason.Unreachable);
    }

    public void OnResponse(SipResponse response, Flow flow)
    {
        if (_state == State.Completed) return;
        if (response.Status < 200)
        {
            _state = State.Proceeding;
        }
        else
        {
            _state = State.Completed;
            _repeat.Cancel();
            if (_flow.IsReliable) Gone();
            else _end.Set(_table.Times.T4); // Timer K
        }

        _user.OnResponse(response, flow);
    }

    private void OnTimerE()
    {
        _interval = _state == State.Proceeding ? _table.Times.T2 : _table.Times.Doubled(_interval);
        _repeat.Set(_interval);
        if (!_table.Transport.Send(_flow, _bytes)) Fail(EndReason.Unreachable);
    }

    private void OnEndTimer()
    {
        if (_state == State.Completed) Gone();
        else Fail(EndReason.TimedOut);
    }

    private void Fail(EndReason reason)
    {
        Gone();
        _user.OnNoResponse(reason);
    }

    private void Gone()
    {
        _repeat.Cancel();
        _end.Cancel();
        _table.ForgetClient(_request);
    }
}
