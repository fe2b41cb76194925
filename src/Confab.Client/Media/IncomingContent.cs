// A large message on its way in (RFC 4975 7.3.1), given to the program as a stream before all of it is there.
//
//   pieces (mailbox) ──► CPIM headers ──► pipe, 256 KiB ──► the program reads
//                                           └── full: the connection is not read until there is room again
using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Confab.Client.Procedures;
using Confab.Content.Cpim;
using Confab.Content.IsComposing;
using Confab.Content.Media;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>One message of <see cref="IncomingStreams"/>. All but <see cref="Reader"/> lives in the client's mailbox.</summary>
[Clause("RFC 4975", "7.3.1", "IMC-SDP-10")]
internal sealed class IncomingContent
{
    private const int Ahead = 256 * 1024; // octets that wait for the reader
    private const int MostHead = 8 * 1024; // octets of CPIM headers, as many as of MSRP's own

    private const int MostSignal = 64 * 1024; // octets of a notification; a server collects those of a group in one

    // Where nothing is read for so long, the content is given up: the sender's 30 seconds (7.1.1) run, and those of what we send ourselves, whose
    // answers come by the same connection.
    private static readonly TimeSpan s_readWithin = TimeSpan.FromSeconds(20);

    private readonly ImSession _session;
    private readonly IncomingStreams _streams;
    private readonly Pipe _pipe;
    private readonly Alarm _unread;
    private readonly byte[] _messageId;
    private readonly long _total; // of the message, -1 where it is not told
    private readonly string _type;
    private ArrayBufferWriter<byte> _head = new(2048);
    private long _next = 1; // of the message, as Byte-Range counts
    private long _readSoFar;
    private NotifyDisposition? _asked;
    private bool _isSignal; // a notification, or who is typing
    private bool _isAnnounced;
    private bool _isFull;
    private bool _isOver;

    /// <summary>A message that begins with this piece.</summary>
    /// <param name="session">Where it came.</param>
    /// <param name="streams">Those of the session.</param>
    /// <param name="piece">Its first.</param>
    /// <param name="isUndecided">Whether it does not say how long it is: it is kept until it is longer than what comes whole, or has come whole.</param>
    public IncomingContent(ImSession session, IncomingStreams streams, in MsrpFrame piece, bool isUndecided)
    {
        IsUndecided = isUndecided;
        var scheduler = session.Client.World.Scheduler;
        _session = session;
        _streams = streams;
        _pipe = new Pipe(new PipeOptions(
            readerScheduler: scheduler, writerScheduler: scheduler, pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, useSynchronizationContext: false));
        _messageId = piece.MessageId.ToArray();
        _type = piece.ContentTypeText;
        _total = piece.Range.Total;
        _unread = new Alarm(session.Client.Mailbox, OnUnread);
        Reader = new ContentStream(_pipe.Reader.AsStream(leaveOpen: false), () => session.Client.Mailbox.Post(OnReaderGone));
    }

    /// <summary>What the program reads.</summary>
    public ContentStream Reader { get; }

    public byte[] MessageId => _messageId;

    /// <summary>Whether it is not known yet to be too long to come whole.</summary>
    public bool IsUndecided { get; private set; }

    /// <summary>Octets that are kept of it while it is not.</summary>
    public int Held => IsUndecided ? _head.WrittenCount : 0;

    /// <summary>Takes a piece; anything but Ok is the answer to its chunk, and then the message is over.</summary>
    public MsrpStatus Put(in MsrpFrame piece)
    {
        if (piece.Continuation == '#')
        {
            End(new IOException("The sender gave the content up."));
            return MsrpStatus.Ok;
        }

        // Once read, octets cannot be taken back: what came already is passed over, and what leaves a hole is refused.
        if (piece.Offset > _next) return Refuse(MsrpStatus.BadRequest, "A part of the content was left out.");
        var known = (int)Math.Min(_next - piece.Offset, piece.Body.Length);
        var fresh = piece.Body[known..];
        _next += fresh.Length;
        if (_next - 1 > _session.Client.Options.MaxMessageSize) return Refuse(MsrpStatus.TooLarge, "The content is larger than was said.");
        if (IsUndecided && !Decide(fresh, piece.IsLastPiece && piece.Continuation == '$', out var answer)) return answer;
        if (_isSignal) return Collect(fresh, piece);
        if (_isAnnounced) _pipe.Writer.Write(fresh);
        else if (Begin(fresh, piece.IsLastPiece) is var status and not MsrpStatus.Ok) return Refuse(status, "The message is malformed, or of a type that is not taken.");
        if (_isSignal) return Collect(default, piece);
        if (piece.IsLastPiece && piece.Continuation == '$')
        {
            if (!_isAnnounced) return Refuse(MsrpStatus.BadRequest, "The message has no content.");
            End(null);
            _asked?.Delivered();
        }
        else if (_isAnnounced)
        {
            Flush();
        }

        return MsrpStatus.Ok;
    }

    /// <summary>No more comes: all of it is there, or the reader is told why not.</summary>
    public void End(Exception? failure)
    {
        if (_isOver) return;
        _isOver = true;
        _unread.Cancel();
        _pipe.Writer.Complete(failure);
        _streams.Forget(this, isWhole: failure is null, wasFull: _isFull);
    }

    private MsrpStatus Refuse(MsrpStatus status, string why)
    {
        End(new IOException(why));
        return status;
    }

