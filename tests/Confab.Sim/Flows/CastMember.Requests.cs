// What a cast member sends over SIP.
using System.Buffers;
using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;

namespace Confab.Sim.Flows;

internal sealed partial class CastMember
{
    private const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS";
    private const string Release = "IM-client/OMA1.0 Cast/1.0";

    private readonly HashSet<string> _withoutAck = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlainSip> _willing = new(StringComparer.Ordinal); // by branch: requests that answer a challenge
    private PlainSip? _challenge;
    private PlainSip? _lastRequest;

    /// <summary>Sends bytes as they are.</summary>
    public void SendRaw(string text) => SendSip(Encoding.UTF8.GetBytes(text), $"raw, {text.Length} octets");

    public void Send(MessageStep step, FlowVariables variables, bool showsChallenge)
    {
        var words = variables.Fill(step.Head).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new FlowFailureException("what is to be sent is missing");
        var isStatus = int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status);
        var message = step.Has("authorized") || step.Has("wrong password") ? Authorized(step.Has("wrong password"))
            : isStatus ? Response(status, words.ElementAtOrDefault(1))
            : words[0] is "ACK" or "CANCEL" ? OfInvite(words[0], DialogOf(step.FlagValue("in")))
            : words.Length > 1 ? Initial(words[0], words[1])
            : InDialog(words[0], DialogOf(step.FlagValue("in")));
        Adorn(message, step, variables);
        if (!message.IsResponse && !isStatus)
        {
            if (step.Has("no ack")) _withoutAck.Add(message["Call-ID"]!);
            if (message.Method is not ("ACK" or "CANCEL"))
            {
                _lastRequest = message;
                if (!showsChallenge && !Entry.IsStranger && !step.Has("no credentials")) _willing[BranchOf(message)] = message;
            }
        }

