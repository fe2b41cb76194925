using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Ending a session for all: RFC 4579 5.12, RFC 4353 5.4. Executed once, whatever gave the reason.</summary>
[Clause("RFC 4579", "5.12", "IMS-RPOL-1", "IMS-RPOL-ORD")]
internal static class ReleaseSession
{
    public static void Run(Focus focus)
    {
        if (focus.IsReleased) return;
        focus.Record.Remove();
        End(focus, RemoveParticipant.Released);
    }

    /// <summary>The server stops: the dialogs end, the session is kept in the store, and stands again when the server does.</summary>
    public static void Suspend(Focus focus)
    {
        if (focus.IsReleased) return;
        focus.Record.Close();
        End(focus, RemoveParticipant.Stopping);
    }

    private static void End(Focus focus, string reason)
    {
        focus.IsReleased = true;
        focus.MaxLength?.Cancel();
        focus.Grace?.Cancel();
        focus.Node.Router.Remove(focus); // the identity is gone: it answers 404 from here on
        focus.Node.Metrics.SessionEnded(focus.Kind);
        foreach (var participant in focus.Participants.ToArray()) RemoveParticipant.Run(participant, reason, DisconnectionMethod.Departed);
        focus.Subscriptions.Release();
        Finish(focus);
    }

    /// <summary>When the last leg is gone, and the last subscription, the owner may end.</summary>
    public static void Finish(Focus focus)
    {
        if (focus.Participants.Count > 0) return;
        foreach (var referral in focus.Referrals.ToArray()) referral.Hurry();
        if (focus.Subscriptions.Count > 0 || focus.Owner.Focus != focus) return;
        focus.Owner.Focus = null;
        focus.Owner.EndWhenDone();
    }
}
