using System.Buffers;
using Confab.Content.Cpim;
using Confab.Content.Media;
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

    public static void Send(ImSession session, string contentType, ReadOnlyMemory<byte> content, TaskCompletionSource<SendOutcome> answer)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg })
        {
            answer.TrySetResult(new SendOutcome("", false, NoSuchSession, $"The session is not established; it is {session.State}."));
            return;
        }

        if (leg.IsHeldByPeer) answer.TrySetResult(new SendOutcome("", false, Forbidden, "The other side holds the session."));
        else if (TakesWrapped(leg.RemoteTypes, leg.RemoteWrappedTypes, contentType)) leg.Send(AcceptList.Cpim, Wrap(session, contentType, content.Span), answer);
        else if (!session.IsGroup && AcceptList.Matches(leg.RemoteTypes, contentType)) leg.Send(contentType, content, answer); // C-65: plain in 1-1 alone
        else answer.TrySetResult(new SendOutcome("", false, UnsupportedType, $"The other side does not take {contentType}."));
    }

    private static bool TakesWrapped(IReadOnlyList<string> types, IReadOnlyList<string> wrapped, string contentType)
    {
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
