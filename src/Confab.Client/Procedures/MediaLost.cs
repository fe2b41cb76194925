using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// The connection for messages is gone, or never came. It is opened again where that is ours to do; where that does not help, a group session is
/// come back to, and any other, of no use to the user without it, is ended by BYE.
/// </summary>
[Clause("RFC 4975", "5.4")]
internal static class MediaLost
{
    public static void Take(ImSession session, EndReason reason)
    {
        if (session.State is not (ImSessionState.Accepting or ImSessionState.Established)) return;
        if (session.Reconnection.Begin(reason)) return;
        var text = reason switch
        {
            _ when session.Reconnection.IsInterrupted => "The connection for messages was lost.",
            EndReason.Unreachable => "The connection for messages could not be opened.",
            EndReason.TimedOut => "The connection for messages was not used in time by the other side.",
            _ => "The connection for messages was lost.",
        };
        if (session.Client.ComeBack.Take(session, text)) return;
        session.Sip.Bye();
        session.End(SessionEnd.Failed, SessionFailure.Media, 0, text);
    }
}
