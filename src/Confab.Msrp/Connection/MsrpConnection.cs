// One connection (RFC 4975 5.4): cuts what arrives into frames and brings each to its session. On the reader's thread; when the session's
// mailbox is free the frames are handled in place, over the receive buffer.
using System.Buffers;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>A connection and the sessions that are bound to it.</summary>
[Clause("RFC 4975", "7.3", "MSW-12")]
internal sealed class MsrpConnection : IStreamHandler
{
    private const int MostStrays = 64; // requests for no session of a connection that carries none

    private readonly MsrpTransport _transport;
    private readonly WireTap _tap;
    private readonly MsrpParser _parser;
    private readonly Lock _gate = new();
    private readonly List<MsrpSession> _sessions = [];
    private MsrpSession? _last;
    private int _pauses;
    private int _strays;
    private bool _closed;

    public MsrpConnection(MsrpTransport transport, StreamFlow flow)
    {
        _transport = transport;
        _tap = transport.World.Tap;
        _parser = new MsrpParser(transport.World.Limits.MsrpHeadBytes);
        Flow = flow;
        flow.Drained += OnDrained;
    }

    public StreamFlow Flow { get; }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        Mailbox? inside = null;
        try
        {
            while (Flow.IsOpen)
            {
                var read = _parser.Read(bytes[done..], out var frame, out var consumed);
                if (read == MsrpRead.Fault)
                {
                    _transport.TellFault(Flow, _parser.Fault);
                    Flow.Close(EndReason.Malformed);
                    break;
                }

                if (read == MsrpRead.Piece)
                {
                    if (_tap.IsOn) _tap.Record("msrp", outgoing: false, Flow, bytes.Slice(done, consumed));
                    Bring(frame, ref inside);
                }

                done += consumed;
                if (read == MsrpRead.NeedMore) return done;
            }
        }
        finally
        {
            inside?.Leave();
        }

        return bytes.Length; // closed: the rest is nobody's
    }

    public void OnClosed(EndReason reason)
    {
        MsrpSession[] sessions;
        lock (_gate)
        {
            _closed = true;
            sessions = [.. _sessions];
            _sessions.Clear();
        }

        Flow.Drained -= OnDrained;
        _transport.NoLongerUnbound(this);
        foreach (var session in sessions) session.Owner.Post(() => session.OnConnectionClosed(this, reason));
    }

    /// <summary>Binds a session to the connection; false when it is closed already.</summary>
    public bool Attach(MsrpSession session)
    {
        lock (_gate)
        {
            if (_closed) return false;
            _sessions.Add(session);
        }

        _transport.NoLongerUnbound(this);
        return true;
    }

    /// <summary>Frees the connection of a session; when it carries no other, it closes once its queue was sent.</summary>
    public void Detach(MsrpSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
            if (_closed || _sessions.Count > 0) return;
        }

        Flow.CloseWhenSent();
    }

    /// <summary>Closes the connection when it turns out that nobody needs it.</summary>
    public void CloseIfUnused()
    {
        lock (_gate)
        {
            if (_sessions.Count > 0) return;
        }

        Flow.CloseWhenSent();
    }

    public bool Send(in RequestFrame frame) => Send(frame.Length, frame, RequestFrame.Compose);

    public bool Send(in ResponseFrame frame) => Send(frame.Length, frame, ResponseFrame.Compose);

    /// <summary>Sends frames that were composed before.</summary>
    public bool Send(ReadOnlySpan<byte> frame) => Send(frame.Length, frame, static (target, source) => source.CopyTo(target));

    /// <summary>Answers a request that asks for this answer (7.1.4, 7.2); a REPORT is never answered.</summary>
    /// <param name="request">The request; its last piece, or one whose rest is not wanted.</param>
    /// <param name="status">The code.</param>
    /// <param name="from">URI of this side; empty: the one that the request names.</param>
    public void Answer(in MsrpFrame request, MsrpStatus status, ReadOnlySpan<byte> from)
    {
        if (request.Kind != MsrpKind.Request || request.Method == MsrpMethod.Report || request.FailureReport == FailureReport.No) return;
        if (request.FailureReport == FailureReport.Partial && status.IsSuccess()) return;
        Send(new ResponseFrame(request, status, from));
    }

    /// <summary>Stops reading until as many calls of <see cref="Resume"/> have come.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            if (_pauses++ == 0) Flow.PauseReading();
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (--_pauses == 0) Flow.ResumeReading();
        }
    }

    private void Bring(in MsrpFrame frame, ref Mailbox? inside)
    {
        if (Route(frame) is not { } session)
        {
            Refuse(frame);
            return;
        }

        var owner = session.Owner;
        if (owner != inside)
        {
            inside?.Leave();
            inside = owner.TryEnter() ? owner : null;
        }

        if (inside is not null)
        {
            session.OnFrame(this, frame);
            return;
        }

        owner.Post(PieceLetter.Of(_transport, session, this, frame));
        if (owner.HasRoom) return;

        // What is in the receive buffer is still taken; the flow is read again once the mailbox has come this far.
        Pause();
        owner.Post(Resume);
    }

    /// <summary>The session that the request is for. An endpoint is the only URI of To-Path (7.3): its session id is the secret and the key.</summary>
    private MsrpSession? Route(in MsrpFrame frame)
    {
        if (_last is { } last && frame.ToPath.SequenceEqual(last.LocalUriBytes)) return last;
        return _last = MsrpUriView.TryParse(frame.ToPath, out var to) ? _transport.Find(to.SessionId) : null;
    }

    private void Refuse(in MsrpFrame frame)
    {
        if (!frame.IsLastPiece || frame.Kind != MsrpKind.Request) return;
        Answer(frame, frame.Error == MsrpHeaderError.Path ? MsrpStatus.BadRequest : MsrpStatus.NoSuchSession, default);
        lock (_gate)
        {
            if (_sessions.Count > 0 || ++_strays < MostStrays) return;
        }

        Flow.Close(EndReason.LimitExceeded);
    }

    private void OnDrained(StreamFlow flow)
    {
        lock (_gate)
        {
            foreach (var session in _sessions) session.PostDrained();
        }
    }

    private bool Send<TFrame>(int length, TFrame frame, SpanAction<byte, TFrame> compose)
        where TFrame : allows ref struct
    {
        if (!_tap.IsOn) return Flow.Send(length, frame, compose);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        var bytes = copy.AsSpan(0, length);
        compose(bytes, frame);
        var sent = Flow.Send(bytes);
        if (sent) _tap.Record("msrp", outgoing: true, Flow, bytes);
        ArrayPool<byte>.Shared.Return(copy);
        return sent;
    }
}
