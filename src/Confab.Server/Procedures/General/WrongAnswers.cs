using System.Net;
using Confab.Runtime;

namespace Confab.Server.Procedures.General;

/// <summary>
/// Slows down who guesses passwords: so many wrong answers in a row from one address for one user within a minute, and for the next minute
/// that user is refused from there, right or wrong. Any thread may call.
/// </summary>
internal sealed class WrongAnswers(Limits limits)
{
    /// <summary>A name is the peer's to choose; its beginning tells users apart well enough.</summary>
    private const int LongestName = 128;

    private readonly TimeSpan _window = TimeSpan.FromSeconds(limits.WrongAnswerSeconds);

    private readonly Lock _gate = new();
    private readonly Dictionary<(IPAddress Address, string User), (int Count, DateTimeOffset Since)> _wrong = [];

    public bool IsBarred(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate) return _wrong.TryGetValue(Key(address, user), out var wrong) && wrong.Count >= limits.WrongAnswers && now - wrong.Since < _window;
    }

    /// <summary>Notes a wrong answer; true when it was one too many.</summary>
    public bool Note(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate)
        {
            var key = Key(address, user);
            if (!_wrong.TryGetValue(key, out var wrong) || now - wrong.Since >= _window)
            {
                if (_wrong.Count >= limits.WrongAnswerPairs) MakeRoom(now);
                wrong = (0, now);
            }

            wrong.Count++;
            if (wrong.Count == limits.WrongAnswers) wrong.Since = now; // the minute of being refused starts here
            _wrong[key] = wrong;
            return wrong.Count >= limits.WrongAnswers;
        }
    }

    /// <summary>A right answer ends the row.</summary>
    public void Clear(IPAddress address, string user)
    {
        lock (_gate) _wrong.Remove(Key(address, user));
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, wrong) in _wrong)
        {
            if (now - wrong.Since >= _window) _wrong.Remove(key);
        }

        if (_wrong.Count >= limits.WrongAnswerPairs) _wrong.Clear();
    }

    private static (IPAddress Address, string User) Key(IPAddress address, string user) => (address, user.Length <= LongestName ? user : user[..LongestName]);
}
