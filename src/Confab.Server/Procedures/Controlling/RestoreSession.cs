using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Ports;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// A session that stood when the server went down stands again: its identity leads to it, and who was in has
/// <see cref="SessionOptions.StaleLegSeconds"/> to come back. The old dialogs are gone: what comes in one is answered 481.
/// </summary>
[Clause("OMA-IM", "7.2.1.5", "IMS-REJOIN-STALE", "IMS-GEN-4")]
internal static class RestoreSession
{
    /// <summary>Makes it stand; at the start, before anything is listened to.</summary>
    /// <exception cref="InvalidDataException">What is stored says nothing that is understood.</exception>
    public static void Run(Node node, StoredSession session, IReadOnlyList<StoredMember> members)
    {
        if (!Enum.TryParse<SessionKind>(session.Kind, out var kind) || !Enum.IsDefined(kind)) throw new InvalidDataException($"'{session.Kind}' is no kind of session");
        if (!Focus.IsIdentityUser(Text.Of(session.Identity))) throw new InvalidDataException($"'{session.Identity}' is no identity of a session");
        if (session.Rules is not { MostParticipants: >= 2, RemainingParticipants: 0 or 1 }) throw new InvalidDataException($"the rules of {session.Identity} are none");
        var attendees = members.Select(RosterSnapshot.Restore).ToList();
        var owner = node.Router.Adopt(Text.Of(session.Identity));
        using (Turn.Enter())
        {
            if (!owner.Mailbox.TryEnter()) throw new InvalidOperationException("An owner that was just made is free");
            try
            {
                var focus = new Focus(owner, kind, session);
                focus.Record.Restore(session, members);
                foreach (var attendee in attendees) Await(focus, attendee);
                Stand(focus);
            }
            finally
            {
                owner.Mailbox.Leave();
            }
        }
    }

    private static void Await(Focus focus, Attendee attendee)
    {
        focus.Roster.Restore(attendee);
        if (attendee.Status == EndpointStatus.Disconnected) return;

        // Who was still asked may have answered when nobody was there to store it.
        _ = new Participant(focus, attendee.Address, attendee.DisplayName, isCaller: false, attendee.Alias is not null)
        {
            IsAwaited = true,
            State = attendee.Status == EndpointStatus.Connected ? ParticipantState.Connected : ParticipantState.Invited,
        };
    }

    private static void Stand(Focus focus)
    {
        if (focus.Ends <= focus.Roster.Now || !ReleasePolicy.MayStand(focus))
        {
            ReleaseSession.Run(focus);
            return;
        }

        ReleasePolicy.Start(focus);
        focus.Grace = new Alarm(focus.Owner.Mailbox, () => EndGrace(focus));
        focus.Grace.Set(TimeSpan.FromSeconds(focus.Node.Options.Session.StaleLegSeconds));
    }

    /// <summary>Who has not come has departed; the policy is applied once, for all of them (C-49a).</summary>
    private static void EndGrace(Focus focus)
    {
        var gone = focus.Participants.Where(static p => p.IsAwaited).ToArray();
        foreach (var participant in gone)
        {
            var method = participant.State == ParticipantState.Invited ? DisconnectionMethod.Failed : DisconnectionMethod.Departed;
            RemoveParticipant.Run(participant, RemoveParticipant.Removed, method);
        }

        ReleasePolicy.AfterRemoval(focus, gone.Select(static p => p.Address));
    }
}
