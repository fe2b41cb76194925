using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// RFC 3261 12.2 Target refresh: the connection that a session's dialog came by is gone, and there is another way to the server now. A re-INVITE that
/// changes nothing but the Contact tells it, or the server could not reach the user in the session any more: neither to end it nor to change it.
/// </summary>
[Clause("RFC 3261", "12.2")]
[Clause("RFC 3261", "14.1")]
internal static class RefreshTarget
{
    public static void OnReachableAgain(ImSession session)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg, Sip.Dialog.Flow: { IsReliable: true, IsOpen: false } }) return;
        if (session.Reconnection.IsInterrupted && ComeBack.Serves(session)) return; // a new dialog is on its way

        // Refused, it is as before. Where the other side knows nothing of the session any more, or does not answer, the session has ended by that.
        var proposal = leg.Propose(hold: null, wrappedTypes: null);
        session.Sip.Modify("application/sdp", proposal.Sdp, (_, response) =>
        {
            if (response is { IsSuccess: true } && session.State == ImSessionState.Established) leg.TakeAnswer(proposal, response.Body.Span);
        });
    }
}