        if (step.FlagValue("as") is { } name) NameDialog(name);
        Send(message);
    }

    /// <summary>Registers, answering the challenge; done when it returns.</summary>
    public void Register()
    {
        var request = Initial("REGISTER", $"sip:{FlowStage.Domain}");
        FinishBody(request, null, "");
        _willing[BranchOf(request)] = request;
        Send(request);
        _stage.Settle();
    }

    private void Send(PlainSip message)
    {
        if (message.IsResponse) Note(message);
        SendSip(message.ToBytes(), message.IsResponse ? $"{message.StartLine[8..]} ({message.Method})" : message.StartLine[..^8]);
    }

    private PlainSip Initial(string method, string uri)
    {
        var local = $"<{Address}>;tag={Next("t")}";
        var remote = method == "REGISTER" ? $"<{Address}>" : $"<{uri}>";
        var callId = $"{Next("c")}@{Host}";
        var request = Request(method, uri, local, remote, callId, 1);
        if (method is "INVITE" or "REGISTER" or "SUBSCRIBE" or "REFER") request.Add("Contact", Contact);
        if (method != "REGISTER")
        {
            request.Add("Accept-Contact", "*;+g.oma.sip-im");
            request.Add("P-Preferred-Identity", $"<{Address}>");
        }

        request.Add("User-Agent", Release);
        if (method != "INVITE") return request;
        request.Add("Allow", Allow);
        request.Add("Supported", "replaces, norefersub, tdialog");
        _current = new CastDialog { CallId = callId, Local = local, Remote = remote, CSeq = 1, Invite = request, MsrpId = Next("s") };
        _dialogs.Add(_current);
        return request;
    }

    private PlainSip InDialog(string method, CastDialog dialog)
    {
        var request = Request(method, dialog.Target, dialog.Local, dialog.Remote, dialog.CallId, ++dialog.CSeq);
        if (method is "INVITE" or "REFER" or "SUBSCRIBE") request.Add("Contact", Contact);
        if (method == "INVITE") dialog.Invite = request;

        request.Add("User-Agent", Release);
        return request;
    }

    /// <summary>ACK of the 2xx, or CANCEL, of the dialog's last INVITE: RFC 3261 13.2.2.4, 9.1.</summary>
    private PlainSip OfInvite(string method, CastDialog dialog)
    {
        var invite = dialog.Invite ?? throw new FlowFailureException($"{Name} has sent no INVITE in this dialog");
        var isAck = method == "ACK";
        var request = Request(method, isAck ? dialog.Target : invite.Uri, dialog.Local, isAck ? dialog.Remote : invite["To"]!, dialog.CallId, invite.CSeq.Number);
        if (!isAck) request.Set("Via", invite["Via"]!);
        return request;
    }

    private PlainSip Request(string method, string uri, string from, string to, string callId, int cseq)
    {
        var request = new PlainSip { StartLine = $"{method} {uri} SIP/2.0" };
        request.Add("Via", $"SIP/2.0/{(Entry.IsUdp ? "UDP" : "TCP")} {Host}:{SipPort};branch=z9hG4bK{Next("b")};rport");
        request.Add("Max-Forwards", "70");
        request.Add("From", from);
        request.Add("To", to);
        request.Add("Call-ID", callId);
        request.Add("CSeq", $"{cseq} {method}");
        return request;
    }

    /// <summary>Answers the newest request of that method that has no final answer; without a method the newest of all.</summary>
    private PlainSip Response(int status, string? method)
    {
        var request = _unanswered.FindLast(r => method is null || r.Method == method) ?? throw new FlowFailureException($"{Name} has no {method ?? "request"} to answer");
        var dialog = _dialogs.Find(d => d.CallId == request["Call-ID"]);
        var response = new PlainSip { StartLine = $"SIP/2.0 {status} {Encoding.UTF8.GetString(StatusCode.Phrase(status))}" };
        foreach (var via in request.All("Via")) response.Add("Via", via);
        response.Add("From", request["From"]!);
        var isTagged = status == 100 || PlainSip.TagOf(request["To"]) is not null;
        response.Add("To", isTagged ? request["To"]! : dialog?.Local ?? $"{request["To"]};tag={Next("t")}");
        response.Add("Call-ID", request["Call-ID"]!);
        response.Add("CSeq", request["CSeq"]!);
        if (request.Method == "INVITE" && status is > 100 and < 300)
        {
            response.Add("Contact", Contact);
            response.Add("P-Preferred-Identity", $"<{Address}>");
            response.Add("Allow", Allow);
        }

        if (status > 100) response.Add("Server", Release);
        return response;
    }

    /// <summary>The last request once more, with credentials for the last challenge.</summary>
    private PlainSip Authorized(bool wrong)
    {
        if (_challenge is null || _lastRequest is null) throw new FlowFailureException($"{Name} was not challenged");
        return WithCredentials(_lastRequest, _challenge, wrong ? "not-the-password" : Password)
            ?? throw new FlowFailureException($"{Name} cannot answer this challenge");
    }

    private void Adorn(PlainSip message, MessageStep step, FlowVariables variables)
    {
        var wants = step.Cells.FirstOrDefault(c => c.Name == "body");
        var expression = wants is null ? DefaultBody(message) : wants.Kind == CellKind.Absent ? null : wants.Value;
        var (type, text) = expression is null
            ? (null, message.Body)
            : CastBodies.Compose(expression, _stage.Script, variables, e => Sdp(DialogOf(step.FlagValue("in")), e));
        foreach (var cell in step.Cells.Where(static c => c.Name != "body"))
        {
            var value = variables.Fill(cell.Value);
            if (cell.Kind == CellKind.Absent) message.Remove(cell.Name);
            else if (cell.Kind == CellKind.Adds) message.Add(cell.Name, value);
            else message.Set(cell.Name, value);
        }

        if (!step.Cells.Any(static c => c.Name == "Content-Type") && type is not null) message.Set("Content-Type", type);
        FinishBody(message, step, text);
    }

    private static void FinishBody(PlainSip message, MessageStep? step, string text)
    {
        message.Body = text;
        if (step?.Cells.Any(static c => c.Name == "Content-Length") != true) message.Set("Content-Length", Encoding.UTF8.GetByteCount(text).ToString(CultureInfo.InvariantCulture));
    }

    private static string? DefaultBody(PlainSip message) => message switch
    {
        { IsResponse: false, Method: "INVITE", Body: "" } => "offer",
        { Status: >= 200 and < 300, Method: "INVITE" } => "answer",
        _ => null,
    };

    private string Sdp(CastDialog dialog, string expression)
    {
        var setup = expression.StartsWith("answer", StringComparison.Ordinal) ? "active" : "actpass";
        return CastBodies.Sdp(Name, Host, ++dialog.SdpVersion, MsrpPort, PathOf(dialog), setup, CastBodies.Arguments(expression));
    }

    /// <summary>Notes a response of its own: a final one ends the request, a refusal makes its ACK nobody's matter.</summary>
    private void Note(PlainSip response)
    {
        if (response.Status < 200) return;
        _unanswered.RemoveAll(r => r["Via"] == response["Via"] && r.Method == response.Method);
        if (response.Status >= 300 && response.Method == "INVITE") _dialogs.Find(d => d.CallId == response["Call-ID"])?.Refused.Add(response.CSeq.Number);
    }

    /// <summary>Meets a challenge of a request that is to be answered so; true when the response is done with.</summary>
    private bool Answers(PlainSip response)
    {
        if (response.Status is not (401 or 407)) return false;
        _challenge = response;
        if (!_willing.Remove(BranchOf(response), out var request) || WithCredentials(request, response, Password) is not { } again) return false;
        _stage.Ladder.Note(FlowParser.Server, Name, isMsrp: false, $"{response.StartLine[8..]} ({response.Method})");
        if (response.Method == "INVITE") AcknowledgeRefusal(response);
        Send(again);
        return true;
    }

    private PlainSip? WithCredentials(PlainSip request, PlainSip challenge, string password)
    {
        if (!SipParser.TryParse(challenge.ToBytes(), int.MaxValue, out var parsed, out _) || parsed is not SipResponse response) return null;
        var credentials = new Credentials(Entry.User, password, Ids.FromSeed((ulong)_ids));
        var method = SipMethods.Parse(Encoding.ASCII.GetBytes(request.Method));
        if (credentials.Answer(response, method, request.Uri, new HashSet<string>(StringComparer.Ordinal)) is not { } answer) return null;
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(buffer);
        answer(ref writer);
        writer.NoBody();
        var field = Encoding.UTF8.GetString(buffer.WrittenSpan).Split("\r\n")[0];
        var cseq = request.CSeq.Number + 1;
        var again = new PlainSip { StartLine = request.StartLine, Body = request.Body };
        foreach (var (name, value) in request.Headers) again.Add(name, value);
        again.Set("Via", request["Via"]!.Replace(BranchOf(request), $"z9hG4bK{Next("b")}", StringComparison.Ordinal));
        again.Set("CSeq", $"{cseq} {request.Method}");
        again.Set(field[..field.IndexOf(':', StringComparison.Ordinal)], field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        if (_dialogs.Find(d => d.CallId == request["Call-ID"]) is { } dialog)
        {
            dialog.CSeq = cseq;
            if (request.Method == "INVITE") dialog.Invite = again;
        }

        return again;
    }

    /// <summary>The ACK of a refusal belongs to the transaction: RFC 3261 17.1.1.3.</summary>
    private void AcknowledgeRefusal(PlainSip response)
    {
        if (_dialogs.Find(d => d.CallId == response["Call-ID"])?.Invite is not { } invite) return;
        var ack = Request("ACK", invite.Uri, invite["From"]!, response["To"]!, response["Call-ID"]!, response.CSeq.Number);
        ack.Set("Via", response["Via"]!.Split(";received", 2)[0].Split(";rport=", 2)[0]);
        FinishBody(ack, null, "");
        Send(ack);
    }

    private static string BranchOf(PlainSip message) => message["Via"]!.Split("branch=", 2)[^1].Split(';')[0];
}
