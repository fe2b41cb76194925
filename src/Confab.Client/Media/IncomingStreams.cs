using Confab.Msrp;

namespace Confab.Client.Media;

/// <summary>The large messages of a session that are coming in as streams: few at a time, and the connection is read as fast as the slowest of them.</summary>
internal sealed class IncomingStreams(ImSession session)
{
    private const int MostOpen = 4; // at one time in a session; beyond it 413
    private const int MostUndecided = 16; // messages that do not say how long they are, and are not long yet; as many as are assembled
    private const long MostHeld = 10 * 1024 * 1024; // octets of those; beyond it a message counts as long before it is

    // Messages whose rest is still on its way though nobody wants it.
    private const int MostGivenUp = 16;

    private readonly List<IncomingContent> _open = [];
    private readonly Queue<byte[]> _givenUp = new();
    private MsrpSession? _msrp;
    private int _pauses;

    /// <summary>Takes a piece of a large message; null for one that is assembled.</summary>
    public MsrpStatus? Put(MsrpSession msrp, in MsrpFrame piece)
    {
        _msrp = msrp;
        if (Find(piece.MessageId) is { } known) return known.Put(piece);
        if (IsGivenUp(piece.MessageId)) return piece.Continuation == '#' ? MsrpStatus.Ok : MsrpStatus.TooLarge;
        if (session.Client.Options.StreamOver is not { } least || !piece.IsFirstPiece || piece.Offset != 1) return null;
        if (piece.Continuation == '#' || (piece.Range.Total >= 0 && piece.Range.Total <= least) || piece.IsWholeMessage) return null;
        var isUndecided = piece.Range.Total < 0;
        if (isUndecided ? _open.Count(static content => content.IsUndecided) >= MostUndecided : !HasRoom) return MsrpStatus.TooLarge;
        var content = new IncomingContent(session, this, piece, isUndecided);
        _open.Add(content);
        return content.Put(piece);
    }

    /// <summary>Messages that have begun and are not whole.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Whether one more message may be read as a stream.</summary>
    public bool HasRoom => _open.Count(static content => !content.IsUndecided) < MostOpen;

    /// <summary>Whether a message that does not say its length may hold more octets while that is not known to be long.</summary>
    public bool MayHold(int more) => _open.Sum(static content => content.Held) + more <= MostHeld;

    /// <summary>The connection is gone.</summary>
    public void Clear()
    {
        foreach (var content in _open.ToArray()) content.End(new IOException("The session or its connection ended before all of the content came."));
        _givenUp.Clear();
    }

    /// <summary>It is over; of one that is not whole more may be on its way.</summary>
    public void Forget(IncomingContent content, bool isWhole, bool wasFull)
    {
        if (!_open.Remove(content)) return;
        if (wasFull) Resume();
        if (isWhole) return;
        if (_givenUp.Count == MostGivenUp) _givenUp.Dequeue();
        _givenUp.Enqueue(content.MessageId);
    }

    public void Pause()
    {
        if (_pauses++ == 0) _msrp!.PauseReading();
    }

    public void Resume()
    {
        if (--_pauses == 0) _msrp!.ResumeReading();
    }

    private IncomingContent? Find(ReadOnlySpan<byte> messageId)
    {
        foreach (var content in _open)
        {
            if (messageId.SequenceEqual(content.MessageId)) return content;
        }

        return null;
    }

    private bool IsGivenUp(ReadOnlySpan<byte> messageId)
    {
        foreach (var id in _givenUp)
        {
            if (messageId.SequenceEqual(id)) return true;
        }

        return false;
    }
}
