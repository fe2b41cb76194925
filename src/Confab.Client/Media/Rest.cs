using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>What a session still receives after the other side's BYE; over when all of it is there, or when no more comes.</summary>
internal sealed class Rest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30); // as long as one waits for an answer (RFC 4975 7.1.1)

    private readonly Mailbox _owner;
    private readonly Action _taken;
    private readonly Alarm _patience;
    private bool _isOver;

    public Rest(Mailbox owner, Action taken)
    {
        _owner = owner;
        _taken = taken;
        _patience = new Alarm(owner, End);
        _patience.Set(s_patience);
    }

    /// <summary>Something came, or nothing will any more.</summary>
    public void Heard(bool isAll)
    {
        if (_isOver) return;
        if (isAll) _owner.Post(End); // after what brought it is done
        else _patience.Set(s_patience);
    }

    /// <summary>The session ends otherwise.</summary>
    public void Cancel()
    {
        _isOver = true;
        _patience.Cancel();
    }

    private void End()
    {
        if (_isOver) return;
        Cancel();
        _taken();
    }
}
