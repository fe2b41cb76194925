using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>Ending a session: RFC 3261 15.</summary>
public sealed partial class SipSession
{
    private bool _byeAfterAck;
    private HeadersWriter? _byeHeaders;

    /// <summary>What our BYE was answered, 408 where it was not; 200 where there was nothing to be sent.</summary>
    public int ByeStatus { get; private set; } = StatusCode.Ok;

    /// <summary>
    /// Sends BYE; a callee whose 2xx has no ACK yet waits for it first (RFC 3261 15). Any final answer, and none, end the session.
    /// </summary>
    [Clause("RFC 3261", "15.1.1", "IMC-LEAVE-1", "IMC-LEAVE-4", "IMC-LEAVE-ERR")]
    public void Bye(HeadersWriter? more = null)
    {
        if (State == SessionState.Accepted)
        {
            _byeAfterAck = true;
            _byeHeaders = more;
            return;
        }

        if (State != SessionState.Established) return;
        State = SessionState.Leaving;
        RefuseModify(StatusCode.RequestTerminated);
        StopChanging();
        RequestInDialog.Send(_agent, Dialog!, SipMethod.Bye, more, (status, _) =>
        {
            if (State != SessionState.Leaving) return;
            ByeStatus = status;
            State = SessionState.Ended;
            _user.OnByeDone(this);
        });
    }

    [Clause("RFC 3261", "15.1.2", "IMC-REL-1", "IMS-BYE-1")]
    private void TakeBye(IServerTransaction transaction)
    {
        Respond(transaction, StatusCode.Ok);
        RefuseModify(StatusCode.RequestTerminated); // what is pending ends with it
        switch (State)
        {
            case SessionState.Offered:
                State = SessionState.Ended;
                Respond(_offer!, StatusCode.RequestTerminated);
                _user.OnCancelled(this);
                break;
            case SessionState.Calling:
                // He accepted, and has left before a way for our ACK was found.
                State = SessionState.Ended;
                StopCancelling();
                _user.OnRefused(this, StatusCode.RequestTerminated, null);
                break;
            case SessionState.Leaving:
                // Both left at once: our own BYE still runs to its end.
                break;
            case SessionState.Accepted or SessionState.Established:
                StopRepeating();
                State = SessionState.Ended;
                StopChanging();
                if (_byeAfterAck) _user.OnByeDone(this); // both left at once, and ours was not sent yet
                else _user.OnEnded(this, EndReason.Left, transaction.Request);
                break;
        }
    }
}
