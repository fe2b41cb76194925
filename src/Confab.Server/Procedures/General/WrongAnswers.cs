using System.Net;

namespace Confab.Server.Procedures.General;

/// <summary>
/// Slows down who guesses passwords: three wrong answers in a row from one address for one user within a minute, and for the next minute
/// that user is refused from there, right or wrong. Any thread may call.
/// </summary>
internal sealed class WrongAnswers
{
    public const int Most = 3;

    /// <summary>Pairs remembered. Guesses are answered one by one, so filling the table to be forgotten is slower than waiting.</summary>
    private const int MostPairs = 16_384;

    /// <summary>A name is the peer's to choose; its beginning tells users apart well enough.</summary>
    private const int LongestName = 128;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<(IPAddress Address, string User), (int Count, DateTimeOffset Since)> _wrong = [];

    public bool IsBarred(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate) return _wrong.TryGetValue(Key(address, user), out var wrong) && wrong.Count >= Most && now - wrong.Since < s_window;
    }

    /// <summary>Notes a wrong answer; true when it was one too many.</summary>
    public bool Note(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate)
        {
            var key = Key(address, user);
            if (!_wrong.TryGetValue(key, out var wrong) || now - wrong.Since >= s_window)
            {
                if (_wrong.Count >= MostPairs) MakeRoom(now);
                wrong = (0, now);
            }

            wrong.Count++;
            if (wrong.Count == Most) wrong.Since = now; // the minute of being refused starts here
            _wrong[key] = wrong;
            return wrong.Count >= Most;
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
            if (now - wrong.Since >= s_window) _wrong.Remove(key);
        }

        if (_wrong.Count >= MostPairs) _wrong.Clear();
    }

    private static (IPAddress Address, string User) Key(IPAddress address, string user) => (address, user.Length <= LongestName ? user : user[..LongestName]);
}
