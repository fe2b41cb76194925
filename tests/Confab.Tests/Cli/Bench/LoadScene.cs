using System.Net;
using System.Text;
using Confab.Cli.Bench;
using Confab.Runtime;
using Confab.Tests.Server;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>A load in a simulated world, beside the real server or one that does what a test wants.</summary>
sealed class LoadScene : IDisposable
{
    readonly ServerRig _rig;

    public LoadScene(int users = 12, Action<Confab.Server.ServerOptions>? set = null)
    {
        _rig = new ServerRig(options =>
        {
            for (var i = 0; i < users; i++) options.Users.Add(new Confab.Server.UserOptions { Address = $"sip:u{i}@example.com", Password = "bench" });
            set?.Invoke(options);
        });
        _rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(2);
    }

    public ServerRig Rig => _rig;

    /// <summary>Options that suit the scene: a second of load from an address that is trusted.</summary>
    public static LoadOptions Options(string mode, int members = 4) => new()
    {
        Mode = mode,
        Server = "10.0.0.1:5060",
        Remote = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 5060),
        Local = IPAddress.Parse("10.0.2.1"),
        Method = mode == "register" ? "REGISTER" : "OPTIONS",
        Factory = "sip:conference-factory@example.com",
        Members = members,
        Senders = Math.Min(2, members),
        Window = 2,
        IsTrusted = true,
        WarmUp = TimeSpan.FromSeconds(0.5),
        Duration = TimeSpan.FromSeconds(1),
        Patience = TimeSpan.FromSeconds(5),
        Connections = 2,
    };

    /// <summary>Runs the load to its end, which comes within five minutes whatever the server does.</summary>
    /// <exception cref="LoadFailedException">The load could not begin.</exception>
    public LoadReport Run(LoadOptions options, string from = "10.0.2.1")
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null); // what is awaited goes on where it became done: in the simulation
        try
        {
            var world = _rig.Sim.Host(from, 4711);
            var run = LoadRun.RunAsync(world, options);
            if (!_rig.Sim.RunUntil(() => run.IsCompleted, TimeSpan.FromMinutes(5))) throw new TimeoutException("The load does not end");
            return run.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>The same against a server that does what <paramref name="answer"/> says with each message: null closes the connection.</summary>
    public LoadReport RunAgainst(LoadOptions options, Func<string, string?> answer)
    {
        var address = IPAddress.Parse("10.0.9.9");
        var network = _rig.Sim.Network.Host(address);
        using var listener = network.Listen(new IPEndPoint(address, 5060), Transport.Tcp, flow => new Hostile(flow, answer));
        return Run(options with { Remote = new IPEndPoint(address, 5060), Server = "10.0.9.9:5060" });
    }

    /// <summary>The server is left as it was: no sessions, and no connections that wait for one.</summary>
    public void AssertNobodyIsIn()
    {
        _rig.RunUntil(() => IsEmpty(_rig.Now), 120);
        Assert.True(IsEmpty(_rig.Now), _rig.Now.ToString());
        _rig.Sim.ThrowOnErrors();
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>A response by the book, but for what a test does to it.</summary>
    public static string Answer(string request, string status, string more = "")
    {
        var kept = request.Split("\r\n").Where(static l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal)
            || l.StartsWith("To:", StringComparison.Ordinal) || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal));
        return $"SIP/2.0 {status}\r\n{string.Join("\r\n", kept)}\r\n{more}Content-Length: 0\r\n\r\n";
    }

    static bool IsEmpty(Holdings held) => held is { Sessions: 0, MsrpSessions: 0, UsersInSessions: 0 };

    sealed class Hostile(StreamFlow flow, Func<string, string?> answer) : IStreamHandler
    {
        public int OnReceived(ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.ASCII.GetString(bytes);
            var taken = 0;
            for (int end; (end = text.IndexOf("\r\n\r\n", taken, StringComparison.Ordinal)) >= 0; taken = end + 4)
            {
                if (answer(text[taken..(end + 4)]) is { } said) flow.Send(Encoding.ASCII.GetBytes(said));
                else flow.Close(EndReason.Left);
            }

            return taken;
        }

        public void OnClosed(EndReason reason)
        {
            // The load notices.
        }
    }
}
