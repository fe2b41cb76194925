using System.Globalization;
using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Server;

/// <summary>The MSRP leg of a call, by hand.</summary>
internal sealed class Media(Call call) : IStreamHandler
{
    private readonly StringBuilder _text = new();
    private int _next;

    public SimStream? Flow { get; private set; }

    public EndReason? Closed { get; private set; }

    /// <summary>All that has come so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Opens the connection that the server's path names, and nothing more.</summary>
    public void Connect()
    {
        Closed = null;
        var server = IPEndPoint.Parse(call.RemoteUri.Split('/')[2]);
        call.Phone.Host.Connect(server, Transport.Tcp, Opened, static reason => Assert.Fail($"No connection: {reason}"));
        call.Phone.Rig.RunUntil(() => Flow is { IsOpen: true }, 5);
    }

    public void Bind()
    {
        if (Flow is not { IsOpen: true }) Connect();
        Send("Message-ID: bind\r\nByte-Range: 1-0/0\r\n");
    }

    public void Break()
    {
        Flow!.Break();
        call.Phone.Rig.Run();
    }

    /// <summary>A whole CPIM message.</summary>
    public string Say(string text, string? from = null, string to = "sip:anonymous@anonymous.invalid") => Whole(Cpim(text, from, to));

    public string Whole(string body, string type = "message/cpim") => Send($"Message-ID: m{++_next}\r\nByte-Range: 1-{body.Length}/{body.Length}\r\nContent-Type: {type}\r\n\r\n{body}\r\n");

    public string Cpim(string text, string? from = null, string to = "sip:anonymous@anonymous.invalid") =>
        $"From: <{from ?? call.Phone.Address}>\r\nTo: <{to}>\r\n\r\nContent-Type: text/plain\r\n\r\n{text}";

    /// <summary>One chunk; what comes because of it is returned.</summary>
    public string Chunk(string id, int start, string total, string body, char flag) =>
        Send($"Message-ID: {id}\r\nByte-Range: {start}-{start + body.Length - 1}/{total}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n", flag);

    /// <summary>A SEND with these header lines, and its body after an empty one.</summary>
    public string Send(string rest, char flag = '$')
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"tid{++_next:00000}");
        var before = _text.Length;
        Flow!.Send(Encoding.UTF8.GetBytes($"MSRP {id} SEND\r\nTo-Path: {call.RemoteUri}\r\nFrom-Path: {call.LocalUri}\r\n{rest}-------{id}{flag}\r\n"));
        call.Phone.Rig.Run();
        return _text.ToString(before, _text.Length - before);
    }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        _text.Append(Encoding.UTF8.GetString(bytes));
        return bytes.Length;
    }

    public void OnClosed(EndReason reason) => Closed = reason;

    private Media Opened(StreamFlow flow)
    {
        Flow = (SimStream)flow;
        return this;
    }
}
