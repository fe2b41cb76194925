using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.2.1 General: what all responses of this client have in common, and what it keeps of the peer.</summary>
[Clause("OMA-IM", "7.1.2.1", "IMC-TERM-1b", "IMC-TERM-1c", "IMC-TERM-3", "IMC-TERM-4", "IMC-TERM-R1..R4")]
internal static class TerminatingGeneral
{
    // 2) release version in every response but 100; 3) Allow; 4) the IM Address.
    public static void WriteResponseHeaders(ref SipWriter writer, ImClient client, SipMethod method, int status)
    {
        writer.Header(HeaderName.Server, Release.Own);
        client.Ims.WriteAccess(ref writer, method);
        var isAnnounced = method is SipMethod.Invite or SipMethod.Options && status < 300;
        if (isAnnounced || status == StatusCode.MethodNotAllowed) General.WriteAllow(ref writer);
    }

    /// <summary>3) and 4): the peer's methods and the IM Session Identity, from an INVITE or its answer.</summary>
    public static void StorePeer(ImSession session, SipMessage message)
    {
        if (message.Has(HeaderName.Allow))
        {
            var methods = new List<string>();
            foreach (var method in message.Headers(HeaderName.Allow)) methods.Add(method.ToString());
            session.RemoteAllow = methods;
        }

        if (message.Has(HeaderName.Supported))
        {
            var tags = new List<string>();
            foreach (var tag in message.Headers(HeaderName.Supported)) tags.Add(tag.ToString());
            session.RemoteSupported = tags;
        }

        if (message.Has(HeaderName.AllowEvents))
        {
            var events = new List<string>();
            foreach (var name in message.Headers(HeaderName.AllowEvents)) events.Add(name.ToString());
            session.RemoteEvents = events;
        }

        // The URI alone; what stands beside it in the header is about it, not of it (C-14a).
        if (message.TryGetAddress(HeaderName.Contact, out var contact))
        {
            session.Identity = contact.UriText.ToString();
            session.IsFocus = contact.HasParameter("isfocus"u8);
        }

        session.PeerRelease = Release.OfPeer(message);
        if (session.IsFocus) session.IsGroup = true;
    }

    public static void Refuse(ImClient client, IServerTransaction transaction, int status, HeadersWriter? more = null) =>
        Respond(client, transaction, status, more);

    public static void Respond(ImClient client, IServerTransaction transaction, int status, HeadersWriter? more = null)
    {
        var method = transaction.Request.Method;
        var response = Reply.Compose(
            transaction.Request,
            transaction.Flow,
            status,
            client.World.Ids.Token(40),
            (ref SipWriter writer) =>
            {
                WriteResponseHeaders(ref writer, client, method, status);
                more?.Invoke(ref writer);
            });
        transaction.Respond(status, response);
    }

    /// <summary>420 for a Require that names what does not work here (RFC 3261 8.2.2.3); true when it was sent.</summary>
    [Clause("RFC 3261", "8.2.2.3")]
    public static bool RefusesExtension(ImClient client, IServerTransaction transaction)
    {
        var unknown = new List<string>();
        var isInvite = transaction.Request.Method == SipMethod.Invite;
        foreach (var tag in transaction.Request.Headers(HeaderName.Require))
        {
            if (!isInvite || !General.Requirable.Contains(tag.ToString(), StringComparer.OrdinalIgnoreCase)) unknown.Add(tag.ToString());
        }

        if (unknown.Count == 0) return false;
        Refuse(client, transaction, StatusCode.BadExtension, (ref SipWriter writer) => writer.Header(HeaderName.Unsupported, string.Join(", ", unknown)));
        return true;
    }

    /// <summary>The text of a Warning where there is one, else the reason phrase: for people, nothing is decided by it (C-68).</summary>
    public static string TextOf(SipResponse response)
    {
        if (!response.TryGet(HeaderName.Warning, out var warning)) return response.Reason.ToString();
        var text = warning.ToString();
        var open = text.IndexOf('"', StringComparison.Ordinal);
        return open >= 0 && text.EndsWith('"') && open < text.Length - 1
            ? QuotedText.Unescape(Text.Of(text[(open + 1)..^1])).ToString()
            : text;
    }
}
