using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// A participant's MSRP connection is gone while his dialog stands: he may come back on a new connection for
/// <see cref="SessionOptions.StaleLegSeconds"/>, then he has departed (C-49a).
/// </summary>
[Clause("RFC 4975", "5.4", "MSW-13")]
internal static class LoseLeg
{
    public static void Run(Participant participant, EndReason reason)
    {
        participant.Focus.Switch.OnLegLost(participant);
        if (participant.State != ParticipantState.Connected) return;
        if ((reason is EndReason.ConnectionLost or EndReason.PeerClosed) && !participant.Focus.IsLargeMessage)
        {
            participant.Msrp!.ListenForPeer();
            participant.Stale ??= new Alarm(participant.Focus.Owner.Mailbox, () => Depart(participant));
            participant.Stale.Set(TimeSpan.FromSeconds(participant.Focus.Node.Options.Session.StaleLegSeconds));
        }
        else if (reason == EndReason.TimedOut && participant.IsStale) participant.Msrp!.ListenForPeer(); // the grace is longer than one wait for a connection
        else Depart(participant);
    }

    private static void Depart(Participant participant)
    {
        RemoveParticipant.Run(participant, RemoveParticipant.Removed, DisconnectionMethod.Departed);
        ReleasePolicy.AfterDeparture(participant.Focus, participant.Address);
    }
}
