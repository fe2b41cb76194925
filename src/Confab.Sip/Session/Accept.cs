using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>Being invited: RFC 3261 13.3.</summary>
public sealed partial class SipSession
{
    private readonly Alarm _repeatAccept;
    private readonly Alarm _noAck;
    private Alarm? _trying;
    private IServerTransaction? _offer;
    private byte[]? _acceptance;
    private TimeSpan _interval;

    /// <summary>The INVITE that this session answers.</summary>
    public IServerTransaction? Offer => _offer;

    /// <summary>Takes an INVITE that starts a dialog; it waits for <see cref="Accept"/> or <see cref="Refuse"/>.</summary>
    /// <returns>False for one without the Contact that a dialog needs: it has been answered 400 (RFC 3261 8.1.1.8).</returns>
    public bool TakeOffer(IServerTransaction transaction)
    {
        _offer = transaction;
        State = SessionState.Offered;
        LocalTag = _agent.Transport.World.Ids.Token(40);
        CallId = transaction.Request.CallId.ToString();
        if (Sip.Dialog.Dialog.HasContact(transaction.Request, out _)) return true;
        Refuse(StatusCode.BadRequest, reason: "Missing Contact");
        return false;
    }

    /// <summary>100: the answer takes longer than 200 ms (RFC 3261 17.2.1).</summary>
    public void SayTrying() => Provisional(StatusCode.Trying, null);

    /// <summary>100, unless it is answered within 200 ms (RFC 3261 17.2.1).</summary>
    public void SayTryingSoon()
    {
        if (State != SessionState.Offered) return;
        _trying = new Alarm(Mailbox, SayTrying);
        _trying.Set(TimeSpan.FromMilliseconds(200));
    }

    /// <summary>A provisional answer, 180 where nothing else is said; makes the dialog early (RFC 3261 13.3.1.1).</summary>
    [Clause("RFC 3261", "13.3.1.1", "IMC-INV-RING")]
    public void Ring(int status = StatusCode.Ringing, HeadersWriter? more = null) => Provisional(status, more);

    /// <summary>200 with the answer, repeated until the ACK comes (RFC 3261 13.3.1.4).</summary>
    [Clause("RFC 3261", "13.3.1.4", "IMC-INV-4")]
    public void Accept(string contentType, byte[] body, HeadersWriter? more = null)
    {
        if (State != SessionState.Offered) return;
        Dialog ??= Sip.Dialog.Dialog.OfCallee(_offer!, LocalTag);
        State = SessionState.Accepted;
        _trying?.Cancel();
        _acceptance = Compose(_offer!, StatusCode.Ok, more, "", contentType, body);
        _offer!.Respond(StatusCode.Ok, _acceptance);
        _interval = _agent.Transactions.Times.T1;
        _repeatAccept.Set(_interval);
        _noAck.Set(_agent.Transactions.Times.Patience);
    }

    /// <summary>A final refusal, 300 to 699 (RFC 3261 13.3.1.3).</summary>
    [Clause("RFC 3261", "13.3.1.3", "IMC-INV-D1")]
    public void Refuse(int status, HeadersWriter? more = null, string reason = "")
    {
        if (State != SessionState.Offered) return;
        State = SessionState.Ended;
        Respond(_offer!, status, more, reason);
    }

    /// <summary>The ACK of our 2xx; a repeated one changes nothing.</summary>
    public void TakeAck(SipRequest ack, Flow flow)
    {
        if (State != SessionState.Accepted || _offer!.Request.CSeq.Number != ack.CSeq.Number) return;
        StopRepeating();
        State = SessionState.Established;
        Dialog!.HeardOn(flow);
        if (_byeAfterAck) Bye(_byeHeaders);
        else if (_offer != _modify) _user.OnConfirmed(this, ack);
    }

    private void Provisional(int status, HeadersWriter? more)
    {
        if (State != SessionState.Offered) return;
        if (status > 100) Dialog ??= Sip.Dialog.Dialog.OfCallee(_offer!, LocalTag);
        Respond(_offer!, status, more);
    }

    private void RepeatAccept()
    {
        _interval = _agent.Transactions.Times.Doubled(_interval);
        _repeatAccept.Set(_interval);
        _offer!.Respond(StatusCode.Ok, _acceptance!);
    }

    private void OnNoAck()
    {
        // RFC 3261 13.3.1.4: confirmed for all that, and ended with a BYE.
        StopRepeating();
        State = SessionState.Established;
        if (_byeAfterAck)
        {
            Bye(_byeHeaders);
            return;
        }

        State = SessionState.Ended;
        RequestInDialog.Send(_agent, Dialog!, SipMethod.Bye, null, static (_, _) => { });
        _user.OnEnded(this, EndReason.TimedOut, null);
    }

    private void StopRepeating()
    {
        _repeatAccept.Cancel();
        _noAck.Cancel();
        _acceptance = null;
    }
}
