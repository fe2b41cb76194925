using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>A user on a UDP socket that writes its requests letter by letter and shares no code with Confab.</summary>
internal sealed partial class UdpUser : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly IPEndPoint _server;
    private readonly string _name;
    private readonly string _password;
    private readonly string _callId;
    private int _number;

    public UdpUser(IPEndPoint server, string name, string password)
    {
        _server = server;
        _name = name;
        _password = password;
        _callId = $"{Port}@udp-user";
    }

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    /// <summary>Registers as clients do, the challenge answered; gives the status of the end.</summary>
    public async Task<int> Register()
    {
        var challenge = await Ask("REGISTER", "sip:example.com", "");
        var nonce = Nonce().Match(challenge).Groups["nonce"].Value;
        Assert.StartsWith("SIP/2.0 401 ", challenge, StringComparison.Ordinal);
        return Status(await Ask("REGISTER", "sip:example.com", Authorization("REGISTER", "sip:example.com", nonce)));
    }

    /// <summary>Sends a request of its own Call-ID with these headers beside the common ones; gives the final answer.</summary>
    public async Task<string> Ask(string method, string uri, string headers, string? from = null, string? callId = null)
    {
        _number++;
        await Send($"""
            {method} {uri} SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:{Port};branch=z9hG4bK{Port}-{_number}
            Max-Forwards: 70
            From: <{from ?? $"sip:{_name}@example.com"}>;tag=u{Port}
            To: <{(method == "REGISTER" ? $"sip:{_name}@example.com" : uri)}>
            Call-ID: {callId ?? _callId}
            CSeq: {_number} {method}
            Contact: <sip:{_name}@127.0.0.1:{Port}>;+g.oma.sip-im
            {headers}Content-Length: 0


            """);
        string answer;
        do answer = await Receive("SIP/2.0 ");
        while (answer.StartsWith("SIP/2.0 1", StringComparison.Ordinal));
        return answer;
    }

    public async Task Send(string text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), _server, TestContext.Current.CancellationToken);

    /// <summary>The next datagram that begins so; others are passed over.</summary>
    public async Task<string> Receive(string beginning)
    {
        while (true)
        {
            var received = await _socket.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Running.Patience);
            var text = Encoding.UTF8.GetString(received.Buffer);
            if (text.StartsWith(beginning, StringComparison.Ordinal)) return text;
        }
    }

    /// <summary>For twice the time after which an answer would come again (RFC 3261 17.2.1, Timer G).</summary>
    public async Task HearsNothingMore()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _socket.ReceiveAsync(patience.Token));
    }

    public static int Status(string answer) => int.Parse(answer.AsSpan("SIP/2.0 ".Length, 3), CultureInfo.InvariantCulture);

    /// <summary>RFC 2617 without qop, as old clients have it.</summary>
    public string Authorization(string method, string uri, string nonce)
    {
        var response = Md5($"{Md5($"{_name}:example.com:{_password}")}:{nonce}:{Md5($"{method}:{uri}")}");
        return $"Authorization: Digest username=\"{_name}\", realm=\"example.com\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm=MD5{Environment.NewLine}";
    }

    public void Dispose() => _socket.Dispose();

    [SuppressMessage("Security", "CA5351", Justification = "What deployed clients do.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("nonce=\"(?<nonce>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Nonce();
}
