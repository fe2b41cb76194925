using System.Net;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Dialog;

/// <summary>
/// A peer-to-peer relation of two user agents: who they are, where the other is, how far each has counted. Outlives the message it was
/// made from.
/// </summary>
[Clause("RFC 3261", "12")]
public sealed class Dialog
{
    private readonly Text _callId;
    private readonly Text _localTag;
    private readonly Text _remoteTag;
    private bool _heardRequest;
    private bool _viaIsTrue;
    private uint _remoteCSeq;

    private Dialog(string callId, string localTag, string remoteTag, string localUri, string remoteUri, uint localCSeq)
    {
        CallId = callId;
        LocalTag = localTag;
        RemoteTag = remoteTag;
        LocalUri = localUri;
        RemoteUri = remoteUri;
        LocalCSeq = localCSeq;
        _callId = Text.Of(callId);
        _localTag = Text.Of(localTag);
        _remoteTag = Text.Of(remoteTag);
    }

    public string CallId { get; }

    public string LocalTag { get; }

    public string RemoteTag { get; }

    public string LocalUri { get; }

    public string RemoteUri { get; }

    /// <summary>CSeq number of our last request.</summary>
    public uint LocalCSeq { get; set; }

    /// <summary>The URI of the peer's Contact: the Request-URI of what we send (RFC 3261 12.2.1.1).</summary>
    public SipUri RemoteTarget { get; private set; }

    public IReadOnlyList<Text> RouteSet { get; private init; } = [];

    /// <summary>The flow over which the peer was last heard.</summary>
    public Flow Flow { get; private set; } = null!;

    /// <summary>
    /// The Contact names another address than the one the peer is heard from, and so did its Via: only the way back reaches it. A peer whose
    /// Via was right knows where it is, and means its Contact.
    /// </summary>
    public bool IsBehindNat => !_viaIsTrue && !IsAddress(RemoteTarget.Host, Flow);

    /// <summary>The dialog as the one who sent the request sees it (RFC 3261 12.1.2): Record-Route in reverse.</summary>
    public static Dialog OfCaller(SipRequest request, SipResponse response, Flow flow)
    {
        var routes = Routes(response);
        routes.Reverse();
        var dialog = new Dialog(
            request.CallId.ToString(), request.FromTag.ToString(), response.ToTag.ToString(), request.From.UriText.ToString(), request.To.UriText.ToString(), request.CSeq.Number)
        {
            RouteSet = routes,
            RemoteTarget = request.RequestUri, // for a 2xx that breaks the rules and has no Contact
        };
        dialog.Refresh(response, flow);
        return dialog;
    }

    /// <summary>The dialog as the one who answers sees it (RFC 3261 12.1.1).</summary>
    public static Dialog OfCallee(IServerTransaction transaction, string localTag)
    {
        var request = transaction.Request;
        var dialog = new Dialog(
            request.CallId.ToString(), localTag, request.FromTag.ToString(), request.To.UriText.ToString(), request.From.UriText.ToString(), 0)
        {
            RouteSet = Routes(request),
            _heardRequest = true,
            _remoteCSeq = request.CSeq.Number,
        };
        dialog.Refresh(request, transaction.Flow);
        return dialog;
    }

    /// <summary>Whether the dialog is the one that this response to our INVITE makes: each branch of a fork has a tag of its own.</summary>
    public bool WasMadeBy(SipResponse response) => response.ToTag.Equals(_remoteTag);

    /// <summary>Whether a request of the peer belongs here (RFC 3261 12.2.2).</summary>
    public bool Owns(SipRequest request) =>
        request.ToTag.Equals(_localTag) && request.FromTag.Equals(_remoteTag) && request.CallId.Equals(_callId);

    /// <summary>False for a request that is older than one already seen: it is answered 500 (RFC 3261 12.2.2).</summary>
    public bool TakeOrder(SipRequest request)
    {
        if (_heardRequest && request.CSeq.Number < _remoteCSeq) return false;
        _heardRequest = true;
        _remoteCSeq = request.CSeq.Number;
        return true;
    }

    /// <summary>Takes the Contact of a target refresh, and the flow that the peer is heard on now.</summary>
    public void Refresh(SipMessage message, Flow flow)
    {
        Flow = flow;
        _viaIsTrue = message is SipRequest && IsAddress(message.TopVia.Host, flow);
        if (!HasContact(message, out var contact)) return;
        var headers = contact.Uri.Headers.Length;
        var uri = headers == 0 ? contact.UriText : contact.UriText.Slice(0, contact.UriText.Length - headers - 1); // no Request-URI has them
        if (SipUri.TryParse(uri.Copy(), out var target)) RemoteTarget = target;
    }

    /// <summary>Whether the message has what a dialog is made with (RFC 3261 8.1.1.8, 12.1.1).</summary>
    public static bool HasContact(SipMessage message, out NameAddr contact) =>
        message.TryGetAddress(HeaderName.Contact, out contact) && contact.Uri.IsSipOrSips;

    /// <summary>The peer is heard on this flow now.</summary>
    public void HeardOn(Flow flow) => Flow = flow;

    private static bool IsAddress(Text host, Flow flow) =>
        IPAddress.TryParse(host.ToString().Trim('[', ']'), out var named) && named.Equals(flow.Remote.Address);

    private static List<Text> Routes(SipMessage message)
    {
        var routes = new List<Text>();
        foreach (var route in message.Headers(HeaderName.RecordRoute)) routes.Add(route.Copy());
        return routes;
    }
}
