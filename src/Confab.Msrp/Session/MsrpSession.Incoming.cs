// What the peer sends (RFC 4975 7.2, 7.3.1, 7.3.2): SENDs go to the handler and are answered, REPORTs and responses find what they are about.
using Confab.Runtime;

namespace Confab.Msrp;

[Clause("RFC 4975", "7.3.1", "MSW-9", "MSW-14", "IMC-SDP-10")]
public sealed partial class MsrpSession
{
    private bool _chunkRefused; // of the chunk that is coming in: answered already, its rest is passed over
    private SuccessReports? _successReports;

    /// <summary>
    /// Whether a message that asks for it is reported as received once it is complete (7.1.3). A handler that knows better when a message
    /// is delivered turns this off and calls <see cref="SendReport"/>.
    /// </summary>
    public bool ReportsSuccess { get; set; } = true;

    /// <summary>Reports on bytes of a message that the peer sent (7.1.2); only for a message that asked for this report.</summary>
    [Clause("RFC 4975", "7.1.3", "MSW-9")]
    [Clause("RFC 4975", "7.1.4")]
    public SendStatus SendReport(ReadOnlySpan<byte> messageId, ByteRange range, MsrpStatus status)
    {
        if (_connection is null) return SendStatus.Closed;
        var fields = Fields.Shared.Start(messageId, range).Status(status);
        return Write(
            new RequestFrame { Id = World.Ids.Unique(), Method = "REPORT"u8, Paths = _paths, Fields = fields.Written, Continuation = (byte)'$' }, reserve: 0);
    }

    private void OnSend(MsrpConnection connection, in MsrpFrame frame)
    {
        if (frame.IsFirstPiece) _chunkRefused = false;
        if (_chunkRefused) return;
        var status = Check(frame);
        if (status == MsrpStatus.Ok && ConcernsHandler(frame)) status = _handler.OnPiece(this, frame);
        if (!status.IsSuccess())
        {
            // At once, though the chunk may go on: its sender can interrupt it (10.5).
            _chunkRefused = true;
            _successReports?.Forget(frame.MessageId);
            connection.Answer(frame, status, LocalUriBytes);
            return;
        }

        if (frame.IsLastPiece) connection.Answer(frame, status, LocalUriBytes);
        if (frame.Continuation == '#') _successReports?.Forget(frame.MessageId);
        else if (frame.SuccessReport && frame.HasBody && ReportsSuccess && _connection == connection) ReportWhenComplete(frame);
    }

    private MsrpStatus Check(in MsrpFrame frame)
    {
        if (frame.Error != MsrpHeaderError.None) return MsrpStatus.BadRequest;
        var most = _transport.Options.MaxMessageSize;
        return frame.Range.Total > most || frame.Offset - 1 + frame.Body.Length > most ? MsrpStatus.TooLarge : MsrpStatus.Ok;
    }

    /// <summary>A SEND without content that is no part of a message binds, or keeps an address translator awake, and no more.</summary>
    private static bool ConcernsHandler(in MsrpFrame frame) => frame.HasBody || frame.Continuation != '$' || frame.Range.Start > 1;

    private void ReportWhenComplete(in MsrpFrame frame)
    {
        if (frame.IsWholeMessage)
        {
            var length = frame.Body.Length;
            SendReport(frame.MessageId, new ByteRange(1, length, length), MsrpStatus.Ok);
            return;
        }

        _successReports ??= new SuccessReports();
        if (_successReports.Add(frame) is { } complete) SendReport(frame.MessageId, complete, MsrpStatus.Ok);
    }

    private void OnReport(in MsrpFrame frame)
    {
        if (frame.Error != MsrpHeaderError.None || !frame.IsLastPiece || frame.MessageId.IsEmpty) return;
        if (!frame.Status.IsSuccess()) _outbox.OnFailureReport(frame.MessageId, frame.Status);
        _handler.OnReport(this, frame.MessageId, frame.Range, frame.Status);
    }

    private void OnResponse(in MsrpFrame frame)
    {
        if (!TransactionId.TryRead(frame.TransactionId, out var id)) return;
        var status = frame.Status;
        if (id == _bindId) OnBindAnswered(status);
        else if (!_outbox.OnAnswered(id, status) && !status.IsSuccess()) _handler.OnCopyRefused(this, _copies.OnRefused(id), status);

        // The peer has no such session, or has it elsewhere: this connection is of no use to it (10.8, 10.10).
        if (status is MsrpStatus.NoSuchSession or MsrpStatus.AlreadyBound && _connection is not null) Lose(EndReason.PeerClosed);
    }

    private void ForgetIncoming()
    {
        _chunkRefused = true;
        _successReports = null;
    }
}
