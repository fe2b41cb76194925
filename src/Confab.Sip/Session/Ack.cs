using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>Acknowledging a 2xx: RFC 3261 13.2.2.4. Each repeated 2xx gets the same ACK again; a 2xx of another branch of a fork is ended.</summary>
public sealed partial class SipSession
{
    private byte[]? _ack;
    private Flow? _ackFlow;

    [Clause("RFC 3261", "13.2.2.4", "IMC-1TO1-2")]
    private void TakeAcceptance(SipResponse response, Flow flow)
    {
        if (Dialog is { } known)
        {
            // While the way to the peer is still looked for, a repeated 2xx has no ACK to get yet.
            if (!response.ToTag.Equals(Text.Of(known.RemoteTag))) EndFork(response, flow);
            else if (_ack is not null) _agent.Transport.Send(_ackFlow!, _ack);
            return;
        }

        var wanted = State == SessionState.Calling && !_cancelling;
        StopCancelling();
        Dialog = Sip.Dialog.Dialog.OfCaller(_invite!, response, flow);
        State = SessionState.Established;
        ReachPeer(found =>
        {
            _ackFlow = found ?? flow;
            _ack = ComposeAck(Dialog, _ackFlow);
            _agent.Transport.Send(_ackFlow, _ack);
            if (wanted) _user.OnAnswered(this, response);
            else
            {
                // The answer crossed our CANCEL: what it made is ended (RFC 3261 15, IMC-GEN-12).
                _user.OnRefused(this, StatusCode.RequestTerminated, null);
                Bye();
            }
        });
    }

    private byte[] ComposeAck(Dialog.Dialog dialog, Flow flow) => RequestInDialog.Compose(
        dialog,
        SipMethod.Ack,
        _invite!.CSeq.Number,
        _agent.Transport,
        flow,
        (ref SipWriter writer) =>
        {
            _credentials?.Invoke(ref writer);
            _agent.WriteRequestHeaders(ref writer, SipMethod.Ack);
        });

    private void EndFork(SipResponse response, Flow flow)
    {
        var fork = Sip.Dialog.Dialog.OfCaller(_invite!, response, flow);
        _agent.Transport.Send(flow, ComposeAck(fork, flow));
        ClientRequest.Send(
            _agent,
            flow,
            SipMethod.Bye,
            fork.RemoteTarget.ToString(),
            credentials => RequestInDialog.Compose(
                fork,
                SipMethod.Bye,
                ++fork.LocalCSeq,
                _agent.Transport,
                flow,
                (ref SipWriter writer) =>
                {
                    _agent.WriteRequestHeaders(ref writer, SipMethod.Bye);
                    credentials?.Invoke(ref writer);
                }),
            static (_, _) => { });
    }
}
