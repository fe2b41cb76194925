using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Msrp;

/// <summary>A switch's side at 198.51.100.5 and peers who write MSRP by hand.</summary>
internal sealed class Rig : IDisposable
{
    public const string PeerUri = "msrp://192.0.2.11:7654/kA3vQ9xT7mZp2RwL;tcp";

    private int _hosts;

    public Rig(Limits? limits = null, MsrpOptions? options = null)
    {
        World = Sim.Host("198.51.100.5", 7, limits);
        Transport = new MsrpTransport(World, options);
        Transport.Listen(new IPEndPoint(IPAddress.Any, 2855));
        Owner = new Mailbox(World);
    }

    public SimWorld Sim { get; } = new();

    public World World { get; }

    public MsrpTransport Transport { get; }

    public Mailbox Owner { get; }

    public void Dispose()
    {
        Sim.ThrowOnErrors();
        Sim.Dispose();
    }

    /// <summary>Runs inside the mailbox, then lets the world settle.</summary>
    public void In(Mailbox owner, Action action)
    {
        owner.Post(action);
        Sim.Run();
    }

    public void In(Action action) => In(Owner, action);

    public Leg Open(string? peer = PeerUri, Mailbox? owner = null, bool listen = true)
    {
        Leg leg = null!;
        In(owner ?? Owner, () =>
        {
            leg = new Leg();
            leg.Session = Transport.Open(owner ?? Owner, leg, "198.51.100.5", 2855);
            if (peer is not null) Assert.True(leg.Session.SetRemote([peer]));
            if (listen) leg.Session.ListenForPeer();
        });
        return leg;
    }

    public RawPeer Connect()
    {
        var peer = new RawPeer(this);
        var host = Sim.Host($"192.0.2.{11 + _hosts++}", 100);
        host.Network.Connect(IPEndPoint.Parse("198.51.100.5:2855"), Confab.Runtime.Transport.Tcp, flow => peer.Opened(flow), _ => Assert.Fail("no connection"));
        Sim.Run();
        return peer;
    }

    /// <summary>A leg that its peer has bound.</summary>
    public (Leg Leg, RawPeer Peer) Bound(Mailbox? owner = null)
    {
        var leg = Open(owner: owner);
        var peer = Connect();
        peer.Bind(leg);
        Assert.Equal(["bound"], leg.Events);
        leg.Events.Clear();
        peer.Take();
        return (leg, peer);
    }

    public static string Send(Leg to, string id, string rest, string from = PeerUri, char flag = '$') =>
        $"MSRP {id} SEND\r\nTo-Path: {to.Session.LocalUri}\r\nFrom-Path: {from}\r\n{rest.ReplaceLineEndings("\r\n")}\r\n-------{id}{flag}\r\n";

    public static string Text(string messageId, string body, string range = "", string more = "") =>
        $"Message-ID: {messageId}\n{(range.Length > 0 ? $"Byte-Range: {range}\n" : "")}{more}Content-Type: text/plain\n\n{body}";
}

/// <summary>A handler that writes down what it is told.</summary>
internal sealed class Leg : IMsrpSessionHandler
{
    public MsrpSession Session { get; set; } = null!;

    public List<string> Events { get; } = [];

    public Func<string, MsrpStatus> Judge { get; set; } = _ => MsrpStatus.Ok;

    public Action? Bound { get; set; }

    public MessageAssembler Assembler { get; } = new(10 * 1024 * 1024);

    public List<ReceivedMessage> Received { get; } = [];

    public MsrpStatus OnPiece(MsrpSession session, in MsrpFrame piece)
    {
        Assert.True(session.Owner.IsInside);
        var body = Encoding.UTF8.GetString(piece.Body);
        if (piece.Body.Length < 100) Events.Add($"piece {piece.MessageIdText} {piece.Offset} {(piece.Continuation == 0 ? '.' : piece.Continuation)} {body}");
        var status = Judge(body);
        if (status == MsrpStatus.Ok && piece.HasBody) status = Assembler.Add(piece, out var complete) is var s && complete is null ? s : Keep(complete!);
        return status;
    }

    public void OnEnded(MsrpSession session, EndReason reason) => Events.Add($"ended {reason}");

    public void OnBound(MsrpSession session)
    {
        Events.Add("bound");
        Bound?.Invoke();
    }

    public void OnSent(MsrpSession session, OutgoingMessage message, MsrpStatus status) => Events.Add($"sent {message.MessageId} {(int)status}");

    public void OnCopyRefused(MsrpSession session, ulong message, MsrpStatus status) => Events.Add($"refused {message} {(int)status}");

    public void OnReport(MsrpSession session, ReadOnlySpan<byte> messageId, ByteRange range, MsrpStatus status) =>
        Events.Add($"report {Encoding.UTF8.GetString(messageId)} {range} {(int)status}");

    public void OnDrained(MsrpSession session) => Events.Add("drained");

    private MsrpStatus Keep(ReceivedMessage message)
    {
        Received.Add(message);
        return MsrpStatus.Ok;
    }
}

/// <summary>The far end of a connection, by hand.</summary>
internal sealed partial class RawPeer(Rig rig) : IStreamHandler
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _ids = [];

    public SimStream Flow { get; private set; } = null!;

    public EndReason? Closed { get; private set; }

    public IStreamHandler Opened(StreamFlow flow)
    {
        Flow = (SimStream)flow;
        return this;
    }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        _text.Append(Encoding.UTF8.GetString(bytes));
        return bytes.Length;
    }

    public void OnClosed(EndReason reason) => Closed = reason;

    public string Say(string text)
    {
        Assert.True(Flow.Send(Encoding.UTF8.GetBytes(text)));
        rig.Sim.Run();
        return Take();
    }

    /// <summary>The SEND without content that binds (IMC-SDP-7).</summary>
    public string Bind(Leg leg, string from = Rig.PeerUri) =>
        Say($"MSRP bind1 SEND\r\nTo-Path: {leg.Session.LocalUri}\r\nFrom-Path: {from}\r\nMessage-ID: b1\r\nByte-Range: 1-0/0\r\n-------bind1$\r\n");

    /// <summary>What has come since, transaction ids of the other side written as T1, T2 in the order of their coming, path lines left out.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        text = Path().Replace(text, "");
        text = Id().Replace(text, match =>
        {
            if (!_ids.TryGetValue(match.Value, out var name)) _ids.Add(match.Value, name = $"T{_ids.Count + 1}");
            return name;
        });
        return text.Replace("\r\n", "\n");
    }

    /// <summary>All that has come, as it is.</summary>
    public string TakeRaw()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    [GeneratedRegex("(To|From)-Path: [^\r]*\r\n", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Path();

    [GeneratedRegex("(?<=^MSRP |-------)[0-9a-f]{16}\\b", RegexOptions.Multiline, 1000)]
    private static partial Regex Id();
}
