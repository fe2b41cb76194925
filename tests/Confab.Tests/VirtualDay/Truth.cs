using Xunit;

namespace Confab.Tests.VirtualDay;

/// <summary>What holds whenever the world has been left alone for long enough.</summary>
internal static class Truth
{
    private const string Hidden = "somebody";

    public static void Check(Day day)
    {
        Messages(day);
        Rosters(day);
        Sessions(day);
    }

    /// <summary>A message that the switch took reaches, once and in its sender's order, every member whose connection stood.</summary>
    private static void Messages(Day day)
    {
        foreach (var said in day.Messages.Skip(day.Tally.Said))
        {
            foreach (var witness in said.Witnesses)
            {
                if (!said.IsAccepted || !witness.IsTaken || witness.Person.IsUpSince > said.At) continue;
                day.Tally.Heard++;
                Assert.True(witness.Heard.Contains(said.Number), $"{witness} did not hear {said}");
            }
        }

        day.Tally.Said = day.Messages.Count;
        foreach (var seat in day.People.SelectMany(static person => person.Seats))
        {
            Assert.True(seat.Heard.Distinct().Count() == seat.Heard.Count, $"{seat} heard something twice");
            foreach (var group in seat.Heard.Select(number => day.Messages[number - 1]).GroupBy(static said => said.From))
            {
                Assert.True(group.Key.Identity == seat.Identity, $"{seat} heard what {group.Key} said");
                var heard = group.Where(static said => said.IsShort).Select(static said => said.Number).ToArray();
                Assert.True(heard.Order().SequenceEqual(heard), $"{seat} heard {group.Key} in the order {string.Join(' ', heard)}");
            }
        }
    }

    /// <summary>Every roster converges to who is there; of those who hide it says that they are there, and no more.</summary>
    private static void Rosters(Day day)
    {
        foreach (var seat in Taken(day).Where(static seat => seat.Session.IsGroup))
        {
            var there = Taken(day).Where(other => other.Identity == seat.Identity).Select(static other => other.Session.IsAnonymous ? Hidden : other.Person.Address).Order();
            var told = seat.Session.Roster.Where(static user => user.IsConnected).Select(static user => user.IsAnonymous ? Hidden : user.Address).Order();
            day.Tally.Rosters++;
            day.Tally.Hidden += told.Count(static address => address == Hidden);
            Assert.True(there.SequenceEqual(told), $"{seat} is told of {string.Join(' ', told)}, there are {string.Join(' ', there)}");
        }
    }

    /// <summary>No session outlives its policy, and none is there that nobody knows of.</summary>
    private static void Sessions(Day day)
    {
        var sessions = Taken(day).GroupBy(static seat => seat.Identity).ToArray();
        foreach (var session in sessions) Assert.True(session.Count() > 1, $"{session.First()} is alone in a session that should have ended");
        day.Tally.Sessions += sessions.Length;
        Assert.Equal(sessions.Length, day.Server.Health.Sessions);
    }

    private static IEnumerable<Seat> Taken(Day day) => day.People.SelectMany(static person => person.Taken);
}
