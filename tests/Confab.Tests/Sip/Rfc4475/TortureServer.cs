// The whole server, and somebody who sends it one message and notes what comes back, over whatever port it comes.
using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Message;

namespace Confab.Tests.Sip.Rfc4475;

/// <summary>A server of <c>example.com</c> with the user that the messages name.</summary>
sealed class TortureServer : IAsyncDisposable
{
    /// <summary>The accounts: those whom the messages name.</summary>
    static readonly string[] Users = ["sip:user@example.com", "sip:j.user@example.com", "sip:watson@example.com"];

    static readonly IPEndPoint Server = IPEndPoint.Parse("198.51.100.5:5060");
    static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.66");
    static readonly IPAddress Trusted = IPAddress.Parse("192.0.2.77");

    readonly SimWorld _world = new();
    readonly List<string> _answers = [];
    readonly ConfabServer _server;

    public TortureServer()
    {
        var options = new ServerOptions
        {
            Domain = "example.com",
            Sip = new SipOptions { Listen = [$"udp://{Server}", $"tcp://{Server}"], TrustedPeers = [Trusted.ToString()] },
            Msrp = new Confab.Server.MsrpOptions { Listen = [$"tcp://{Server.Address}:2855"] },
            Users = [.. Users.Select(static user => new UserOptions { Address = user, Password = "secret" })],
        };
        _server = ConfabServer.Create(options, _world.Host(Server.Address.ToString(), 1), Store.Memory());
        _world.Network.LoseIf = datagram =>
        {
            if (datagram.From.Equals(Server)) Note(datagram.Bytes.Span);
            return false;
        };
    }

    public async Task<TortureServer> StartAsync()
    {
        await _server.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>What a datagram from a stranger is answered: statuses, or <c>silence</c>.</summary>
    public string Datagram(byte[] message) => Datagram(Stranger, message);

    /// <summary>What a trusted peer's datagram is answered, in which it asserts a user: of a REGISTER the one of its To.</summary>
    public string Proven(byte[] message)
    {
        var isRegister = SipParser.TryParse([.. message], 128, out var parsed, out _) && parsed is SipRequest { Method: SipMethod.Register };
        var user = isRegister && Users.Contains(parsed!.To.Uri.AddressKey()) ? parsed.To.Uri.AddressKey() : Users[0];
        var line = message.AsSpan().IndexOf("\r\n"u8) + 2;
        return Datagram(Trusted, [.. message[..line], .. Encoding.ASCII.GetBytes($"P-Asserted-Identity: <{user}>\r\n"), .. message[line..]]);
    }

    /// <summary>What a connection answers; <c>closed</c> where that is what it does then.</summary>
    public string Connection(byte[] message)
    {
        StreamFlow? connection = null;
        _world.Network.Host(Stranger).Connect(Server, Transport.Tcp, flow =>
        {
            connection = flow;
            return new Listener(this);
        }, _ => { });
        _world.Run();
        connection!.Send(message);
        _world.Run();
        return Answers();
    }

    public async ValueTask DisposeAsync()
    {
        _world.ThrowOnErrors();
        await _server.DisposeAsync();
        _world.Dispose();
    }

    string Datagram(IPAddress from, byte[] message)
    {
        _world.Network.Host(from).Bind(new IPEndPoint(from, 5060), new Listener(this)).To(Server).Send(message);
        _world.Run();
        return Answers();
    }

    string Answers()
    {
        var said = _answers.Count == 0 ? "silence" : string.Join(", ", _answers);
        _answers.Clear();
        return said;
    }

    void Note(ReadOnlySpan<byte> message)
    {
        foreach (var line in Encoding.UTF8.GetString(message).Split("\r\n"))
        {
            if (line.StartsWith("SIP/2.0 ", StringComparison.Ordinal) && line[8..11] != "100") _answers.Add(line[8..11]);
        }
    }

    sealed class Listener(TortureServer server) : IStreamHandler, IDatagramHandler
    {
        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            server.Note(bytes);
            return bytes.Length;
        }

        public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
        {
            // Noted as it left, whatever port it was for.
        }

        public void OnClosed(EndReason reason) => server._answers.Add("closed");
    }
}
