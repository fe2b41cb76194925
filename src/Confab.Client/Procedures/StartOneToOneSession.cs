using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.1.2 IM Client starts a 1-1 IM session: INVITE to the invitee's IM Address with an MSRP offer. Flow F1.</summary>
internal static class StartOneToOneSession
{
    [Clause("OMA-IM", "7.1.1.2", "IMC-1TO1-1", "IMC-1TO1-2")]
    public static ImSession? Start(ImClient client, string address, bool anonymous, TaskCompletionSource<SessionOutcome> answer)
    {
        if (SimultaneousSessions.Problem(client) is { } problem)
        {
            answer.TrySetResult(problem);
            return null;
        }

        var session = new ImSession(client, anonymous) { Peer = address, Participants = [address], Outcome = answer };
        StartSession.Begin(session, address, size: 300, static offer => ("application/sdp", offer));
        return session;
    }
}
