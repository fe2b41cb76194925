using System.Globalization;
using System.Net;
using Confab.Client;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.VirtualDay;

/// <summary>One of those who spend the day: a client, its seats, and what its user would do with what it says.</summary>
internal sealed class Person : IDisposable
{
    private readonly Day _day;
    private readonly HashSet<(string Id, string From, bool IsDisplayed)> _told = [];
    private readonly SimHost _host;
    private readonly List<ImSession> _ringing = [];

    public Person(Day day, int number)
    {
        _day = day;
        Name = string.Create(CultureInfo.InvariantCulture, $"user{number}");
        var ip = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{number}"));
        var world = day.Sim.Host(ip.ToString(), (ulong)number);
        _host = day.Sim.Network.Host(ip);
        Client = new ImClient(world, new ImClientOptions
        {
            Address = Address,
            Password = Day.Password,
            Server = $"{Day.ServerAddress}:5060",
            Transport = day.Random.Next(2) == 0 ? Transport.Udp : Transport.Tcp,
            LocalAddress = ip,
        });
    }

    public string Name { get; }

    public string Address => $"sip:{Name}@example.com";

    public ImClient Client { get; }

    public List<Seat> Seats { get; } = [];

    public IEnumerable<Seat> Taken => Seats.Where(static seat => seat.IsTaken);

    /// <summary>Since when nothing has happened to his network.</summary>
    public DateTimeOffset IsUpSince { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Answers what rings, as people do: most accept, some decline, some let it ring.</summary>
    public void Answer()
    {
        foreach (var session in _ringing)
        {
            if (session.State != ImSessionState.Invited) continue;
            _day.Await(_day.Random.Next(8) == 0 ? session.DeclineAsync() : session.AcceptAsync(anonymous: _day.Random.Next(5) == 0));
        }

        _ringing.Clear();
    }

    /// <summary>He loses the network for a time that he and the server may notice or not.</summary>
    public void LoseNetwork(TimeSpan time)
    {
        if (_host.IsUnplugged) return;
        IsUpSince = DateTimeOffset.MaxValue;
        _day.Diary.Note($"{Name} loses the network for {time}");
        _host.Unplug();
        _day.Later(time, FindNetwork);
    }

    public void FindNetwork()
    {
        if (!_host.IsUnplugged) return;
        _host.Plug();
        _day.Diary.Note($"{Name} has the network back");
        IsUpSince = _day.Now;
    }

    /// <summary>His connections for messages take only some bytes for a time.</summary>
    public void ReadSlowly(TimeSpan time)
    {
        foreach (var stream in _day.Sim.Network.StreamsOf(_host.Address).Where(static stream => stream.Remote.Port == Day.MsrpPort))
        {
            stream.TakeOnly(_day.Random.Next(4000));
            _day.Later(time, stream.Release);
        }
    }

    /// <summary>Takes up what his client has said since.</summary>
    public void Listen()
    {
        while (Client.TryReadEvent(out var happened))
        {
            if (happened is not (MessageReceived or Confab.Client.Sent or Delivered or Displayed)) _day.Diary.Note($"{Name} {Told(happened)}");
            switch (happened)
            {
                case Invited { Session: var session }:
                    _ringing.Add(session);
                    if (_day.Random.Next(3) > 0) Answer();
                    break;
                case Established { Session: var session }:
                    _day.Tally.Seats++;
                    if (session.IsRejoin) _day.Tally.Rejoined++;
                    Seats.Add(new Seat(this, session, _day.Now));
                    break;
                case Ended { Reason: SessionEnd.Moved, Session.IsGroup: false }:
                    _day.Tally.Extended++;
                    break;
                case MessageReceived { Text: { } text } message:
                    var seat = Seats.Find(seat => seat.Session == message.Session);
                    Assert.True(seat is not null, $"{Name} hears '{text[..Math.Min(40, text.Length)]}' where he has no seat");
                    var number = int.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
                    seat.Heard.Add(number);
                    if (number % 3 == 0) _ = message.DisplayedAsync();
                    break;
                case Delivered told:
                    Believe(told.Session, told.Id, told.From, isDisplayed: false);
                    break;
                case Displayed told:
                    Believe(told.Session, told.Id, told.From, isDisplayed: true);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>What others tell of his messages: each once, under the name by which they are in the session.</summary>
    private void Believe(ImSession session, string id, string from, bool isDisplayed)
    {
        Assert.True(_told.Add((id, from, isDisplayed)), $"{Name} is told twice by {from} of {id}");
        _day.Tally.Told++;
        if (_day.People.FirstOrDefault(person => person.Address == from) is not { } other) return;
        Assert.True(other.Taken.Any(seat => seat.Identity == session.Identity!.Split(';')[0] && !seat.Session.IsAnonymous), $"{Name} is told by {from} who hides in {session.Identity}");
    }

    private static string Told(ImEvent happened) => happened switch
    {
        Invited told => $"is invited to {told.Session.Identity}",
        Established told => $"is in {told.Session.Identity}",
        Ended told => $"is out of {told.Session.Identity}: {told.Reason} {told.Status} {told.Text}",
        RosterChanged told => $"sees in {told.Session.Identity} {string.Join(' ', told.Changed.Select(static user => $"{user.Address} {user.Status}"))}",
        Undelivered told => $"hears that {told.Id} did not go: {told.Status}",
        _ => happened.ToString(),
    };

    public void Dispose() => _day.Await(Client.DisposeAsync().AsTask());
}
