using Confab.Client.Procedures;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>
/// The messages of one session: its MSRP session, and what both sides said of theirs. Lives in the client's mailbox. What is described and
/// agreed is in MessageLeg.Description.
/// </summary>
[Clause("RFC 4975", "5.4", "IMC-SDP-7", "IMC-SDP-10")]
internal sealed partial class MessageLeg(ImSession session, MessageMedia media, string host) : IMsrpSessionHandler
{
    private readonly MessageAssembler _assembler = new(session.Client.Options.MaxMessageSize);
    private readonly Dictionary<OutgoingMessage, TaskCompletionSource<SendOutcome>> _unanswered = [];
    private MsrpSession _msrp = null!;
    private bool _isStopped;

    private ImClientOptions Options => session.Client.Options;

    public void Open(MsrpSession msrp) => _msrp = msrp;

    /// <summary>Opens the connection where that is ours to do; the first SEND follows at once and binds it.</summary>
    public void Start()
    {
        if (_isActive) _msrp.Connect();
    }

    /// <summary>Sends a body; the outcome, and the event about it, come with the answer.</summary>
    public void Send(string contentType, ReadOnlyMemory<byte> body, TaskCompletionSource<SendOutcome> answer)
    {
        if (_isStopped)
        {
            answer.TrySetResult(new SendOutcome("", false, (int)MsrpStatus.NoSuchSession, "The session is ending."));
            return;
        }

        var message = new OutgoingMessage(contentType, body);
        _unanswered.Add(message, answer);
        switch (_msrp.Send(message))
        {
            case SendStatus.Sent or SendStatus.Queued:
                return;
            case SendStatus.TooLarge:
                Refuse(message, MsrpStatus.TooLarge, $"The other side takes no more than {_msrp.RemoteMaxSize} octets in a message; this one has {body.Length}.");
                break;
            case SendStatus.Full:
                Refuse(message, MsrpStatus.TimedOut, "Too many messages wait for the other side already.");
                break;
            default:
                Refuse(message, MsrpStatus.NoSuchSession, "There is no connection for messages any more.");
                break;
        }
    }

    /// <summary>No SEND from now on; what is under way is given up (C-16).</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (var message in _unanswered.Keys.ToArray()) _msrp.Abort(message);
    }

    /// <summary>Frees the session and its connection.</summary>
    public void Close()
    {
        _isStopped = true;
        _msrp.Close(EndReason.Left);
    }

    MsrpStatus IMsrpSessionHandler.OnPiece(MsrpSession msrp, in MsrpFrame piece)
    {
        if (_isStopped) return MsrpStatus.NoSuchSession;
        if (piece.IsFirstPiece && piece.ContentType.Length > 0 && !ReceiveMessage.Takes(session, piece.ContentTypeText)) return MsrpStatus.UnsupportedType;
        var status = _assembler.Add(piece, out var message);
        return message is null ? status : ReceiveMessage.Take(session, message);
    }

    void IMsrpSessionHandler.OnSent(MsrpSession msrp, OutgoingMessage message, MsrpStatus status)
    {
        if (!_unanswered.Remove(message, out var answer)) return;
        var id = message.MessageId!;
        if (status.IsSuccess())
        {
            session.Client.Tell(new Sent(session, id, (int)status));
            answer.TrySetResult(new SendOutcome(id, true, (int)status, ""));
            return;
        }

        var text = status == MsrpStatus.Unconfirmed ? "Nobody confirmed it before the session or its connection ended." : System.Text.Encoding.ASCII.GetString(status.Comment());
        session.Client.Tell(new Undelivered(session, id, (int)status, text));
        answer.TrySetResult(new SendOutcome(id, false, (int)status, text));
    }

    void IMsrpSessionHandler.OnEnded(MsrpSession msrp, EndReason reason)
    {
        _assembler.Clear();
        if (!_isStopped) MediaLost.Take(session, reason);
    }

    private void Refuse(OutgoingMessage message, MsrpStatus status, string text)
    {
        if (_unanswered.Remove(message, out var answer)) answer.TrySetResult(new SendOutcome("", false, (int)status, text));
    }
}
