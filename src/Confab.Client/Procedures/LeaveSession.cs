using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.1.12 IM Client leaving an IM Session. Flow F9.</summary>
[Clause("OMA-IM", "7.1.1.12", "IMC-LEAVE-1..4", "IMC-LEAVE-200", "IMC-LEAVE-ERR", "IMC-LEAVE-EARLY")]
internal static class LeaveSession
{
    public static void Leave(ImSession session, Action? whenEnded = null)
    {
        if (session.State == ImSessionState.Ended)
        {
            session.Client.ComeBack.Cancel(lost => lost == session);
            whenEnded?.Invoke();
            return;
        }

        if (whenEnded is not null) session.WhenEnded.Add(whenEnded);
        switch (session.State)
        {
            case ImSessionState.Calling or ImSessionState.Ringing:
                // Before the dialog is confirmed: CANCEL by the caller, a refusal by the callee.
                session.State = ImSessionState.Leaving;
                if (session.Sip.State == SessionState.Idle) session.End(SessionEnd.Left, SessionFailure.GivenUp, 0, "Given up.");
                else session.Sip.Cancel();
                break;
            case ImSessionState.Leaving:
                session.Leg?.GiveUpRest(); // the other side has left before
                break;
            case ImSessionState.Invited:
                InvitedToSession.Decline(session, StatusCode.Decline);
                break;
            case ImSessionState.Accepting or ImSessionState.Established:
                // 1), 2) BYE in the dialog; 3) Privacy where the session was joined anonymously; 4) sent. No SEND follows it.
                session.State = ImSessionState.Leaving;
                session.Leg!.Stop();
                session.Sip.Bye(session.IsAnonymous ? static (ref SipWriter writer) => writer.Header(HeaderName.Privacy, "id") : null);
                break;
        }
    }

    /// <summary>The BYE was answered, 200 or 481 or 408, or nobody answered it: left all the same (C-16).</summary>
    public static void Done(ImSession session)
    {
        if (session.ReplacedBy is null) session.End(SessionEnd.Left, SessionFailure.GivenUp, 0, "");
        else session.EndMoved();
        session.Forget();
    }
}
