using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>
/// Acknowledging a 2xx: RFC 3261 13.2.2.4. Each repeated 2xx gets the same ACK again; a 2xx of another branch of a fork, and one that nobody
/// waits for any more, is acknowledged and ended.
/// </summary>
public sealed partial class SipSession
{
    private readonly List<Acknowledgement> _acknowledgements = [];

    [Clause("RFC 3261", "13.2.2.4", "IMC-1TO1-2", "IMC-GEN-12")]
    private void TakeAcceptance(SipResponse response, Flow flow)
    {
        foreach (var known in _acknowledgements)
        {
            if (!known.Dialog.WasMadeBy(response)) continue;
            if (known.Ack is not null) _agent.Transport.Send(known.Flow!, known.Ack);
            return;
        }

        // Each costs a dialog, an ACK and a BYE, and tags are the peer's to invent. Who hears no ACK gives up by himself (RFC 3261 13.3.1.4).
        if (_acknowledgements.Count >= _agent.Transport.World.Limits.AnswersPerInvite) return;
        StopCancelling();
        var acknowledgement = new Acknowledgement(Sip.Dialog.Dialog.OfCaller(_invite!, response, flow));
        var dialog = acknowledgement.Dialog;
        _acknowledgements.Add(acknowledgement);
        Dialog ??= dialog;
        RequestInDialog.Reach(_agent, dialog, (found, location) =>
        {
            acknowledgement.Flow = found ?? flow;
            acknowledgement.Ack = ComposeAck(dialog, acknowledgement.Flow, location);
            _agent.Transport.Send(acknowledgement.Flow, acknowledgement.Ack);
            if (dialog == Dialog && State == SessionState.Calling && !_cancelling)
            {
                State = SessionState.Established;
                _user.OnAnswered(this, response);
                return;
            }

            RequestInDialog.Send(_agent, dialog, SipMethod.Bye, null, static (_, _) => { });
            if (dialog != Dialog || State != SessionState.Calling) return;
            State = SessionState.Ended; // the answer crossed our CANCEL (RFC 3261 15)
            _user.OnRefused(this, StatusCode.RequestTerminated, null);
        });
    }

    private byte[] ComposeAck(Dialog.Dialog dialog, Flow flow, Location? location) => RequestInDialog.Compose(
        dialog,
        SipMethod.Ack,
        _invite!.CSeq.Number,
        _agent.Transport,
        flow,
        (ref SipWriter writer) =>
        {
            _authorizations?.Write(ref writer);
            _agent.WriteRequestHeaders(ref writer, SipMethod.Ack);
        },
        location);

    /// <summary>A 2xx that came, and its ACK once there was a way to send it.</summary>
    private sealed class Acknowledgement(Dialog.Dialog dialog)
    {
        public Dialog.Dialog Dialog => dialog;

        public Flow? Flow { get; set; }

        public byte[]? Ack { get; set; }
    }
}
