namespace Confab.Tests.VirtualDay;

/// <summary>How often what could be found wrong was found right.</summary>
internal sealed class Tally
{
    /// <summary>Messages said, and looked at.</summary>
    public int Said { get; set; }

    /// <summary>Times that one had to hear a message and heard it.</summary>
    public int Heard { get; set; }

    /// <summary>Notifications that somebody was delivered or shown a message.</summary>
    public int Told { get; set; }

    /// <summary>Rosters compared with who was there.</summary>
    public int Rosters { get; set; }

    /// <summary>Who hides, in a roster that does not name him.</summary>
    public int Hidden { get; set; }

    /// <summary>Seats left for the conference that their session was extended to.</summary>
    public int Extended { get; set; }

    /// <summary>Sessions that stood when the world was calm.</summary>
    public int Sessions { get; set; }

    /// <summary>Seats taken, and how many of them by coming back, {Extended} extended.</summary>
    public int Seats { get; set; }

    public int Rejoined { get; set; }

    /// <summary>Times that the server was killed.</summary>
    public int Crashes { get; set; }

    public override string ToString() => $"{Said} messages, {Heard} heard, {Told} told, {Rosters} rosters, {Hidden} hidden in them, {Sessions} sessions, {Seats} seats, {Rejoined} of them by coming back, {Extended} extended, {Crashes} crashes";
}
