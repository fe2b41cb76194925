// INVITE client transaction: RFC 3261 17.1.1 as amended by RFC 6026 7.2.
//
//   Calling ──1xx──► Proceeding ──2xx──► Accepted ──Timer M──► (gone)
//      │ A: repeat       └──300-699: ACK──► Completed ──Timer D──► (gone)
//      └ B rings, or the transport fails ──► (gone), the user is told
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Sip.Transaction;

[Clause("RFC 3261", "17.1.1")]
internal sealed class InviteClient : IClientTransaction, IFlowUser
{
    private readonly TransactionTable _table;
    private readonly byte[] _bytes;
    private readonly Flow _flow;
    private readonly IClientTransactionUser _user;
    private readonly Alarm? _repeat; // on unreliable transports
    private readonly Alarm _end;
    private TimeSpan _interval;
    private State _state = State.Calling;
    private byte[]? _ack;

    public InviteClient(TransactionTable table, SipRequest request, byte[] bytes, Flow flow, IClientTransactionUser user)
    {
        _table = table;
        Request = request;
        _bytes = bytes;
        _flow = flow;
        _user = user;
        _interval = table.Times.T1;
        if (!flow.IsReliable) _repeat = new Alarm(table.Mailbox, OnTimerA);
        _end = new Alarm(table.Mailbox, OnEndTimer);
    }

    private enum State
    {
        Calling,
        Proceeding,
        Completed,
        Accepted,
        Gone,
    }

    public SipRequest Request { get; }

    public void Start()
    {
        _end.Set(_table.Times.Patience); // Timer B
        _repeat?.Set(_interval); // Timer A
        if (_flow.IsReliable) _table.Transport.Watch(_flow, this);
        if (!_table.Transport.Send(_flow, _bytes)) OnFlowClosed();
    }

    public void OnResponse(SipResponse response, Flow flow)
    {
        switch (_state)
        {
            case State.Calling or State.Proceeding when response.Status < 200:
                _state = State.Proceeding;
                _repeat?.Cancel();
                _end.Cancel();
                _user.OnResponse(response, flow);
                break;
            case State.Calling or State.Proceeding when response.Status < 300:
                _state = State.Accepted;
                _repeat?.Cancel();
                _end.Set(_table.Times.Patience); // Timer M
                _user.OnResponse(response, flow);
                break;
            case State.Calling or State.Proceeding:
                _state = State.Completed;
                _repeat?.Cancel();
                _ack = CopyOfInvite.Ack(Request, response);
                _table.Transport.Send(_flow, _ack);
                if (!_flow.IsReliable) _end.Set(TimerValues.AbsorbInviteResponses); // Timer D
                _user.OnResponse(response, flow);
                if (_flow.IsReliable) Gone();
                break;
            case State.Completed when response.Status >= 300:
                _table.Transport.Send(_flow, _ack);
                break;
            case State.Accepted when response.Status is >= 200 and < 300:
                _user.OnResponse(response, flow);
                break;
        }
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

    private void OnTimerA()
    {
        _interval *= 2;
        _repeat!.Set(_interval);
        if (!_table.Transport.Send(_flow, _bytes)) Fail(EndReason.Unreachable);
    }

    private void OnEndTimer()
    {
        if (_state == State.Calling) Fail(EndReason.TimedOut);
        else Gone();
    }

    private void Fail(EndReason reason)
    {
        if (_state is not (State.Calling or State.Proceeding)) return;
        _user.OnNoResponse(reason);
        Gone();
    }
}
