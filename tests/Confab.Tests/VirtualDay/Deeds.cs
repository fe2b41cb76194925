using System.Globalization;

namespace Confab.Tests.VirtualDay;

/// <summary>What people do.</summary>
internal static class Deeds
{
    private const int SessionsAtOnce = 4;

    public static void Do(Day day, Person person)
    {
        var random = day.Random;
        var seat = person.Taken.ElementAtOrDefault(random.Next(SessionsAtOnce));
        var deed = random.Next(20);
        day.Diary.Note($"{person.Name} does {deed} {seat?.Identity}");
        switch (deed)
        {
            case 0 when person.Taken.Count() < SessionsAtOnce:
                day.Await(person.Client.CallAsync(Others(day, person, 1)[0], anonymous: random.Next(5) == 0));
                break;
            case 1 when person.Taken.Count() < SessionsAtOnce:
                day.Await(person.Client.GroupAsync(Others(day, person, random.Next(2, day.People.Count)), anonymous: random.Next(5) == 0));
                break;
            case 2:
                if (seat is not null) day.Await(seat.Session.LeaveAsync());
                break;
            case 3 or 4:
                if (person.Seats.Count > 0) day.Await(person.Client.RejoinAsync(person.Seats[random.Next(person.Seats.Count)].Session.Identity!));
                break;
            case 5 or 6:
                if (seat is { Session.IsFocus: true }) day.Await(seat.Session.AddAsync(Others(day, person, random.Next(1, 3))));
                break;
            case 7:
                if (seat is { Session.IsGroup: true }) day.Await(seat.Session.RemoveAsync(Others(day, person, random.Next(1, 3))));
                break;
            case 8:
                person.LoseNetwork(TimeSpan.FromSeconds(random.Next(1, 200)));
                break;
            case 9:
                person.ReadSlowly(TimeSpan.FromSeconds(random.Next(1, 60)));
                break;
            case 10 or 11:
                person.Answer();
                break;
            case 12 when seat is { Session.IsGroup: false }:
                day.Await(seat.Session.ExtendAsync(Others(day, person, random.Next(1, 3))));
                break;
            default:
                for (var times = random.Next(1, 6); seat is not null && times > 0; times--)
                    Say(day, seat, random.Next(10) switch { 0 => random.Next(100_000), < 4 => random.Next(5000), _ => random.Next(100) });
                break;
        }
    }

    public static void Say(Day day, Seat seat, int length)
    {
        var number = day.Messages.Count + 1;
        var text = string.Create(CultureInfo.InvariantCulture, $"{number} {new string('x', length)}");
        var witnesses = day.People.SelectMany(static person => person.Taken).Where(other => other.Identity == seat.Identity && other.Person != seat.Person && other.IsSteady(day.Now)).ToArray();
        var sending = seat.Session.SendAsync(text);
        day.Await(sending);
        day.Messages.Add(new Said(number, length, seat, day.Now, sending, witnesses));
    }

    private static string[] Others(Day day, Person person, int count) =>
        [.. day.People.Where(other => other != person).OrderBy(_ => day.Random.Next()).Take(count).Select(static other => other.Address)];
}
