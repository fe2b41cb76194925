// RFC 5438 7.1.2 Matching IMs with IMDNs: the messages of this client that asked, and who has told what of them.
//
//   sent ──► awaited ──"delivered" of bob──► Delivered, once for bob ──"displayed" of bob──► Displayed, once for bob
//                └── in another session, once more, of a message that is not there: passed over
using System.Text;
using Confab.Content.Cpim;
using Confab.Content.Imdn;
using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Runtime;

namespace Confab.Client.Procedures;

[Clause("RFC 5438", "7.1.2")]
[Clause("RFC 5438", "7.1.4")]
internal sealed class AwaitedNotifications(ImClient client)
{
    private const int MostMessages = 1000; // that can be told of; what is older is not told of any more (7.1.3)
    private const int MostParts = 64; // notifications in one message of a server that collects them
    private const int LongestContent = 64 * 1024; // octets of them
    private const int LongestFrom = 256; // characters of an address that is remembered

    private readonly OrderedDictionary<string, Awaited> _messages = new(StringComparer.Ordinal);

    /// <summary>Messages that may still be told of.</summary>
    public int Count => _messages.Count;

    /// <summary>Whether the content of a CPIM message is a notification, or several, and no message for the user (9).</summary>
    public static bool IsNotification(in CpimView message, string type)
    {
        if (AcceptList.Matches([DispositionNotification.ContentType], type)) return true;
        return message.TryMimeHeader("Content-Disposition"u8, out var disposition)
            && Encoding.UTF8.GetString(disposition).Split(';')[0].Trim().Equals(DispositionNotification.ContentDisposition, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A message that asks is on its way.</summary>
    public void Add(ImSession session, DispositionRequest request)
    {
        if (_messages.Count == MostMessages) _messages.RemoveAt(0);
        _messages[request.MessageId] = new Awaited(session.Identity);
    }

    /// <summary>It did not even leave.</summary>
    public void Remove(string messageId) => _messages.Remove(messageId);

    /// <summary>Takes what came; false for what cannot be read.</summary>
    public bool Receive(ImSession session, string from, in CpimView message, string type)
    {
        if (message.Content.Length > LongestContent || !message.TryDecodeContent(out var content)) return false;
        if (!ContentType.TryParse(type, out var parsed, out _)) return false;
        if (parsed.Is(DispositionNotification.ContentType)) return Receive(session, from, content);

        // Those of several recipients, or several of one, collected by a server (7.1.4).
        if (!parsed.Is("multipart/mixed") || parsed.Parameter("boundary") is not { } boundary) return false;
        if (!MultipartReader.TryParse(content.ToArray(), boundary, MostParts, out var parts, out _)) return false;
        var known = true;
        foreach (var part in parts) known &= Receive(session, from, part.Content.Span);
        return known;
    }

    private bool Receive(ImSession session, string from, ReadOnlySpan<byte> document)
    {
        if (!DispositionNotification.TryParse(document, out var notification, out _)) return false;
        if (_messages.TryGetValue(notification.MessageId, out var awaited) && awaited.Is(session) && MayTell(session, from)) Take(session, from, awaited, notification);
        return true;
    }

    /// <summary>
    /// Whether he can have had the message: he knows an id that cannot be guessed (6.3), and the switch vouches for his From. The roster is not asked:
    /// it comes seconds later than those in it (RFC 4575 9), whose first notifications would be lost.
    /// </summary>
    private bool MayTell(ImSession session, string from) => from.Length <= LongestFrom && !(session.IsGroup && ImAddress.AreSame(from, client.Options.Address));

    private void Take(ImSession session, string from, Awaited awaited, DispositionNotification notification)
    {
        var id = notification.MessageId;
        var most = session.IsGroup ? Math.Max(client.Options.NotificationsUpTo, 1) : 1;
        var key = session.IsGroup ? from : "";
        switch (notification)
        {
            case { Disposition: Disposition.Delivery, Status: DispositionStatus.Delivered }:
                if (awaited.IsFirst(Disposition.Delivery, key, most)) client.Tell(new Delivered(session, id, from));
                break;
            case { Disposition: Disposition.Delivery, Status: DispositionStatus.Failed or DispositionStatus.Forbidden or DispositionStatus.Error }:
                if (awaited.IsFirst(Disposition.Delivery, key, most)) client.Tell(new Undelivered(session, id, 0, TextOf(notification.Status)) { From = from });
                break;
            case { Disposition: Disposition.Display, Status: DispositionStatus.Displayed }:
                if (awaited.IsFirst(Disposition.Display, key, most)) client.Tell(new Displayed(session, id, from));
                break;
            default:
                // What servers on the way did with it was not asked; who does not tell whether it was read has received it all the same.
                break;
        }
    }

    private static string TextOf(DispositionStatus status) => status switch
    {
        DispositionStatus.Failed => "It could not be delivered.",
        DispositionStatus.Forbidden => "Whether it was delivered is not told.",
        _ => "Whether it was delivered is not known: an error on the other side.",
    };

    /// <summary>A message, and who has told of it: each once of each kind (7.2.1).</summary>
    private sealed class Awaited(string? identity)
    {
        private readonly HashSet<string> _delivery = new(StringComparer.Ordinal);
        private readonly HashSet<string> _display = new(StringComparer.Ordinal);

        /// <summary>Whether it was sent in this session, or in the one that the user has come back to by this.</summary>
        public bool Is(ImSession session) => identity == session.Identity || (session.RejoinOf is { } rejoined && identity == rejoined);

        public bool IsFirst(Disposition disposition, string from, int most)
        {
            var told = disposition == Disposition.Delivery ? _delivery : _display;
            return told.Count < most && told.Add(from);
        }
    }
}
