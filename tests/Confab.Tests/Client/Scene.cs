using Confab.Client;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Alice's client and the scripted peer in a world of their own.</summary>
sealed class Scene : IDisposable
{
    public Scene(Transport transport = Transport.Tcp, Func<ImClientOptions, ImClientOptions>? change = null)
    {
        Peer = new ScriptedPeer(World);
        var options = new ImClientOptions
        {
            Address = "sip:alice@example.com",
            Password = "demo",
            Server = $"{ScriptedPeer.Host}:5060",
            Transport = transport,
            LocalAddress = System.Net.IPAddress.Parse("192.0.2.11"),
        };
        Client = new ImClient(World.Host("192.0.2.11", idSeed: 1), change?.Invoke(options) ?? options);
    }

    public SimWorld World { get; } = new();

    public ScriptedPeer Peer { get; }

    public ImClient Client { get; }

    /// <summary>Registers without a challenge, so that the client is reachable.</summary>
    public Scene Registered()
    {
        var registering = Client.RegisterAsync();
        Peer.Answer(Peer.Expect("REGISTER"), 200, "Expires: 3600");
        Assert.True(registering.Result().IsRegistered);
        Assert.IsType<Registered>(NextEvent());
        return this;
    }

    /// <summary>Alice calls bob, who answers: an established 1-1 session, bound.</summary>
    public ImSession Called(out WireMessage invite, string headers = "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im")
    {
        var calling = Client.CallAsync("sip:bob@example.com");
        invite = Peer.Expect("INVITE");
        Peer.Answer(invite, 200, headers, ScriptedPeer.Sdp(), tag: "bobtag");
        Peer.Expect("ACK");
        Peer.Msrp!.Answer(Peer.Msrp.Expect());
        var outcome = calling.Result();
        Assert.True(outcome.IsEstablished, outcome.Text);
        Events();
        return outcome.Session!;
    }

    /// <summary>Somebody invites alice.</summary>
    public WireMessage Invite(
        string contact = "<sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im",
        string more = "P-Asserted-Identity: \"Bob\" <sip:bob@example.com>\nUser-Agent: IM-serv/OMA1.0 Other/1",
        string? body = null,
        string contentType = "application/sdp",
        string branch = "z9hG4bKinvite1",
        string callId = "invitation-1") => Peer.Request(
            "INVITE",
            "sip:alice@192.0.2.11",
            $"From: <sip:bob@example.com>;tag=inviter\nTo: <sip:alice@example.com>\nCall-ID: {callId}\nCSeq: 1 INVITE\nContact: {contact}\nContent-Type: {contentType}\n{more}",
            body ?? ScriptedPeer.Sdp("actpass"),
            branch);

    /// <summary>A request of the peer in the dialog that its INVITE and alice's answer made.</summary>
    public WireMessage InDialog(WireMessage invite, WireMessage answer, string method, int number, string more = "", string body = "") => Peer.Request(
        method,
        "sip:alice@192.0.2.11",
        $"From: {invite["From"]}\nTo: {answer["To"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: {number} {method}\n{more}",
        body);

    /// <summary>The next message that came, if it is of that kind.</summary>
    public bool TryHear(string start, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WireMessage? message) => Peer.TryHear(start, out message);

    public ImEvent NextEvent()
    {
        World.Run();
        Assert.True(Client.TryReadEvent(out var happened), "Nothing happened");
        return happened;
    }

    /// <summary>All that happened and was not looked at.</summary>
    public List<ImEvent> Events()
    {
        World.Run();
        var events = new List<ImEvent>();
        while (Client.TryReadEvent(out var happened)) events.Add(happened);
        return events;
    }

    public void Dispose()
    {
        World.ThrowOnErrors();
        World.Dispose();
    }
}

static class Tasks
{
    /// <summary>What a task came to that the world has brought to its end.</summary>
    public static T Result<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "Not done yet");
        return task.GetAwaiter().GetResult();
    }
}
