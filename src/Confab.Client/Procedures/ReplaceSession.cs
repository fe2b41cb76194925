using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.2.2 IM Client invited to an IM Session, steps 1) and 2): an invitation that is to take the place of a session. It is verified before
/// the user is asked (C-30); when he has accepted and the new session stands, the old one is left. Flow F10 steps 5 and 6.
/// </summary>
[Clause("OMA-IM", "7.1.2.2", "IMC-INV-1", "IMC-INV-2a", "IMC-INV-2b", "IMC-SIM-3")]
internal static class ReplaceSession
{
    /// <summary>Finds the session that an invitation names.</summary>
    /// <param name="client">The invited one.</param>
    /// <param name="invite">The invitation.</param>
    /// <param name="replaced">That session; null where it names none.</param>
    /// <param name="refusal">
    /// What it is refused with, whereupon the session that it names is as it was: 400, 481 and 603 by RFC 3891 3, 403 where 2) is not fulfilled
    /// (C-31), 486 for one that is to be replaced only while it is not answered.
    /// </param>
    public static bool TryFind(ImClient client, SipRequest invite, out ImSession? replaced, out int refusal)
    {
        replaced = null;
        if (!Replaces.TryRead(invite, out var replaces, out var fault))
        {
            refusal = fault.Status;
            return false;
        }

        refusal = 0;
        if (replaces is null) return true;
        if (replaces.Find(client.Sessions.Select(static session => session.Sip), client.EndedDialogs, out refusal) is not { } sip) return false;
        var found = client.Sessions.Find(session => session.Sip == sip)!;

        // 2 a) who invites is asserted; 2 b) who wants it is the one who was asserted in the session that is to be replaced (C-32)
        if (!invite.TryGetAddress(HeaderName.PAssertedIdentity, out _) || !invite.TryGetAddress(HeaderName.ReferredBy, out var by) || !found.AssertedPeer.Contains(by.Uri.AddressKey()))
        {
            refusal = StatusCode.Forbidden;
            return false;
        }

        if (replaces.EarlyOnly)
        {
            refusal = StatusCode.BusyHere;
            return false;
        }

        replaced = found;
        return true;
    }

    /// <summary>1) the new session stands: the old one is left by BYE (RFC 3891 3).</summary>
    public static void Run(ImSession session)
    {
        if (session.Replaces is not { State: ImSessionState.Established or ImSessionState.Accepting } replaced) return; // it has ended meanwhile
        replaced.ReplacedBy = session;
        LeaveSession.Leave(replaced);
    }
}
