using System.Globalization;
using System.Text;
using Confab.Content.Cpim;
using Confab.Content.IsComposing;
using Confab.Content.Media;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>A message came in whole: who it is from stands in its CPIM, which an anonymous sender fills with an anonymous URI.</summary>
[Clause("RFC 4975", "7.3.1", "IMC-SDP-10")]
[Clause("RFC 3862", "4")]
internal static class ReceiveMessage
{
    /// <summary>Whether a body of this type is taken at all.</summary>
    public static bool Takes(ImSession session, string contentType) => AcceptList.Matches(session.Client.Options.AcceptTypes, contentType);

    /// <summary>What is answered to its last chunk.</summary>
    public static MsrpStatus Take(ImSession session, ReceivedMessage message)
    {
        var options = session.Client.Options;
        if (!ContentType.TryParse(message.ContentType, out var type, out _)) return MsrpStatus.UnsupportedType;
        if (!type.Is(AcceptList.Cpim))
        {
            Tell(session, message, session.Peer ?? "", session.PeerName, message.ContentType, message.Body, session.Client.World.Time.GetUtcNow(), asked: null);
            return MsrpStatus.Ok;
        }

        if (!CpimView.TryParse(message.Body.Span, out var cpim, out _)) return MsrpStatus.BadRequest;
        var inner = Encoding.UTF8.GetString(cpim.ContentType);
        var from = Encoding.UTF8.GetString(cpim.From);
        if (AwaitedNotifications.IsNotification(cpim, inner)) return session.Client.Awaited.Receive(session, from, cpim, inner) ? MsrpStatus.Ok : MsrpStatus.BadRequest;
        if (!AcceptList.Matches(options.AcceptTypes, inner) && !AcceptList.Matches(session.Leg!.WrappedTypes, inner)) return MsrpStatus.UnsupportedType;
        if (ContentType.TryParse(inner, out var wrapped, out _) && wrapped.Is(ComposingStatus.ContentType))
            return session.Composing.Receive(from, cpim.Content) ? MsrpStatus.Ok : MsrpStatus.BadRequest;
        session.Composing.Heard(from);
        var asked = NotifyDisposition.Of(session, cpim, from);
        asked?.Delivered(); // before the program knows of it, and can say that it was displayed
        Tell(
            session,
            message,
            from,
            CpimText.Decode(cpim.FromDisplayName),
            inner,
            cpim.Content.ToArray(),
            TimeOf(cpim.DateTime) ?? session.Client.World.Time.GetUtcNow(),
            asked);
        return MsrpStatus.Ok;
    }

    /// <summary>The DateTime of a CPIM message; null where it has none that can be read.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> text) => DateTimeOffset.TryParse(
        Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;

    private static void Tell(
        ImSession session, ReceivedMessage message, string from, string name, string contentType, ReadOnlyMemory<byte> content, DateTimeOffset time, NotifyDisposition? asked) =>
        session.Client.Tell(new MessageReceived(session, from, name, contentType, content, message.MessageId, time) { Asked = asked });
}
