using System.Text;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Tests.House.Readmes;

sealed class Listener(Action<string> tell) : IMsrpSessionHandler
{
    readonly MessageAssembler _assembler = new(mostBytes: 1024 * 1024);

    // a long message comes in many pieces; the status is what its chunk is answered with
    public MsrpStatus OnPiece(MsrpSession session, in MsrpFrame piece)
    {
        var status = _assembler.Add(piece, out var message);
        if (message is not null) tell($"{message.ContentType}: {Encoding.UTF8.GetString(message.Body.Span)}");
        return status;
    }

    public void OnSent(MsrpSession session, OutgoingMessage message, MsrpStatus status) => tell($"sent: {status}");

    public void OnEnded(MsrpSession session, EndReason reason) => tell($"ended: {reason}");

    public void OnBound(MsrpSession session)
    {
    }

    public void OnAlive(MsrpSession session)
    {
    }

    public void OnProgress(MsrpSession session, OutgoingMessage message, long taken)
    {
    }

    public void OnCopyRefused(MsrpSession session, ulong message, MsrpStatus status)
    {
    }

    public void OnReport(MsrpSession session, ReadOnlySpan<byte> messageId, ByteRange range, MsrpStatus status)
    {
    }

    public void OnDrained(MsrpSession session)
    {
    }
}
