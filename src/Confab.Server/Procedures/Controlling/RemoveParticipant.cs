using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Removal of a participant from an IM Session: OMA-IM 7.2.1.9. A pending invitee gets CANCEL instead of BYE.</summary>
[Clause("OMA-IM", "7.2.1.9", "IMS-REMOVE-1", "IMS-REMOVE-2", "IMS-REMOVE-R1", "IMS-REMOVE-R2", "IMS-REMOVE-R3", "IMS-REMOVE-ERR", "IMS-REMOVE-REASON")]
internal static class RemoveParticipant
{
    /// <summary>The Reason of a BYE that ends the session for all (D-10).</summary>
    public const string Released = "SIP;cause=200;text=\"Session released\"";

    /// <summary>The Reason of a BYE that takes one user out (D-10).</summary>
    public const string Removed = "SIP;cause=200;text=\"Removed from session\"";

    /// <summary>The Reason of a BYE to a leg whose user has come in by another.</summary>
    public const string Superseded = "SIP;cause=200;text=\"Joined from elsewhere\"";

    /// <summary>The Reason of a BYE of a server that stops: the session can be come back to when it runs again.</summary>
    public const string Stopping = "SIP;cause=503;text=\"Server is stopping\"";

    /// <summary>What a BYE or a CANCEL takes to be given up: 64*T1 (RFC 3261 17.1.2.2, 9.1).</summary>
    private const uint SecondsToLeave = 32;

    /// <summary>How long a goodbye waits for him to connect and have what was kept for him: a connection takes a moment, or does not come at all.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether as many of this user's legs are on their way out as may be: another one comes when the first is gone.</summary>
    public static bool IsBusyWith(Focus focus, string address) =>
        focus.Participants.Count(p => p.Address == address && p.State == ParticipantState.Leaving) >= focus.Node.World.Limits.LeavingLegsPerUser;

    /// <summary>What the 503 then says.</summary>
    public static void TryLater(ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, SecondsToLeave);

    public static void Run(Participant participant, string reason, DisconnectionMethod method, string? by = null)
    {
        if (participant.State == ParticipantState.Leaving) return;
        var wasInvited = participant.State == ParticipantState.Invited;

        // No message goes to this leg from here on (C-17). Its connection stays until the BYE is through: a client that saw it close first
        // would take that for a failure.
        participant.State = ParticipantState.Leaving;
        participant.Departure = (method, by);
        if (method == DisconnectionMethod.Booted) participant.Focus.Roster.Expel(participant.Entity);
        participant.Stale?.Cancel();
        participant.Focus.Switch.OnLegLost(participant);

        // 1) 2) BYE in his dialog, CANCEL of what he has not answered, a refusal of what we have not
        if (participant.Session.State == SessionState.Offered)
        {
            participant.Session.Refuse(participant.IsCaller ? StatusCode.TemporarilyUnavailable : RefusalFor(reason));
            OnByeDone(participant);
        }
        else if (participant.IsAwaited) OnByeDone(participant);
        else if (wasInvited) participant.Fork?.Cancel();
        else if (reason == Released && participant.Msrp is { IsBound: false, QueuedBytes: > 0 })
        {
            // He would close a connection that he is only making, and what was taken for him would be lost.
            participant.Goodbye = new Alarm(participant.Focus.Owner.Mailbox, () => SayGoodbye(participant, reason));
            participant.Goodbye.Set(s_patience);
        }
        else SayGoodbye(participant, reason);
    }

    private static void SayGoodbye(Participant participant, string reason)
    {
        participant.Goodbye = null;
        participant.Session.Bye((ref SipWriter writer) => writer.Header(HeaderName.Reason, reason));
    }

    /// <summary>
    /// Another leg of his takes the place of this one: what becomes of it is no news of him (IMS-REJOIN-STALE). Where the others know the new one
    /// by another URI, the old one is somebody else to them, who leaves.
    /// </summary>
    public static void Supersede(Participant older, string newEntity)
    {
        older.IsSuperseded = older.Entity == newEntity;
        Run(older, Superseded, DisconnectionMethod.Departed);
    }

    /// <summary>What one hears who was just coming in.</summary>
    private static int RefusalFor(string reason) => reason switch
    {
        Released => StatusCode.NotFound,
        Stopping => StatusCode.ServiceUnavailable,
        _ => StatusCode.Forbidden,
    };

    /// <summary>200, 481, 408 or no answer: the leg is gone.</summary>
    public static void OnByeDone(Participant participant)
    {
        participant.Msrp?.Close(EndReason.Removed);
        participant.Focus.Remove(participant);
        TellRoster(participant);
        participant.WhenSettled?.Invoke(StatusCode.RequestTerminated); // of one who was just coming in
        participant.WhenRemoved?.Invoke(participant.Session.ByeStatus);
        if (participant.Focus.IsReleased) ReleaseSession.Finish(participant.Focus);
    }

    /// <summary>The leg is gone. Who has another one by now, as one who was invited again or came in again meanwhile, is still there.</summary>
    public static void TellRoster(Participant participant)
    {
        var (method, by) = participant.Departure;
        if (!participant.IsSuperseded && participant.Focus.PresentAs(participant.Entity) is null)
            participant.Focus.Roster.Leave(participant.Entity, method, by, isExpelled: method == DisconnectionMethod.Booted);
    }
}
