using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.1.9 IM Client rejoins an IM Conference Session: INVITE to the IM Session Identity. Flow F5.</summary>
internal static class RejoinSession
{
    [Clause("OMA-IM", "7.1.1.9", "IMC-REJOIN-1", "IMC-REJOIN-1a", "IMC-REJOIN-2..5")]
    public static ImSession? Start(ImClient client, string identity, TaskCompletionSource<SessionOutcome> answer)
    {
        // 1) is the identity still stored? Where it is not, nothing is sent.
        if (client.Identities.Find(identity) is not { } kept)
        {
            answer.TrySetResult(new SessionOutcome(
                null, SessionFailure.SessionIdentityExpired, 0, "This session is not known any more; only a new invitation leads back into it."));
            return null;
        }

        var stands = client.Sessions.Exists(session => session.State == ImSessionState.Established && session.Identity == identity);
        if (!stands && SimultaneousSessions.Problem(client) is { } problem)
        {
            answer.TrySetResult(problem);
            return null;
        }

        // 2) an initial INVITE by 7.1.1.1; 3) to the identity; 4) with an offer; 5) sent
        var session = new ImSession(client, kept.IsAnonymous)
        {
            RejoinOf = identity,
            Identity = identity,
            IsGroup = kept.IsGroup,
            GroupIdentity = kept.GroupIdentity,
            Peer = kept.Peer,
            Participants = kept.Participants,
            Outcome = answer,
        };
        StartSession.Begin(session, identity, size: 300, static offer => ("application/sdp", offer));
        return session;
    }

    /// <summary>
    /// 200: 1) the methods and 2) the Contact have been stored as those of every session are; the Contact takes the place of the identity that
    /// was called.
    /// </summary>
    [Clause("OMA-IM", "7.1.1.9", "IMC-REJOIN-200a", "IMC-REJOIN-200b")]
    public static void Established(ImSession session) => session.Client.Identities.Forget(session.RejoinOf!);

    /// <summary>
    /// Refused: 403, 404, 410 and 481 say that there is no way back, so the identity is forgotten; after any other, such as the 486 of a full
    /// session, it may be tried again while the identity is kept.
    /// </summary>
    [Clause("OMA-IM", "7.1.1.9", "IMC-REJOIN-ERR")]
    public static void Refused(ImSession session, int status)
    {
        if (status is StatusCode.Forbidden or StatusCode.NotFound or StatusCode.Gone or StatusCode.CallTransactionDoesNotExist)
            session.Client.Identities.Forget(session.RejoinOf!);
    }
}
