using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transport;

/// <summary>SIP on a connection: messages framed by Content-Length (RFC 3261 18.3), keepalives answered (RFC 5626 3.5.1).</summary>
[Clause("RFC 3261", "18.3")]
internal sealed class SipStream(SipTransport transport, StreamFlow flow) : IStreamHandler
{
    private int _searched; // octets already searched for the end of the header in vain

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var limits = transport.World.Limits;
        var taken = 0;
        while (taken < bytes.Length)
        {
            var result = SipFramer.Find(bytes[taken..], limits.SipHeaderBytes, limits.SipBodyBytes, ref _searched, out var consumed, out var message, out var fault);
            switch (result)
            {
                case FrameResult.Message:
                    transport.OnMessage(bytes[taken..][message].ToArray(), flow);
                    break;
                case FrameResult.Ping:
                    flow.Send("\r\n"u8);
                    break;
                case FrameResult.NeedMore:
                    return taken + consumed;
                default:
                    RefuseAndClose(bytes[taken..], fault);
                    return bytes.Length;
            }

            taken += consumed;
            _searched = 0;
        }

        return taken;
    }

    public void OnClosed(EndReason reason) => transport.Receiver.OnFlowClosed(flow);

    /// <summary>What cannot be framed is answered where its header can be read, and closes this connection alone.</summary>
    private void RefuseAndClose(ReadOnlySpan<byte> bytes, Fault fault)
    {
        var head = bytes[..Math.Min(bytes.Length, transport.World.Limits.SipHeaderBytes)].ToArray();
        SipParser.TryParse(head, 0, head.Length, transport.World.Limits.SipHeaderCount, out var message, out _);
        if (message is SipRequest request && request.Method != SipMethod.Ack) transport.Refuse(request, flow, fault.Status, fault.Reason);
        flow.CloseWhenSent();
    }
}
