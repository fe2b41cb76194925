// The MSRP side of a cast member: RFC 4975 5.4, 7; CPIM: RFC 3862.
using System.Globalization;
using System.Net;
using System.Text;
using Confab.Runtime;

namespace Confab.Sim.Flows;

internal sealed partial class CastMember
{
    private MsrpConnection? _taken;
    private MsrpConnection? _msrp;

    /// <summary>Connects to where the peer's path points; without a dialog to the server's MSRP port.</summary>
    public void ConnectMsrp()
    {
        _msrp = null;
        _network.Connect(_current is { RemotePath.Length: > 0 } dialog ? EndPointOf(dialog.RemotePath) : _stage.MsrpAddress, Transport.Tcp, flow => _msrp = new MsrpConnection(this, flow), _ => { });
        _stage.Settle();
        if (_msrp is null) throw new FlowFailureException($"{Name} cannot connect for MSRP");
        if (_current is not null) _current.Msrp = _msrp;
    }

    public void CloseMsrp() => ConnectionOf(_current).Flow.Close(EndReason.None);

    public void SendRawMsrp(string text)
    {
        _stage.Ladder.Note(Name, FlowParser.Server, isMsrp: true, $"raw, {text.Length} octets");
        SendPieces(ConnectionOf(_current), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>BIND, SEND "text", REPORT, or a status for the newest SEND of the peer.</summary>
    public void SendMsrp(MessageStep step, FlowVariables variables)
    {
        var dialog = DialogOf(step.FlagValue("in"));
        var head = variables.Fill(step.Head);
        if (head == "BIND" && !IsConnected(dialog)) ConnectMsrp();
        if (char.IsAsciiDigit(head[0]))
        {
            Send(dialog, Respond(_lastSend ?? throw new FlowFailureException($"{Name} has got no SEND to answer"), head));
            return;
        }

        var id = step.Cell("Message-ID") ?? Next("m");
        var body = BodyOf(dialog, head, step, variables);
        var total = body?.Length ?? 0;
        var chunks = int.Parse(step.Cell("chunks") ?? "1", CultureInfo.InvariantCulture);
        for (var i = 0; i < chunks; i++)
        {
            var (start, end) = (total * i / chunks, total * (i + 1) / chunks);
            var frame = new PlainMsrp { TransactionId = Next("x"), Kind = head.Split(' ')[0] is "BIND" or "SEND" ? "SEND" : head.Split(' ')[0], Flag = i == chunks - 1 ? '$' : '+' };
            frame.Set("To-Path", dialog.RemotePath);
            frame.Set("From-Path", PathOf(dialog));
            frame.Set("Message-ID", id);
            frame.Set("Byte-Range", body is null ? "1-0/0" : $"{start + 1}-{end}/{total}");
            if (body is not null) frame.Set("Content-Type", step.Cell("type") ?? "message/cpim");
            frame.Body = body?[start..end];
            foreach (var cell in step.Cells.Where(static c => char.IsAsciiLetterUpper(c.Name[0])))
            {
                if (cell.Kind == CellKind.Absent) frame.Remove(cell.Name);
                else frame.Set(cell.Name, variables.Fill(cell.Value));
            }

            if (step.Cell("flag") is { } flag) frame.Flag = flag[0];
            Send(dialog, frame);
        }

        if (body is not null) _stage.SentBodies[id] = body;
    }

    public void TakeMsrp(MsrpConnection connection, byte[] bytes)
    {
        if (_stage.IsDistorted) Bear(() => Take(connection, bytes));
        else Take(connection, bytes);
    }

    /// <summary>Stops taking what comes over its MSRP connection, or takes it again.</summary>
    public void Read(bool reads)
    {
        var stream = (SimStream)ConnectionOf(_current).Flow;
        if (reads) stream.Release();
        else stream.TakeOnly(0);
    }

    /// <summary>Closes every connection that it has, over either protocol, as who goes away does.</summary>
    public void GoAway()
    {
        CloseSip();
        foreach (var connection in _dialogs.Select(static d => d.Msrp).Append(_msrp).Append(_taken)) connection?.Flow.Close(EndReason.None);
    }

    /// <summary>Sends bytes over its MSRP connection, and says whether it has one.</summary>
    public bool TrySendMsrp(byte[] bytes) => (_current?.Msrp ?? _msrp ?? _taken) is { Flow.IsOpen: true } connection && connection.Flow.Send(bytes);

    private void Take(MsrpConnection connection, byte[] bytes)
    {
        var frame = PlainMsrp.Parse(bytes);
        if (_dialogs.Find(d => frame["To-Path"]?.Contains(d.MsrpId, StringComparison.Ordinal) == true) is { } dialog) dialog.Msrp ??= connection;
        _stage.Arrived(new Arrival { Member = Name, Msrp = frame, IsMsrp = true, Bytes = bytes });
        if (frame.Kind != "SEND") return;
        _lastSend = frame;
        if ((frame["Failure-Report"] ?? "yes") == "yes") SendPieces(connection, Respond(frame, "200 OK").ToBytes());
    }

    private PlainMsrp? _lastSend;

    private static PlainMsrp Respond(PlainMsrp request, string status)
    {
        var response = new PlainMsrp { TransactionId = request.TransactionId, Kind = status };
        response.Set("To-Path", request["From-Path"]!.Split(' ')[0]);
        response.Set("From-Path", request["To-Path"]!.Split(' ')[0]);
        return response;
    }

    private void Send(CastDialog dialog, PlainMsrp frame)
    {
        _stage.Ladder.Note(Name, FlowParser.Server, isMsrp: true, $"{frame.Kind}{(frame.Body is null ? "" : $" [{frame.Body.Length} octets{frame.Flag}]")}");
        if (!SendPieces(ConnectionOf(dialog), frame.ToBytes())) throw new FlowFailureException($"{Name} has no MSRP connection any more");
    }

    private bool SendPieces(MsrpConnection connection, byte[] bytes) => _stage.Distort(isMsrp: true, bytes).All(piece => connection.Flow.Send(piece));

    private byte[]? BodyOf(CastDialog dialog, string head, MessageStep step, FlowVariables variables)
    {
        var quote = head.IndexOf('"', StringComparison.Ordinal);
        if (quote < 0) return null;
        var text = head[(quote + 1)..head.LastIndexOf('"')];
        if (step.Cell("size") is { } size) text = string.Concat(Enumerable.Repeat(text, int.Parse(size, CultureInfo.InvariantCulture) / text.Length));
        if (step.Cell("type") is { } type && type != "message/cpim") return Encoding.UTF8.GetBytes(text);
        var from = AddressOf(step.Cell("from") ?? Name, dialog, variables);
        var to = (step.Cell("to") ?? "room").Split(',', StringSplitOptions.TrimEntries).Select(t => $"To: <{AddressOf(t, dialog, variables)}>\r\n");
        return Encoding.UTF8.GetBytes($"From: <{from}>\r\n{string.Concat(to)}DateTime: 2025-01-15T10:00:05Z\r\n\r\nContent-Type: {step.Cell("wrapped") ?? "text/plain; charset=utf-8"}\r\n\r\n{text}");
    }

    /// <summary><c>room</c> is the session: its identity in a group, the other one in a 1-1; then the cast; then what it says.</summary>
    public string AddressOf(string name, CastDialog dialog, FlowVariables variables) =>
        name == "room" ? dialog.IsFocus ? dialog.Target : PlainSip.UriOf(dialog.Remote) : _stage.MemberOrNull(name)?.Address ?? variables.Fill(name);

    private string PathOf(CastDialog dialog) => $"msrp://{Host}:{MsrpPort}/{dialog.MsrpId};tcp";

    private static bool IsConnected(CastDialog dialog) => dialog.Msrp is { Flow.IsOpen: true };

    private MsrpConnection ConnectionOf(CastDialog? dialog) =>
        dialog?.Msrp ?? _msrp ?? _taken ?? throw new FlowFailureException($"{Name} has no MSRP connection; BIND, or '{Name} ~+ im'");

    private static IPEndPoint EndPointOf(string path)
    {
        var authority = path.Split(' ')[0].Split('/')[2];
        return IPEndPoint.Parse(authority[(authority.IndexOf('@', StringComparison.Ordinal) + 1)..]);
    }
}
