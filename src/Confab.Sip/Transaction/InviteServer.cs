// INVITE server transaction: RFC 3261 17.2.1 as amended by RFC 6026 7.1.
//
//   Proceeding ──2xx──► Accepted ──Timer L──► (gone)           a repeated INVITE is absorbed
//       │ a repeated INVITE gets the last 1xx again
//       └──300-699──► Completed ──ACK──► Confirmed ──Timer I──► (gone)
//                        │ G: repeat the refusal; H: no ACK ──► (gone)
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.2.1")]
internal sealed class InviteServer : IServerTransaction
{
    private readonly TransactionTable _table;
    private readonly Flow _replyFlow;
    private readonly Alarm _repeat;
    private readonly Alarm _end;
    private TimeSpan _interval;
    private State _state = State.Proceeding;
    private byte[]? _last;

    public InviteServer(TransactionTable table, SipRequest request, Flow flow, Flow replyFlow)
    {
        _table = table;
        _replyFlow = replyFlow;
        Request = request;
        Flow = flow;
        _interval = table.Times.T1;
        _repeat = new Alarm(table.Mailbox, OnTimerG);
        _end = new Alarm(table.Mailbox, Gone);
    }

    private enum State
    {
        Proceeding,
        Accepted,
        Completed,
        Confirmed,
    }

    public SipRequest Request { get; }

    public Flow Flow { get; }

    public bool HasFinal => _state != State.Proceeding;

    bool IServerTransaction.WasRefused => _state is State.Completed or State.Confirmed;

    public void Respond(int status, byte[] response)
    {
        if (_state == State.Accepted && status is >= 200 and < 300)
        {
            _table.Transport.Respond(Request, _replyFlow, response); // the user repeats its 2xx until the ACK (RFC 3261 13.3.1.4)
            return;
        }

        if (_state != State.Proceeding) return;
        _last = response;
        _table.Transport.Respond(Request, _replyFlow, response);
        if (status < 200) return;
        if (status < 300)
        {
            _state = State.Accepted;
            _end.Set(_table.Times.Patience); // Timer L
        }
        else
        {
            _state = State.Completed;
            _end.Set(_table.Times.Patience); // Timer H
            if (!_replyFlow.IsReliable) _repeat.Set(_interval); // Timer G
        }
    }

    public void OnRequest(SipRequest request, Flow flow)
    {
        switch (_state)
        {
            case State.Accepted when request.Method == SipMethod.Ack:
                _table.OnAck(request, flow); // of a peer that gives the ACK of a 2xx its INVITE's branch (RFC 6026 7.1)
                break;
            case State.Completed when request.Method == SipMethod.Ack:
                _state = State.Confirmed;
                _repeat.Cancel();
                if (_replyFlow.IsReliable) Gone();
                else _end.Set(_table.Times.T4); // Timer I
                break;
            case State.Proceeding or State.Completed when request.Method == SipMethod.Invite && _last is not null:
                _table.Transport.Respond(Request, _replyFlow, _last!);
                break;
        }
    }

    private void OnTimerG()
    {
        _interval = _table.Times.Doubled(_interval);
        _repeat.Set(_interval);
        _table.Transport.Respond(Request, _replyFlow, _last!);
    }

    private void Gone()
    {
        _repeat.Cancel();
        _end.Cancel();
        _table.Forget(this);
    }
}
