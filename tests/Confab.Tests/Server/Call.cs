using System.Globalization;
using Confab.Sip.Message;

namespace Confab.Tests.Server;

/// <summary>One call of a phone: its dialog by hand, and its MSRP leg.</summary>
internal sealed class Call
{
    private readonly Phone _phone;
    private readonly string _id;
    private string _branch = "";
    private SipRequest? _invite;
    private uint _cseq;
    private bool _isFinal;

    public Call(Phone phone, string callId, bool isCaller)
    {
        _phone = phone;
        CallId = callId;
        IsCaller = isCaller;
        _id = string.Create(CultureInfo.InvariantCulture, $"{phone.Name}x{phone.Calls.Count}");
        LocalTag = $"t-{_id}";
        Media = new Media(this);
    }

    public Phone Phone => _phone;

    public string CallId { get; }

    public bool IsCaller { get; }

    public string Uri { get; set; } = "";

    public string LocalTag { get; }

    public string RemoteTag { get; private set; } = "";

    /// <summary>The URI of the server's Contact.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>The INVITE that was received.</summary>
    public SipRequest Invite => _invite!;

    /// <summary>The final response to our INVITE, or zero.</summary>
    public int Status { get; private set; }

    public SipResponse? Answer { get; private set; }

    public List<int> Provisional { get; } = [];

    public bool Acked { get; private set; }

    public bool Cancelled { get; private set; }

    public int Byes { get; private set; }

    public SipRequest? ByeHeard { get; private set; }

    public int ByeStatus { get; private set; }

    public Media Media { get; }

    public string LocalUri => $"msrp://{_phone.Host.Address}:9/{_id};tcp";

    /// <summary>Path of the server.</summary>
    public string RemoteUri { get; private set; } = "";

    public string Sdp(string setup, string types = "message/cpim text/plain", string? path = null) =>
        $"v=0\r\no=- 1 1 IN IP4 {_phone.Host.Address}\r\ns=-\r\nc=IN IP4 {_phone.Host.Address}\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=accept-types:{types}\r\na=accept-wrapped-types:*\r\n"
        + $"a=path:{path ?? LocalUri}\r\na=setup:{setup}\r\n";

    public void SendInvite(string body, string contentType, string more) =>
        _phone.Send(_phone.Request(
            "INVITE", Uri, CallId, ++_cseq, LocalTag, Uri, "", _branch = _phone.NewBranch(), $"Contact: {_phone.Contact}\r\nContent-Type: {contentType}\r\n{more}", body));

    /// <summary>Gives the INVITE up; to the octet the same where another phone sends it.</summary>
    public void Cancel(Phone? from = null) => (from ?? _phone).Send(_phone.Request("CANCEL", Uri, CallId, 1, LocalTag, Uri, "", _branch));

    public void Ack() => InDialog("ACK");

    public void Bye(Phone? from = null) => InDialog("BYE", from);

    /// <summary>A request in the dialog, as its own phone or another's sends it.</summary>
    public void InDialog(string method, Phone? from = null, string more = "", string body = "")
    {
        if (method != "ACK") _cseq++;
        var sender = from ?? _phone;
        sender.Send(sender.Request(method, Identity, CallId, Math.Max(1, _cseq), LocalTag, IsCaller ? Uri : _phone.Address, RemoteTag, sender.NewBranch(), more, body)
            .Replace($"From: <{sender.Address}>", $"From: <{_phone.Address}>", StringComparison.Ordinal));
    }

    /// <summary>Answers the INVITE; with a description where it is accepted and none is given.</summary>
    public void Respond(int status, string? body = null)
    {
        if (status >= 200) _isFinal = true;
        body ??= status is >= 200 and < 300 ? Sdp("active") : "";
        _phone.Respond(_invite!, status, LocalTag, $"Contact: {_phone.Contact}\r\n{(body.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}", body);
    }

    public void Hear(SipResponse response)
    {
        if (response.CSeq.Method == SipMethod.Bye) ByeStatus = response.Status;
        if (response.CSeq.Method != SipMethod.Invite) return;
        if (response.Status < 200)
        {
            Provisional.Add(response.Status);
            return;
        }

        RemoteTag = response.ToTag.ToString();
        Status = response.Status;
        Answer = response;
        if (response.IsSuccess)
        {
            TakeRemote(response);
            if (_phone.IsPolite) Ack();
        }
        else _phone.Send(_phone.Request("ACK", Uri, CallId, 1, LocalTag, Uri, RemoteTag, _branch));
    }

    public void Hear(SipRequest request)
    {
        if (request.Method == SipMethod.Invite && _invite is null)
        {
            _invite = request;
            RemoteTag = request.FromTag.ToString();
            TakeRemote(request);
        }
        else if (request.Method == SipMethod.Ack) Acked = true;
        else if (request.Method == SipMethod.Cancel)
        {
            Cancelled = true;
            if (!_phone.IsPolite) return;
            _phone.Respond(request, 200, LocalTag);
            if (!_isFinal) Respond(487);
        }
        else if (request.Method == SipMethod.Bye)
        {
            Byes++;
            ByeHeard = request;
            if (_phone.IsPolite) _phone.Respond(request, 200, LocalTag);
        }
        else if (request.Method == SipMethod.Notify && _phone.IsPolite) _phone.Respond(request, 200, LocalTag);
    }

    private void TakeRemote(SipMessage message)
    {
        if (message.TryGetAddress(HeaderName.Contact, out var contact)) Identity = contact.UriText.ToString();
        foreach (var line in System.Text.Encoding.UTF8.GetString(message.Body.Span).Split("\r\n"))
        {
            if (line.StartsWith("a=path:", StringComparison.Ordinal)) RemoteUri = line["a=path:".Length..];
        }
    }
}
