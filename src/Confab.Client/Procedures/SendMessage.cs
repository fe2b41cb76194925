using System.Buffers;
using Confab.Client.Media;
using Confab.Content.Cpim;
using Confab.Content.Imdn;
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
        var request = TakesWrapped(leg, contentType) ? new Request(session) : null;
        var message = request is not null
            ? new OutgoingMessage(AcceptList.Cpim, Wrap(session, contentType, content.Span, request.Headers)) { MessageId = request.MessageId }
            : new OutgoingMessage(contentType, content);
        var mayBePlain = !session.IsGroup && request is not null && AcceptList.Matches(leg.RemoteTypes, contentType); // C-65
        var sending = new Sending(answer, (int)(message.Length - content.Length), content.Length) { InPlainWords = mayBePlain ? new OutgoingMessage(contentType, content) : null };
        Send(session, leg, message, sending, request);
        return message;
    }

    /// <summary>Sends content that is read while it is sent.</summary>
    public static OutgoingMessage? Send(
        ImSession session, string contentType, Stream content, long length, IProgress<TransferProgress>? progress, TaskCompletionSource<SendOutcome> answer)
    {
        if (Leg(session, contentType, answer) is not { } leg) return null;
        var world = session.Client.World;
        var request = TakesWrapped(leg, contentType) ? new Request(session) : null;
        var head = request is not null ? Wrap(session, contentType, default, request.Headers).ToArray() : [];
        var source = new ContentSource(world, head);
        var message = new OutgoingMessage(request is not null ? AcceptList.Cpim : contentType, head.Length + length, source.Take) { MessageId = request?.MessageId };
        var teller = progress is null ? null : new ProgressTeller(world, progress, failure =>
        {
            if (answer.TrySetException(failure)) session.Client.Mailbox.Post(() => leg.Abort(message));
        });
        var sending = new Sending(answer, head.Length, length) { Source = source, Teller = teller };
        Send(session, leg, message, sending, request);
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

    /// <summary>Tells one user of the session what became of a message of his (RFC 5438 7.2.1), as quietly; false where there is no room for it now.</summary>
    public static bool SendNotification(ImSession session, string to, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> document)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg } || !AcceptList.Matches(leg.RemoteTypes, AcceptList.Cpim)) return false;
        var message = Wrap(session, DispositionNotification.ContentType, document, headers, to, DispositionNotification.ContentDisposition);
        return leg.SendQuietly(new OutgoingMessage(AcceptList.Cpim, message), DispositionNotification.ContentType);
    }

    /// <summary>A message that asks for notifications waits for them from here on: they may come as soon as it is on its way.</summary>
    private static void Send(ImSession session, MessageLeg leg, OutgoingMessage message, Sending sending, Request? request)
    {
        if (request?.Asked is { } asked) session.Client.Awaited.Add(session, asked);
        leg.Send(message, sending);
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

    private static ReadOnlyMemory<byte> Wrap(
        ImSession session, string contentType, ReadOnlySpan<byte> content, IReadOnlyList<KeyValuePair<string, string>>? headers = null, string? to = null, string? disposition = null)
    {
        var from = General.From(session);
        to ??= session.IsGroup ? session.Identity : session.Peer;
        var message = new ArrayBufferWriter<byte>(content.Length + 512);
        CpimWriter.Write(
            message, from.Uri, to ?? General.AnonymousUri, session.Client.World.Time.GetUtcNow(), contentType, content, headers, fromName: from.Name, contentDisposition: disposition);
        return message.WrittenMemory;
    }

    /// <summary>The Message-ID of a message in CPIM, the same for MSRP and for who tells of it, and what it asks.</summary>
    private sealed class Request
    {
        public Request(ImSession session)
        {
            MessageId = session.Client.World.Ids.Token(80);
            Asked = AskForNotification.Of(session, MessageId);
        }

        public string MessageId { get; }

        public DispositionRequest? Asked { get; }

        public IReadOnlyList<KeyValuePair<string, string>>? Headers => Asked?.ToHeaders();
    }
}
