using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.General;

/// <summary>Sessions of one user at one time: who is in as many as he may be is busy, for those that he starts as for those he is invited to.</summary>
[Clause("RFC 3261", "21.4.24")]
internal static class SimultaneousSessions
{
    /// <summary>Whether his INVITE for one more has been refused. Coming back to one that he is in is none more.</summary>
    public static bool Refuses(Conversation owner, IServerTransaction transaction, string address, Focus? focus = null)
    {
        if (!owner.Node.UserSessions.IsFull(address) || focus?.Present(address) is { State: ParticipantState.Connected }) return false;
        owner.Answer(transaction, StatusCode.BusyHere, owner.Node.Warning(399, "Too many sessions"));
        return true;
    }
}
