// All users' SIP over one connection, as a trusted proxy would bring it: registrations, one group, and a yes to every invitation.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Confab.Bench;

/// <summary>One user's part of a session: where his MSRP connection goes to.</summary>
internal sealed record Leg(int User, Uri Server, string ServerPath, string OwnPath);

internal sealed class SipTrunk : IDisposable
{
    private readonly Socket _socket;
    private readonly int _port;
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _kept;

    public SipTrunk(int port)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        _port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public void Register(int users, int first = 0)
    {
        for (var i = first; i < first + users; i++)
        {
            var me = ConfabServer.AddressOf(i);
            Send($"REGISTER sip:{ConfabServer.Domain} SIP/2.0", Headers(i, "REGISTER", me, $"r{i}", "Expires: 3600"));
            if ((i - first) % 64 == 63) Expect(64);
        }

        Expect(users % 64);
    }

    /// <summary>The first user invites the others, all of whom come; the URI of the room, and all their legs.</summary>
    public (string Room, List<Leg> Legs) StartGroup(int members, int first = 0)
    {
        var list = new StringBuilder();
        for (var i = 1; i < members; i++) list.Append(CultureInfo.InvariantCulture, $"<entry uri=\"{ConfabServer.AddressOf(first + i)}\"/>");
        var body = $"""
            --b
            Content-Type: application/sdp

            {Sdp(first, "active")}
            --b
            Content-Type: application/resource-lists+xml
            Content-Disposition: recipient-list

            <?xml version="1.0"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>{list}</list></resource-lists>
            --b--

            """.ReplaceLineEndings("\r\n");
        var factory = $"sip:conference-factory@{ConfabServer.Domain}";
        Send(
            $"INVITE {factory} SIP/2.0",
            Headers(first, "INVITE", factory, $"i{first}", "Require: recipient-list-invite", "Content-Type: multipart/mixed;boundary=b"),
            body);
        var legs = new List<Leg>();
        var room = "";
        while (legs.Count < members)
        {
            var message = Read();
            if (message.Line.StartsWith("INVITE ", StringComparison.Ordinal)) legs.Add(Accept(message));
            else if (message.Line.StartsWith("SIP/2.0 200", StringComparison.Ordinal))
            {
                room = message.Header("Contact").Split('<')[1].Split('>')[0];
                legs.Add(LegOf(first, message));
                Send($"ACK {room} SIP/2.0", [.. Headers(first, "ACK", message.Header("To"), $"i{first}")]);
            }
            else if (message.Line.StartsWith("SIP/2.0", StringComparison.Ordinal) && message.Line[8] != '1') throw new BenchFailedException(message.Line);
        }

        return (room, legs);
    }

    public void Dispose() => _socket.Dispose();

    private Leg Accept(SipText invite)
    {
        var user = int.Parse(invite.Line.Split(':', '@')[1][1..], CultureInfo.InvariantCulture);
        var copied = invite.Headers.Where(h => h.StartsWith("Via:", StringComparison.Ordinal) || h.StartsWith("From:", StringComparison.Ordinal)
            || h.StartsWith("Call-ID:", StringComparison.Ordinal) || h.StartsWith("CSeq:", StringComparison.Ordinal));
        Send(
            "SIP/2.0 200 OK",
            [.. copied, $"To: {invite.Header("To")};tag=t{user}", Contact(user), "Content-Type: application/sdp"],
            Sdp(user, "active").ReplaceLineEndings("\r\n"));
        return LegOf(user, invite);
    }

    private static Leg LegOf(int user, SipText message)
    {
        const string Path = "a=path:";
        var path = message.Body.Split("\r\n").First(l => l.StartsWith(Path, StringComparison.Ordinal))[Path.Length..];
        return new Leg(user, new Uri(path.Split('/', ';') is [_, _, var authority, ..] ? "msrp://" + authority : path), path, PathOf(user));
    }

    private static string PathOf(int user) => string.Create(CultureInfo.InvariantCulture, $"msrp://127.0.0.1:20000/m{user:x8}00000000;tcp");

    private static string Sdp(int user, string setup) => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=message 20000 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:*
        a=setup:{setup}
        a=path:{PathOf(user)}

        """;

    private string Contact(int user) =>
        string.Create(CultureInfo.InvariantCulture, $"Contact: <sip:u{user}@127.0.0.1:{_port};transport=tcp>;+g.oma.sip-im");

    private string[] Headers(int user, string method, string to, string callId, params string[] more)
    {
        var me = ConfabServer.AddressOf(user);
        return
        [
            $"Via: SIP/2.0/TCP 127.0.0.1:{_port};branch=z9hG4bK{method}{user}",
            "Max-Forwards: 70",
            $"From: <{me}>;tag=f{user}",
            to.Contains('<', StringComparison.Ordinal) ? $"To: {to}" : $"To: <{to}>",
            $"Call-ID: {callId}@bench",
            $"CSeq: 1 {method}",
            $"P-Asserted-Identity: <{me}>",
            Contact(user),
            .. more,
        ];
    }

    private void Expect(int responses)
    {
        for (var i = 0; i < responses;)
        {
            var response = Read();
            if (response.Line.StartsWith("ACK ", StringComparison.Ordinal)) continue; // of a group that was started before
            i++;
            if (!response.Line.StartsWith("SIP/2.0 200", StringComparison.Ordinal)) throw new BenchFailedException(response.Line);
        }
    }

    private void Send(string line, IEnumerable<string> headers, string body = "") =>
        _socket.Send(Encoding.UTF8.GetBytes($"{line}\r\n{string.Join("\r\n", headers)}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    private SipText Read()
    {
        while (true)
        {
            var head = _buffer.AsSpan(0, _kept).IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                var lines = Encoding.UTF8.GetString(_buffer, 0, head).Split("\r\n");
                var message = new SipText(lines[0], lines[1..], "");
                var length = int.Parse(message.Header("Content-Length"), CultureInfo.InvariantCulture);
                if (_kept >= head + 4 + length)
                {
                    message = message with { Body = Encoding.UTF8.GetString(_buffer, head + 4, length) };
                    _kept -= head + 4 + length;
                    _buffer.AsSpan(head + 4 + length, _kept).CopyTo(_buffer);
                    return message;
                }
            }

            var n = _socket.Receive(_buffer.AsSpan(_kept));
            if (n == 0) throw new BenchFailedException("The server closed the SIP connection");
            _kept += n;
        }
    }

    private sealed record SipText(string Line, string[] Headers, string Body)
    {
        public string Header(string name) => Headers.First(h => h.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
    }
}
