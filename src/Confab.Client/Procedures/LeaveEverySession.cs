namespace Confab.Client.Procedures;

/// <summary>The user goes: every session is left; done when the last has ended.</summary>
internal static class LeaveEverySession
{
    public static void Start(ImClient client, Action done)
    {
        var waiting = 1;
        foreach (var session in client.Sessions.ToArray())
        {
            waiting++;
            LeaveSession.Leave(session, OneEnded);
        }

        OneEnded();

        void OneEnded()
        {
            if (--waiting == 0) done();
        }
    }
}
