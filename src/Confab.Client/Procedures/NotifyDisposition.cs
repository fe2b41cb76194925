using Confab.Content.Cpim;
using Confab.Content.Imdn;
using Confab.Content.Media;
using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// RFC 5438 7.2.1 Constructing IMDNs: what one received message asks to be told, and the answers. They speak for the user as all of the session
/// does, without the name where the user takes part without it; in a group they are for the sender alone.
/// </summary>
[Clause("RFC 5438", "7.2.1")]
[Clause("RFC 5438", "7.2.1.1")]
[Clause("RFC 5438", "7.2.1.2")]
internal sealed class NotifyDisposition
{
    private readonly ImSession _session;
    private readonly DispositionRequest _request;
    private readonly string _from;
    private readonly DateTimeOffset _time;
    private bool _isDelivered;
    private bool _isDisplayed;

    private NotifyDisposition(ImSession session, DispositionRequest request, string from)
    {
        _session = session;
        _request = request;
        _from = from;
        _time = session.Client.World.Time.GetUtcNow();
    }

    /// <summary>Whether the sender wants to be told that the message was shown, and is going to be.</summary>
    public bool IsDisplayAsked => _request.Display && _session.Client.Options.GiveNotifications.HasFlag(DispositionNotifications.Display);

    /// <summary>What a message asks; null where nothing is answered.</summary>
    public static NotifyDisposition? Of(ImSession session, in CpimView message, string from)
    {
        if (session.Client.Options.GiveNotifications == DispositionNotifications.None) return null;
        if (!DispositionRequest.TryRead(message, out var request) || !MayAnswer(session, from)) return null;
        return new NotifyDisposition(session, request, from);
    }

    /// <summary>The message has come whole, and is the program's: told after it has been answered, once.</summary>
    public void Delivered()
    {
        if (!_request.PositiveDelivery || _isDelivered || !_session.Client.Options.GiveNotifications.HasFlag(DispositionNotifications.Delivery)) return;
        _isDelivered = true;
        _session.Client.Mailbox.Post(() => Send(Disposition.Delivery, DispositionStatus.Delivered));
    }

    /// <summary>The user has seen it; true where that is told now, the first time.</summary>
    public bool Displayed()
    {
        if (!IsDisplayAsked || _isDisplayed) return false;
        return _isDisplayed = Send(Disposition.Display, DispositionStatus.Displayed);
    }

    /// <summary>
    /// Never to the room, which a sender without a name or one that calls himself by its address would come to, nor to oneself.
    /// </summary>
    private static bool MayAnswer(ImSession session, string from)
    {
        if (!AskForNotification.MayPass(session)) return false;
        if (!session.IsGroup) return true;
        if (!ImAddress.IsValid(from) || from == General.AnonymousUri) return false;
        var client = session.Client;
        return !((string?[])[session.Identity, session.GroupIdentity, client.ConferenceFactory, client.Options.Address]).Any(other => other is not null && ImAddress.AreSame(from, other));
    }

    private bool Send(Disposition disposition, DispositionStatus status)
    {
        if (Standing() is not { Leg: { } leg } session) return false;
        if (leg.RemoteWrappedTypes.Count > 0 && !AcceptList.Matches(leg.RemoteWrappedTypes, DispositionNotification.ContentType)) return false;
        var own = General.From(session).Uri;
        var document = new DispositionNotification(_request.MessageId, DateTime, disposition, status)
        {
            RecipientUri = own,
            OriginalRecipientUri = session.IsAnonymous ? own : _request.OriginalTo ?? own,
        };
        var headers = _request.ToAnswerHeaders(session.Client.World.Ids.Token(80));
        return SendMessage.SendNotification(session, _from, headers, document.ToBytes());
    }

    /// <summary>The DateTime of the message as it stood there (11.1.2), or when it came.</summary>
    private string DateTime => _request.DateTime.Length > 0 ? _request.DateTime : _time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The session, or the one by which the user has come back to it.</summary>
    private ImSession? Standing() => _session.State == ImSessionState.Established
        ? _session
        : _session.Client.Sessions.Find(session => session.State == ImSessionState.Established && (session.Identity == _session.Identity || session.RejoinOf == _session.Identity));
}
