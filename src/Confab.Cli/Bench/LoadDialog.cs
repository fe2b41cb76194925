using System.Buffers;
using System.Globalization;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>A dialog of a user as far as a load needs it (RFC 3261 12): to acknowledge, and to say goodbye.</summary>
sealed class LoadDialog
{
    readonly LoadUser _user;
    readonly string _remote;
    readonly string _target;
    readonly IReadOnlyList<string> _route;
    uint _cseq;

    LoadDialog(LoadUser user, SipMessage message, string localTag, string remote, IEnumerable<string> route, uint cseq)
    {
        _user = user;
        CallId = message.CallId.ToString();
        LocalTag = localTag;
        _remote = remote;
        _target = message.TryGetAddress(HeaderName.Contact, out var contact) ? contact.UriText.ToString() : user.Address;
        _route = [.. route];
        _cseq = cseq;
    }

    public string CallId { get; }

    public string LocalTag { get; }

    /// <summary>URI of the other end: of a focus, the IM Session Identity.</summary>
    public string Target => _target;

    public static LoadDialog OfCaller(LoadUser user, SipExchange invite, SipResponse response) =>
        new(user, response, invite.FromTag, response.To.Text.ToString(), Enumerable.Reverse(Routes(response)), invite.LastCSeq);

    public static LoadDialog OfCallee(LoadUser user, SipRequest invite, string localTag) =>
        new(user, invite, localTag, invite.From.Text.ToString(), Routes(invite), 0);

    /// <summary>ACK to a 2xx (RFC 3261 13.2.2.4).</summary>
    public void Acknowledge()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        var writer = new SipWriter(output);
        writer.Request(SipMethod.Ack, _target);
        var link = _user.Link;
        writer.Header(HeaderName.Via, string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/{(link.IsReliable ? "TCP" : "UDP")} {link.SentBy};branch={link.NewBranch()};rport"));
        writer.Header(HeaderName.MaxForwards, 70);
        foreach (var route in _route) writer.Header(HeaderName.Route, route);
        writer.Address(HeaderName.From, _user.Address, LocalTag);
        writer.Header(HeaderName.To, _remote);
        writer.Header(HeaderName.CallId, CallId);
        writer.CSeq(_cseq, SipMethod.Ack);
        writer.NoBody();
        link.Send(output.WrittenSpan);
    }

    public void Bye(HeadersWriter? more, Action<SipResponse?> done) => new SipExchange
    {
        User = _user,
        Method = SipMethod.Bye,
        Uri = _target,
        To = _remote,
        FromTag = LocalTag,
        CallId = CallId,
        Route = _route,
        CSeq = ++_cseq,
        More = more,
        Done = (_, response) => done(response),
    }.Begin();

    static List<string> Routes(SipMessage message)
    {
        var routes = new List<string>();
        foreach (var route in message.Headers(HeaderName.RecordRoute)) routes.Add(route.ToString());
        return routes;
    }
}
