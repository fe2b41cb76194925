using System.Buffers;
using Confab.Client.Media;
using Confab.Content.Cpim;
using Confab.Content.Media;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// Sending in a session: what the other side takes, in CPIM with From and To (RFC 4975 8.6, 13; RFC 3862 4). In a group To is the session
/// itself (D-07).
/// </summary>
[Clause("RFC 4975", "13", "IMC-SDP-8", "IMC-SDP-9")]
internal static class SendMessage
{
    private const int Forbidden = 403;
    private const int UnsupportedType = 415;
    private const int NoSuchSession = 481;

    /// <summary>Sends content that is there; returns the message, null where none was sent.</summary>
    public static OutgoingMessage? Send(ImSession session, string contentType, ReadOnlyMemory<byte> content, TaskCompletionSource<SendOutcome> answer)
    {
        if (Leg(session, contentType, answer) is not { } leg) return null;
        session.Composing.Said();
        var message = TakesWrapped(leg, contentType)
            ? new OutgoingMessage(AcceptList.Cpim, Wrap(session, contentType, content.Span))
            : new OutgoingMessage(contentType, content);
        var mayBePlain = !session.IsGroup && message.ContentType == AcceptList.Cpim && AcceptList.Matches(leg.RemoteTypes, contentType); // C-65
        leg.Send(message, new Sending(answer, (int)(message.Length - content.Length), content.Length) { InPlainWords = mayBePlain ? new OutgoingMessage(contentType, content) : null });
        return message;
    }

    /// <summary>Sends content that is read while it is sent.</summary>
    public static OutgoingMessage? Send(
        ImSession session, string contentType, Stream content, long length, IProgress<TransferProgress>? progress, TaskCompletionSource<SendOutcome> answer)
    {
        if (Leg(session, contentType, answer) is not { } leg) return null;
        var world = session.Client.World;
        var isWrapped = TakesWrapped(leg, contentType);
        var head = isWrapped ? Wrap(session, contentType, default).ToArray() : [];
        var source = new ContentSource(world, head);
        var message = new OutgoingMessage(isWrapped ? AcceptList.Cpim : contentType, head.Length + length, source.Take);
        var sending = new Sending(answer, head.Length, length) { Source = source, Teller = progress is null ? null : new ProgressTeller(world, progress) };
        leg.Send(message, sending);
        if (!answer.Task.IsCompleted) source.Start(content, length, () => session.Client.Mailbox.Post(() => leg.Continue(message)));
        return message;
    }

    /// <summary>Sends what is no message of the user's: nobody waits for it, nothing is told of it, and who does not name its type is spared it.</summary>
    public static void SendQuietly(ImSession session, string contentType, ReadOnlySpan<byte> content)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg }) return;
        if (!AcceptList.Matches(leg.RemoteTypes, AcceptList.Cpim) || !AcceptList.Matches(leg.RemoteWrappedTypes, contentType)) return;
        leg.SendQuietly(new OutgoingMessage(AcceptList.Cpim, Wrap(session, contentType, content)), contentType);
    }

    /// <summary>Where it can be sent; null where it cannot, and the answer says why.</summary>
    private static MessageLeg? Leg(ImSession session, string contentType, TaskCompletionSource<SendOutcome> answer)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg })
        {
            answer.TrySetResult(new SendOutcome("", false, NoSuchSession, $"The session is not established; it is {session.State}."));
            return null;
        }

        if (leg.IsHeldByPeer)
        {
            answer.TrySetResult(new SendOutcome("", false, Forbidden, "The other side holds the session."));
            return null;
        }

        // C-65: plain in 1-1 alone
        if (TakesWrapped(leg, contentType) || (!session.IsGroup && AcceptList.Matches(leg.RemoteTypes, contentType))) return leg;
        answer.TrySetResult(new SendOutcome("", false, UnsupportedType, $"The other side does not take {contentType}."));
        return null;
    }

    private static bool TakesWrapped(MessageLeg leg, string contentType)
    {
        var (types, wrapped) = (leg.RemoteTypes, leg.RemoteWrappedTypes);
        if (!AcceptList.Matches(types, AcceptList.Cpim)) return false;
        var saysNothing = wrapped.Count == 0 && types.Count == 1;
        return saysNothing || AcceptList.Matches(types, contentType) || AcceptList.Matches(wrapped, contentType);
    }

    private static ReadOnlyMemory<byte> Wrap(ImSession session, string contentType, ReadOnlySpan<byte> content)
    {
        var from = General.From(session);
        var to = session.IsGroup ? session.Identity : session.Peer;
        var message = new ArrayBufferWriter<byte>(content.Length + 512);
        CpimWriter.Write(message, from.Uri, to ?? General.AnonymousUri, session.Client.World.Time.GetUtcNow(), contentType, content, fromName: from.Name);
        return message.WrittenMemory;
    }
}
