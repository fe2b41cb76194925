using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>The connection for messages is gone, or never came: a session without it is of no use to the user and is ended by BYE.</summary>
[Clause("RFC 4975", "5.4")]
internal static class MediaLost
{
    public static void Take(ImSession session, EndReason reason)
    {
        if (session.State is not (ImSessionState.Accepting or ImSessionState.Established)) return;
        session.Sip.Bye();
        session.End(SessionEnd.Failed, SessionFailure.Media, 0, reason switch
        {
            EndReason.Unreachable => "The connection for messages could not be opened.",
            EndReason.TimedOut => "The connection for messages was not used in time by the other side.",
            _ => "The connection for messages was lost.",
        });
    }
}
