using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>Told of what happens to a session, always inside the mailbox that owns it.</summary>
public interface IMsrpSessionHandler
{
    /// <summary>
    /// A piece of a SEND arrived. Any status but success refuses the chunk: it is answered at once where the sender wants answers, and
    /// the rest of the chunk is not shown. A chunk with '#' is the end of a message that will not be complete.
    /// </summary>
    MsrpStatus OnPiece(MsrpSession session, in MsrpFrame piece);

    /// <summary>The session has no connection any more, or is closed; once for each time that it was made to wait or connect.</summary>
    void OnEnded(MsrpSession session, EndReason reason);

    /// <summary>The peer is connected; what waited for it was sent.</summary>
    void OnBound(MsrpSession session)
    {
    }

    /// <summary>The peer has answered the SEND without content that binds, or asks whether it is there.</summary>
    void OnAlive(MsrpSession session)
    {
    }

    /// <summary>
    /// What became of a message of <see cref="MsrpSession.Send"/>: Ok when every chunk was answered so, or when all of it was written
    /// where no answers were asked for; with <see cref="FailureReport.Partial"/> an error may still follow.
    /// </summary>
    void OnSent(MsrpSession session, OutgoingMessage message, MsrpStatus status)
    {
    }

    /// <summary>The peer has taken so many octets of a message of <see cref="MsrpSession.Send"/>, by its answers.</summary>
    void OnProgress(MsrpSession session, OutgoingMessage message, long taken)
    {
    }

    /// <summary>The peer refused a copy. <paramref name="message"/> is what it was prepared with, or zero when that is not known any more.</summary>
    void OnCopyRefused(MsrpSession session, ulong message, MsrpStatus status)
    {
    }

    /// <summary>A REPORT arrived, about a message of either way of sending.</summary>
    void OnReport(MsrpSession session, ReadOnlySpan<byte> messageId, ByteRange range, MsrpStatus status)
    {
    }

    /// <summary>The connection did not keep up, and has now taken all that it was given.</summary>
    void OnDrained(MsrpSession session)
    {
    }
}
