// RFC 3994: who is typing. Both machines of a session, in its client's mailbox.
//
//   ours:    idle ──typed──► active ──15 s without a key──► idle           a message that was said ends it without a word
//                             └── typed, 60 s after it was said: said again
//   theirs:  active ──refresh, or 120 s, without another──► idle           so does a message
using Confab.Content.IsComposing;
using Confab.Runtime;

namespace Confab.Client.Procedures;

[Clause("RFC 3994", "3.2")]
[Clause("RFC 3994", "3.3")]
internal sealed class Composing
{
    private const int Refresh = 120; // seconds that ours counts for, and theirs where it does not say
    private const int LongestRefresh = 3600; // seconds; who says more has gone to sleep over the keys
    private const int MostComposers = 100; // of a group at one time; nobody could read more names

    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_sayAgainAfter = TimeSpan.FromSeconds(60);

    private readonly ImSession _session;
    private readonly Alarm _idle;
    private readonly Dictionary<string, Alarm> _composers = new(StringComparer.Ordinal);
    private bool _isActive;
    private long _saidAt;

    public Composing(ImSession session)
    {
        _session = session;
        _idle = new Alarm(session.Client.Mailbox, () => Say(isActive: false));
    }

    /// <summary>The user pressed a key.</summary>
    public void Typed()
    {
        if (_session.State != ImSessionState.Established) return;
        _idle.Set(s_idleAfter);
        if (!_isActive || _session.Client.World.Time.GetElapsedTime(_saidAt) >= s_sayAgainAfter) Say(isActive: true);
    }

    /// <summary>The user said something: that says that nothing is being composed any more.</summary>
    public void Said()
    {
        _idle.Cancel();
        _isActive = false;
    }

    /// <summary>A status came; one that cannot be read is refused by false.</summary>
    public bool Receive(string from, ReadOnlySpan<byte> document)
    {
        if (!ComposingStatus.TryParse(document, out var status, out _)) return false;
        if (!status.IsActive) Heard(from);
        else if (_composers.TryGetValue(from, out var known)) known.Set(LifetimeOf(status));
        else if (_composers.Count < MostComposers)
        {
            var over = new Alarm(_session.Client.Mailbox, () => Heard(from));
            _composers.Add(from, over);
            over.Set(LifetimeOf(status));
            _session.Client.Tell(new ComposingChanged(_session, from, IsActive: true));
        }

        return true;
    }

    /// <summary>A message of theirs came, or they stopped.</summary>
    public void Heard(string from)
    {
        if (!_composers.Remove(from, out var over)) return;
        over.Cancel();
        _session.Client.Tell(new ComposingChanged(_session, from, IsActive: false));
    }

    /// <summary>The session is over.</summary>
    public void End()
    {
        _idle.Cancel();
        foreach (var from in _composers.Keys.ToArray()) Heard(from);
    }

    private static TimeSpan LifetimeOf(ComposingStatus status) => TimeSpan.FromSeconds(Math.Clamp(status.RefreshSeconds ?? Refresh, 1, LongestRefresh));

    private void Say(bool isActive)
    {
        if (_isActive == isActive && !isActive) return;
        _isActive = isActive;
        _saidAt = _session.Client.World.Time.GetTimestamp();
        SendMessage.SendQuietly(_session, ComposingStatus.ContentType, new ComposingStatus(isActive, isActive ? Refresh : null).ToBytes("text/plain"));
    }
}
