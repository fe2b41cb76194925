// A server under attack: flows played with their messages distorted, and bytes thrown at it from outside. Afterwards it is to be as it was.
using System.Net;
using Confab.Runtime;

namespace Confab.Sim.Flows;

/// <summary>Turns a message that the cast sends into what is sent instead, a send a piece.</summary>
/// <param name="number">How many were sent before it.</param>
/// <param name="isMsrp">Whether it goes over MSRP.</param>
/// <param name="message">The message.</param>
public delegate IReadOnlyList<byte[]> Distortion(int number, bool isMsrp, byte[] message);

/// <summary>One server in a world of its own, what is done to it, and whether it recovers.</summary>
public sealed class Siege : IAsyncDisposable
{
    private const int MostHosts = 200;

    private static readonly TimeSpan s_allTimersHaveRun = TimeSpan.FromHours(3); // registrations are the longest: two hours

    private static readonly FlowScript s_chat = FlowParser.Parse("chat", """
        # RFC 3261 8  A well-formed chat
        cast wendy xavier (registered)
        given wendy talks to xavier
        wendy ~> im    SEND "Still here"
        im ~> wendy    200
        im ~> xavier   SEND "Still here" (unchanged)
        wendy -> im    BYE
        im -> wendy    200 BYE
        im -> xavier   BYE
        xavier -> im   200
        """);

    private readonly FlowScript _script;
    private readonly FlowStage _stage;
    private readonly Dictionary<IPAddress, Flow> _datagrams = [];
    private string _before = "";
    private int _hosts;

    private Siege(FlowScript script, FlowStage stage)
    {
        _script = script;
        _stage = stage;
    }

    /// <summary>Messages that the cast has sent.</summary>
    public int MessagesSent => _stage.MessagesSent;

    /// <summary>A server with the cast of the flow registered.</summary>
    public static async Task<Siege> StartAsync(FlowScript script, Distortion? distortion = null)
    {
        // Those of the chat register when they are needed.
        var all = script with { Cast = [.. script.Cast, .. s_chat.Cast.Select(static c => c with { IsRegistered = false })] };
        var distorts = false;
        Siege? siege = null;
        var stage = new FlowStage(all, (number, isMsrp, message) => distorts && distortion is not null && !siege!.IsOver ? distortion(number, isMsrp, message) : [message]);
        siege = new Siege(script, stage);
        siege._before = siege.Holdings();
        await stage.StartAsync().ConfigureAwait(false);
        distorts = true;
        return siege;
    }

    /// <summary>What <c>${name}</c> stands for in flows.</summary>
    public string? Property(string name) => _stage.Property(name);

    /// <summary>Plays the flow as far as it can be played, whatever comes.</summary>
    public void Play() => new FlowRunner(_script, _stage).PlayAnyway();

    /// <summary>Throws bytes at the SIP port in one datagram.</summary>
    public void Datagram(byte[] bytes)
    {
        var address = NextHost();
        if (!_datagrams.TryGetValue(address, out var flow))
        {
            flow = _stage.NetworkOf(address).Bind(new IPEndPoint(address, 5060), new Ears()).To(_stage.SipAddress);
            _datagrams.Add(address, flow);
        }

        flow.Send(bytes);
        _stage.Settle();
    }

    /// <summary>Throws bytes at the SIP or MSRP port over a connection, which then goes away.</summary>
    public void Connection(bool isMsrp, params IReadOnlyList<byte[]> pieces)
    {
        StreamFlow? connection = null;
        _stage.NetworkOf(NextHost()).Connect(
            isMsrp ? _stage.MsrpAddress : _stage.SipAddress,
            Transport.Tcp,
            flow =>
            {
                connection = flow;
                return new Ears();
            },
            static _ => { });
        _stage.Settle();
        foreach (var piece in pieces)
        {
            connection!.Send(piece);
            _stage.Settle();
        }

        connection!.Close(EndReason.None);
        _stage.Settle();
    }

    /// <summary>Throws bytes at the server from inside, over a member's own MSRP connection; false when he has none any more.</summary>
    public bool FromInside(string member, byte[] bytes)
    {
        var sent = _stage.Member(member).TrySendMsrp(bytes);
        _stage.Settle();
        return sent;
    }

    public void Advance(TimeSpan by) => _stage.Advance(by);

    /// <summary>Everyone goes away and all timers run out: nothing was thrown, nothing is held that was not held before, and a chat goes well.</summary>
    /// <exception cref="FlowFailureException">The server has not recovered.</exception>
    public void Recover()
    {
        IsOver = true;
        ThrowOnErrors();
        foreach (var member in _stage.Cast) member.GoAway();
        _stage.Settle();
        _stage.Advance(s_allTimersHaveRun);
        ThrowOnErrors();
        if (Holdings() is var after && after != _before) throw new FlowFailureException($"held before: {_before}\nheld after:  {after}\n\nso far:\n{_stage.Ladder}");

        _stage.ForgetArrivals();
        foreach (var member in s_chat.Cast) _stage.Member(member.Name).Register();
        _stage.ForgetArrivals();
        new FlowRunner(s_chat, _stage).PlayOn();
    }

    private bool IsOver { get; set; }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private void ThrowOnErrors()
    {
        if (_stage.World.Log.Errors is { Count: > 0 } errors) throw new FlowFailureException($"{errors.Count} errors, first: {errors[0]}\n\nso far:\n{_stage.Ladder}");
    }

    /// <summary>All that the server keeps for others.</summary>
    private string Holdings()
    {
        var node = _stage.Server.Node;
        return $"{node.Router.OwnerCount} owners, {node.Router.CallIdCount} Call-IDs, {node.Router.SessionCount} IM sessions, {node.Msrp.SessionCount} MSRP sessions, "
            + $"{node.UserSessions.Count} users in sessions, {node.Registrar.Count} bindings, {node.World.Timers.Count} alarms, {_stage.World.Network.StreamsOf(_stage.SipAddress.Address).Count} connections";
    }

    private IPAddress NextHost() => new([203, 0, 113, (byte)(1 + (_hosts++ % MostHosts))]);

    /// <summary>Takes all and makes nothing of it.</summary>
    private sealed class Ears : IStreamHandler, IDatagramHandler
    {
        public int OnReceived(ReadOnlySpan<byte> bytes) => bytes.Length;

        public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow)
        {
            // Heard.
        }

        public void OnClosed(EndReason reason)
        {
            // Nothing was held.
        }
    }
}
