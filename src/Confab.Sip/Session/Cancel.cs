using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>Giving an INVITE up, and hearing that the peer did: RFC 3261 9.</summary>
public sealed partial class SipSession
{
    private bool _provisional;
    private bool _cancelling;
    private bool _cancelSent;
    private Alarm? _noFinal;
    private Alarm? _noAnswer;

    /// <summary>Gives our INVITE up; the user hears OnRefused with what comes of it, 487 as a rule.</summary>
    /// <remarks>Before the first provisional response nothing may be sent; the CANCEL then waits for it (RFC 3261 9.1).</remarks>
    [Clause("RFC 3261", "9.1", "IMC-GEN-12", "IMC-LEAVE-EARLY")]
    public void Cancel()
    {
        if (State != SessionState.Calling || _cancelling) return;
        _cancelling = true;
        if (_invite is null) GiveUp(StatusCode.RequestTerminated);
        else if (_provisional && Dialog is null) SendCancel();
    }

    /// <summary>The peer cancelled the INVITE that this session answers, or a re-INVITE; the CANCEL itself is answered by the caller.</summary>
    [Clause("RFC 3261", "9.2")]
    public void TakeCancel()
    {
        RefuseModify(StatusCode.RequestTerminated);
        if (State != SessionState.Offered) return;
        State = SessionState.Ended;
        Respond(_offer!, StatusCode.RequestTerminated);
        _user.OnCancelled(this);
    }

    private void OnAnyProvisional()
    {
        _provisional = true;
        if (_noAnswer is null && State == SessionState.Calling)
        {
            // A peer that rings and is never heard again: the INVITE transaction itself would wait for ever (RFC 3261 16.8, Timer C).
            _noAnswer = new Alarm(Mailbox, Cancel);
            _noAnswer.Set(TimeSpan.FromSeconds(_agent.Transport.World.Limits.InviteAnswerSeconds) + _agent.Transactions.Times.Patience);
        }

        if (_cancelling && State == SessionState.Calling) SendCancel();
    }

    private void SendCancel()
    {
        if (_cancelSent) return;
        _cancelSent = true;
        var cancel = CopyOfInvite.Cancel(_invite!, (ref SipWriter writer) => _agent.WriteRequestHeaders(ref writer, SipMethod.Cancel));
        _agent.Transactions.Send(cancel, _inviteFlow!, s_unheard);

        // A peer that knows nothing of CANCEL sends no final response: after 64*T1 the INVITE is given up (RFC 3261 9.1).
        _noFinal = new Alarm(Mailbox, () =>
        {
            GiveUp(StatusCode.RequestTerminated);
            _agent.Transactions.Abandon(_invite!);
        });
        _noFinal.Set(_agent.Transactions.Times.Patience);
    }

    private void StopCancelling()
    {
        _noFinal?.Cancel();
        _noAnswer?.Cancel();
    }

    private static readonly Unheard s_unheard = new();

    /// <summary>What a CANCEL is answered changes nothing: the INVITE's own final response counts.</summary>
    private sealed class Unheard : IClientTransactionUser
    {
        public void OnResponse(SipResponse response, Flow flow)
        {
        }

        public void OnNoResponse(EndReason reason)
        {
        }
    }
}