    /// <summary>Keeps what came while it is not known to be too long to come whole; false where that is all there is to do, and the answer says with what.</summary>
    private bool Decide(ReadOnlySpan<byte> fresh, bool isAll, out MsrpStatus answer)
    {
        answer = MsrpStatus.Ok;
        if (_head.WrittenCount + fresh.Length > _session.Client.Options.StreamOver || !_streams.MayHold(fresh.Length))
        {
            if (_streams.HasRoom)
            {
                IsUndecided = false;
                return true;
            }

            answer = Refuse(MsrpStatus.TooLarge, "Too many long messages at once.");
            return false;
        }

        _head.Write(fresh);
        if (!isAll) return false;
        End(null);
        answer = ReceiveMessage.Take(_session, Whole());
        return false;
    }

    private ReceivedMessage Whole() => new(Encoding.UTF8.GetString(_messageId), _type, _head.WrittenMemory, SuccessReport: false, default);

    /// <summary>Collects the headers of a CPIM message; tells the program as soon as it is known what the message is.</summary>
    private MsrpStatus Begin(ReadOnlySpan<byte> fresh, bool isChunkEnd)
    {
        var options = _session.Client.Options;
        if (!ContentType.TryParse(_type, out var type, out _)) return MsrpStatus.UnsupportedType;
        _head.Write(fresh);
        if (!type.Is(AcceptList.Cpim))
        {
            Announce(_session.Peer ?? "", _session.PeerName, _type, null, _total);
            _pipe.Writer.Write(_head.WrittenSpan);
            _head = new ArrayBufferWriter<byte>();
            return MsrpStatus.Ok;
        }

        var message = _head.WrittenSpan;
        if (!isChunkEnd && !HasBothHeads(message)) return message.Length > MostHead ? MsrpStatus.BadRequest : MsrpStatus.Ok;
        if (!CpimView.TryParse(message, out var cpim, out _)) return MsrpStatus.BadRequest;
        var inner = Encoding.UTF8.GetString(cpim.ContentType);
        if (AwaitedNotifications.IsNotification(cpim, inner) || AcceptList.Matches([ComposingStatus.ContentType], inner))
        {
            _isSignal = true;
            return MsrpStatus.Ok;
        }

        if (!AcceptList.Matches(options.AcceptTypes, inner) && !AcceptList.Matches(options.AcceptWrappedTypes, inner)) return MsrpStatus.UnsupportedType;
        var from = Encoding.UTF8.GetString(cpim.From);
        _session.Composing.Heard(from);
        _asked = NotifyDisposition.Of(_session, cpim, from);
        Announce(from, CpimText.Decode(cpim.FromDisplayName), inner, cpim.DateTime, _total < 0 ? -1 : _total - (message.Length - cpim.Content.Length));
        _pipe.Writer.Write(cpim.Content);
        _head = new ArrayBufferWriter<byte>(); // it may have been all that was kept so far
        return MsrpStatus.Ok;
    }

    /// <summary>A notification or status is nothing for the program to read, however long it is: it is put together and taken as a short one is.</summary>
    private MsrpStatus Collect(ReadOnlySpan<byte> fresh, in MsrpFrame piece)
    {
        _head.Write(fresh);
        if (_head.WrittenCount > MostSignal) return Refuse(MsrpStatus.TooLarge, "The notification is too long.");
        if (!piece.IsLastPiece || piece.Continuation != '$') return MsrpStatus.Ok;
        End(null);
        return ReceiveMessage.Take(_session, Whole());
    }

    /// <summary>The message headers and those of the content end with an empty line each (RFC 3862 2).</summary>
    private static bool HasBothHeads(ReadOnlySpan<byte> message)
    {
        var first = message.IndexOf("\r\n\r\n"u8);
        return first >= 0 && message[(first + 4)..].IndexOf("\r\n\r\n"u8) >= 0;
    }

    private void Announce(string from, string name, string contentType, ReadOnlySpan<byte> time, long size)
    {
        _isAnnounced = true;
        Reader.Announce(size);
        _session.Client.Tell(new ContentReceived(
            _session, from, name, contentType, size < 0 ? null : size, Reader, Encoding.UTF8.GetString(_messageId),
            ReceiveMessage.TimeOf(time) ?? _session.Client.World.Time.GetUtcNow()) { Asked = _asked });
    }

    private void Flush()
    {
        if (_isFull) return; // what came since goes along when there is room again
        var flushing = _pipe.Writer.FlushAsync().AsTask(); // a completed one where there is room
        if (flushing.IsCompleted) return;
        _isFull = true;
        _streams.Pause();
        _readSoFar = Reader.ReadSoFar;
        _unread.Set(s_readWithin);
        _ = flushing.ContinueWith(
            _ => _session.Client.Mailbox.Post(OnRoom), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void OnRoom()
    {
        if (_isOver) return;
        _isFull = false;
        _unread.Cancel();
        _streams.Resume();
        Flush();
    }

    private void OnUnread()
    {
        if (Reader.ReadSoFar == _readSoFar)
        {
            End(new IOException("The content was not read in time, and was given up."));
            return;
        }

        _readSoFar = Reader.ReadSoFar;
        _unread.Set(s_readWithin);
    }

    /// <summary>The program does not want the rest: what still comes of it is answered 413 (RFC 4975 10.5).</summary>
    private void OnReaderGone() => End(new IOException("The rest was not wanted."));
}
