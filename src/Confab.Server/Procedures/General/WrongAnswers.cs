using System.Net;
using System.Net.Sockets;
using Confab.Runtime;

namespace Confab.Server.Procedures.General;

/// <summary>
/// Slows down who guesses passwords: so many wrong answers in a row from one address for one user within a minute, and for the next minute
/// that user is refused from there, right or wrong. Who goes through many names finds no further one to try until the first are forgotten, so
/// that nobody makes us forget by naming others. Any thread may call.
/// </summary>
internal sealed class WrongAnswers(Limits limits)
{
    /// <summary>A name is the peer's to choose; its beginning tells users apart well enough.</summary>
    private const int LongestName = 128;

    private readonly TimeSpan _window = TimeSpan.FromSeconds(limits.WrongAnswerSeconds);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Dictionary<string, Row>> _wrong = [];
    private int _pairs;

    public bool IsBarred(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_wrong.TryGetValue(Source(address), out var users)) return false;
            if (users.TryGetValue(Name(user), out var row)) return IsBarred(row, now);
            if (users.Count < limits.WrongUsersPerAddress) return false;
            Forget(users, row => !IsLive(row, now));
            return users.Count >= limits.WrongUsersPerAddress;
        }
    }

    /// <summary>Notes a wrong answer; true when it was one too many.</summary>
    public bool Note(IPAddress address, string user, DateTimeOffset now)
    {
        lock (_gate)
        {
            var (source, name) = (Source(address), Name(user));
            if (!_wrong.TryGetValue(source, out var users) || !users.TryGetValue(name, out var row))
            {
                if (_pairs >= limits.WrongAnswerPairs) MakeRoom(now);
                if (!_wrong.TryGetValue(source, out users)) _wrong[source] = users = new Dictionary<string, Row>(StringComparer.Ordinal);
                row = new Row(0, now);
                _pairs++;
            }
            else if (!IsLive(row, now)) row = new Row(0, now);

            var count = row.Count + 1;
            users[name] = new Row(count, count == limits.WrongAnswers ? now : row.Since); // the minute of being refused starts with the last
            return count >= limits.WrongAnswers;
        }
    }

    /// <summary>A right answer ends the row.</summary>
    public void Clear(IPAddress address, string user)
    {
        lock (_gate)
        {
            if (!_wrong.TryGetValue(Source(address), out var users) || !users.Remove(Name(user))) return;
            _pairs--;
            if (users.Count == 0) _wrong.Remove(Source(address));
        }
    }

    /// <summary>What is over goes first, then those who are not refused yet; all of it only where many addresses guess at once.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        ForgetAll(row => !IsLive(row, now));
        if (_pairs >= limits.WrongAnswerPairs) ForgetAll(row => !IsBarred(row, now));
        if (_pairs >= limits.WrongAnswerPairs) ForgetAll(static _ => true);
    }

    private void ForgetAll(Predicate<Row> isOver)
    {
        foreach (var (source, users) in _wrong)
        {
            Forget(users, isOver);
            if (users.Count == 0) _wrong.Remove(source);
        }
    }

    private void Forget(Dictionary<string, Row> users, Predicate<Row> isOver)
    {
        foreach (var (name, row) in users)
        {
            if (isOver(row) && users.Remove(name)) _pairs--;
        }
    }

    private bool IsLive(Row row, DateTimeOffset now) => now - row.Since < _window;

    private bool IsBarred(Row row, DateTimeOffset now) => row.Count >= limits.WrongAnswers && IsLive(row, now);

    /// <summary>An IPv6 host has a whole /64 to speak from.</summary>
    private static IPAddress Source(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static string Name(string user) => user.Length <= LongestName ? user : user[..LongestName];

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Row(int Count, DateTimeOffset Since);
}
