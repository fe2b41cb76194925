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
    private const int MostAssembled = 10 * 1024 * 1024; // octets in memory, where larger ones come as streams

    private const int MostBeforeQuiet = 128; // messages without an answer, half of what there is room for

    private readonly MessageAssembler _assembler = new(Assembled(session.Client.Options));
    private readonly IncomingStreams _streams = new(session);
    private readonly Dictionary<OutgoingMessage, Sending> _unanswered = [];
    private readonly Dictionary<OutgoingMessage, string> _quiet = []; // with their types; no more than wait for the connection
    private readonly HashSet<string> _refusedTypes = new(StringComparer.Ordinal); // of the few that are sent quietly
    private MsrpSession _msrp = null!;
    private bool _isStopped;
    private bool _hasReceived;
    private Rest? _rest;

    private ImClientOptions Options => session.Client.Options;

    public void Open(MsrpSession msrp) => _msrp = msrp;

    /// <summary>Whether it is ours to open the connection.</summary>
    public bool IsActive => _isActive;

    /// <summary>Asks the other side whether it is there still.</summary>
    public void Probe() => _msrp.Probe();

    /// <summary>Opens the connection where that is ours to do; the first SEND follows at once and binds it.</summary>
    public void Start()
    {
        if (_isActive) _msrp.Connect();
    }

    /// <summary>Sends a message; the outcome, and the event about it, come with the answers.</summary>
    public void Send(OutgoingMessage message, Sending sending)
    {
        if (_isStopped || _rest is not null)
        {
            if (message.MessageId is { } id) session.Client.Awaited.Remove(id);
            sending.Finish(new SendOutcome("", false, (int)MsrpStatus.NoSuchSession, "The session is ending."));
            return;
        }

        _unanswered.Add(message, sending);
        switch (_msrp.Send(message))
        {
            case SendStatus.Sent or SendStatus.Queued:
                return;
            case SendStatus.TooLarge:
                Refuse(message, MsrpStatus.TooLarge, $"The other side takes no more than {_msrp.RemoteMaxSize} octets in a message; this one has {message.Length}.");
                break;
            case SendStatus.Full:
                Refuse(message, MsrpStatus.TimedOut, "Too many messages wait for the other side already.");
                break;
            default:
                Refuse(message, MsrpStatus.NoSuchSession, "There is no connection for messages now.");
                break;
        }
    }

    /// <summary>
    /// Sends a message whose outcome nobody waits for; it waits for the connection as any other, but never takes the room of those that a user
    /// waits for. False where there is none; a type that was refused once is not sent again.
    /// </summary>
    public bool SendQuietly(OutgoingMessage message, string contentType)
    {
        if (_refusedTypes.Contains(contentType)) return true;
        if (_isStopped || _rest is not null || _msrp.UnsettledCount >= MostBeforeQuiet) return false;
        _quiet.Add(message, contentType);
        if (_msrp.Send(message) is SendStatus.Sent or SendStatus.Queued) return true;
        _quiet.Remove(message);
        return false;
    }

    /// <summary>The source of a message has more, or will have no more.</summary>
    public void Continue(OutgoingMessage message) => _msrp.Continue(message);

    /// <summary>Gives a message up; of one that is written whole the other side may have all.</summary>
    public void Abort(OutgoingMessage message) => _msrp.Abort(message);

    /// <summary>No SEND from now on; what is under way is given up (C-16).</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (var message in _unanswered.Keys.ToArray()) _msrp.Abort(message);
    }

    /// <summary>Whether a message is on its way in: one that has begun, or the only one of a session that is for it.</summary>
    public bool IsReceiving =>
        !_isStopped && _msrp.IsBound && (_assembler.OpenCount > 0 || _streams.OpenCount > 0 || (session is { IsLargeMessage: true, IsIncoming: true } && !_hasReceived));

    /// <summary>Whether something waits to be read that may be for this session.</summary>
    public bool HasUnread => !_isStopped && _msrp.Flow is { HasUnread: true };

    /// <summary>
    /// The other side has said goodbye, which may overtake what it sent before: that is taken still, for as long as it comes.
    /// </summary>
    public void TakeRest(Action taken) => _rest = new Rest(session.Client.Mailbox, taken);

    /// <summary>What still comes after the other side's goodbye is not wanted.</summary>
    public void GiveUpRest() => _rest?.Heard(isAll: true);

    /// <summary>Frees the session and its connection.</summary>
    public void Close()
    {
        _isStopped = true;
        _rest?.Cancel();
        _msrp.Close(EndReason.Left);
    }

    MsrpStatus IMsrpSessionHandler.OnPiece(MsrpSession msrp, in MsrpFrame piece)
    {
        if (_isStopped) return MsrpStatus.NoSuchSession;
        var status = Take(msrp, piece);
        if (piece.IsLastPiece && piece.Continuation == '$') _hasReceived = true;
        _rest?.Heard(isAll: !IsReceiving);
        return status;
    }

    void IMsrpSessionHandler.OnProgress(MsrpSession msrp, OutgoingMessage message, long taken)
    {
        if (_unanswered.TryGetValue(message, out var sending)) sending.Progressed(session, message, taken);
    }

    void IMsrpSessionHandler.OnSent(MsrpSession msrp, OutgoingMessage message, MsrpStatus status)
    {
        if (_quiet.Remove(message, out var type) && status == MsrpStatus.UnsupportedType) _refusedTypes.Add(type); // never again in this session (RFC 4975 10.6)
        if (!_unanswered.Remove(message, out var sending)) return;
        if (status == MsrpStatus.UnsupportedType && sending.InPlainWords is { } plain && !_isStopped)
        {
            session.Client.Awaited.Remove(message.MessageId!); // plain text asks for no notification
            Send(plain, new Sending(sending.Answer, 0, plain.Length));
            return;
        }

        var id = message.MessageId!;
        if (status.IsSuccess())
        {
            session.Client.Tell(new Sent(session, id, (int)status));
            sending.Finish(new SendOutcome(id, true, (int)status, ""));
            return;
        }

        if (status != MsrpStatus.Unconfirmed) session.Client.Awaited.Remove(id); // of that one a recipient may know more
        var text = sending.Source?.Failure is { } failure ? failure.Message
            : status == MsrpStatus.Unconfirmed ? "Nobody confirmed it before it was given up, or its session or connection ended."
            : System.Text.Encoding.ASCII.GetString(status.Comment());
        session.Client.Tell(new Undelivered(session, id, (int)status, text));
        sending.Finish(new SendOutcome(id, false, (int)status, text));
    }

    void IMsrpSessionHandler.OnAlive(MsrpSession msrp) => session.Reconnection.Alive();

    void IMsrpSessionHandler.OnEnded(MsrpSession msrp, EndReason reason)
    {
        _assembler.Clear();
        _streams.Clear();
        if (_rest is not null) _rest.Heard(isAll: true);
        else if (!_isStopped) MediaLost.Take(session, reason);
    }

    private MsrpStatus Take(MsrpSession msrp, in MsrpFrame piece)
    {
        if (piece.IsFirstPiece && piece.ContentType.Length > 0 && !ReceiveMessage.Takes(session, piece.ContentTypeText)) return MsrpStatus.UnsupportedType;
        if (_streams.Put(msrp, piece) is { } answer) return answer;
        var status = _assembler.Add(piece, out var message);
        return message is null ? status : ReceiveMessage.Take(session, message);
    }

    private void Refuse(OutgoingMessage message, MsrpStatus status, string text)
    {
        if (!_unanswered.Remove(message, out var sending)) return;
        if (message.MessageId is { } id) session.Client.Awaited.Remove(id);
        sending.Finish(new SendOutcome("", false, (int)status, text));
    }

    private static int Assembled(ImClientOptions options) => options.StreamOver is null ? options.MaxMessageSize : Math.Min(options.MaxMessageSize, MostAssembled);
}
