using Confab.Client;

namespace Confab.Tests.VirtualDay;

/// <summary>A person's place in one session, as his client sees it, and what he heard there.</summary>
internal sealed class Seat(Person person, ImSession session, DateTimeOffset since)
{
    public Person Person { get; } = person;

    public ImSession Session { get; } = session;

    /// <summary>The session's identity, as all of it know it: without the transport that this client is told.</summary>
    public string Identity { get; } = session.Identity!.Split(';')[0];

    public DateTimeOffset Since { get; } = since;

    public bool IsTaken => Session.State == ImSessionState.Established;

    /// <summary>Numbers of the messages that came, in the order in which they did.</summary>
    public List<int> Heard { get; } = [];

    /// <summary>Whether he has been there for long enough, and undisturbed, for every message of now to reach him.</summary>
    public bool IsSteady(DateTimeOffset now) => IsTaken && Person.IsUpSince <= now - Day.Steadiness && Since <= now - Day.Steadiness;

    public override string ToString() => $"{Person.Name} in {Identity} since {Since:HH:mm:ss.fff}";
}
