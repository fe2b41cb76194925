using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>
/// Simultaneous IM Sessions control: how many sessions a user has at one time is local configuration (6.2.7 in the numbering of S3). Those that stand
/// are not touched by one that is refused.
/// </summary>
[Clause("OMA-IM", "6.2.7", "IMC-SIM-1", "IMC-SIM-2", "IMC-SIM-4", "IMC-TERM-1", "IMC-TERM-1a")]
internal static class SimultaneousSessions
{
    /// <summary>What an invitation is refused with now: 486 for a user who has as many as he may, 480 for a client that has too much to do; 0 for none.</summary>
    public static int Refusal(ImClient client)
    {
        if (Count(client) >= client.Options.MaxSimultaneousSessions) return StatusCode.BusyHere;
        return client.Sessions.Count >= client.Options.MaxSessions ? StatusCode.TemporarilyUnavailable : 0;
    }

    /// <summary>Why the user can start no session now; null where he can.</summary>
    public static SessionOutcome? Problem(ImClient client) => Refusal(client) == 0
        ? null
        : new SessionOutcome(null, SessionFailure.TooManySessions, 0, $"There {Are(client.Sessions.Count)} already; leave one first.");

    /// <summary>Those that stand, ring or are being called: who leaves one can take the next.</summary>
    private static int Count(ImClient client) => client.Sessions.Count(static s => s.State is not (ImSessionState.Leaving or ImSessionState.Ended));

    private static string Are(int sessions) => sessions == 1 ? "is a session" : $"are {sessions} sessions";
}
