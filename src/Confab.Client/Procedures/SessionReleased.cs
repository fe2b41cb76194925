using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.2.3 IM Client receiving an IM Session release request; 7.1.1.13 is the same procedure (C-18). The BYE has been answered 200.
/// </summary>
[Clause("OMA-IM", "7.1.2.3", "IMC-REL-1", "IMC-REL-2", "IMC-REL-CAUSE")]
[Clause("OMA-IM", "7.1.1.13", "IMC-REL-1", "IMC-REL-2b", "IMC-REL-CAUSE")]
internal static class SessionReleased
{
    private const string RemovedText = "Removed from session";
    private const string MovedText = "Joined from elsewhere";

    private const int MostLooks = 100; // one second: whoever reads no faster has more to lose than this
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(10);

    public static void Receive(ImSession session, EndReason reason, SipRequest? bye)
    {
        if (bye is null)
        {
            var unheard = reason != EndReason.TimedOut ? "" : session.State == ImSessionState.Accepting ? "The inviter did not confirm." : "The other side is not heard of any more.";
            session.End(SessionEnd.Failed, SessionFailure.Unreachable, StatusCode.RequestTimeout, unheard);
            return;
        }

        // What came before it by the other connection is in the mailbox by now, or waits to be read.
        session.Client.Mailbox.Post(() => TakeRest(session, bye, looks: 0));
    }

    private static void TakeRest(ImSession session, SipRequest bye, int looks)
    {
        if (session.State == ImSessionState.Ended) return;
        if (session.Leg is { IsReceiving: true } leg)
        {
            session.State = ImSessionState.Leaving;
            leg.TakeRest(() => Release(session, bye));
        }
        else if (session.Leg is { HasUnread: true } && looks < MostLooks)
        {
            session.State = ImSessionState.Leaving;
            new Alarm(session.Client.Mailbox, () => TakeRest(session, bye, looks + 1)).Set(s_betweenLooks);
        }
        else Release(session, bye);
    }

    private static void Release(ImSession session, SipRequest bye)
    {
        // 2) the MSRP session is released by the end of the session.
        var (text, isKnown) = ReasonText(bye);
        session.ReleaseReason = isKnown ? text : null;
        if (ExtendSession.Explains(session)) session.EndMoved();
        else session.End(text switch { RemovedText => SessionEnd.Removed, MovedText => SessionEnd.Moved, _ => SessionEnd.Released }, SessionFailure.GivenUp, 0, text);
        session.Forget();
    }

    /// <summary>The text of the Reason header (RFC 3326 2); an unknown one means released (D-10).</summary>
    private static (string Text, bool IsKnown) ReasonText(SipRequest bye)
    {
        foreach (var value in bye.Headers(HeaderName.Reason))
        {
            var semicolon = value.Span.IndexOf((byte)';');
            if (semicolon < 0 || !new Parameters(value.Slice(semicolon + 1)).TryGet("text"u8, out var text)) continue;
            return (QuotedText.Unescape(text).ToString(), true);
        }

        return ("", bye.Has(HeaderName.Reason));
    }
}
