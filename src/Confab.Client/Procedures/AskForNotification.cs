using Confab.Content.Imdn;
using Confab.Content.Media;
using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// RFC 5438 7.1.1 Constructing Instant Messages: the headers by which a message asks to be told what becomes of it, and where it asks at all.
/// </summary>
[Clause("RFC 5438", "7.1.1")]
internal static class AskForNotification
{
    /// <summary>The request for a message in this session; null where it does not ask.</summary>
    public static DispositionRequest? Of(ImSession session, string messageId)
    {
        var asked = session.Client.Options.AskNotifications;
        if (asked == DispositionNotifications.None || !MayPass(session)) return null;

        // Who is anonymous should not ask (12.1.1).
        if (session.IsAnonymous || !AcceptList.Matches(session.Leg!.WrappedTypes, DispositionNotification.ContentType)) return null;
        var delivery = asked.HasFlag(DispositionNotifications.Delivery);
        return new DispositionRequest(messageId)
        {
            PositiveDelivery = delivery,
            NegativeDelivery = delivery,
            Display = asked.HasFlag(DispositionNotifications.Display),
        };
    }

    /// <summary>
    /// Whether notifications go through a session. In a group they are messages to one alone, which the focus must serve (RFC 7701 6.2, 8), and each
    /// of the others answers each message: only while there are not too many.
    /// </summary>
    public static bool MayPass(ImSession session) => !session.IsGroup || (session.Leg!.MayWhisper && IsSmall(session));

    private static bool IsSmall(ImSession session)
    {
        var most = session.Client.Options.NotificationsUpTo;
        if (session.Roster.Count > 0) return session.Roster.Count(static user => user.IsConnected) <= most;
        if (session.Participants.Count > 0) return session.Participants.Count < most; // and the user
        return session.Conference is { IsAwaited: true }; // who is in it will be known in a moment
    }
}
