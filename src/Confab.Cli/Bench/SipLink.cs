using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Cli.Bench;

/// <summary>
/// One connection or UDP port to the server, for the SIP of many users. It sends what is composed, cuts what comes into messages, and brings
/// responses to their exchange by the number in the branch. No transaction layer: a load asks for less than RFC 3261 17 gives, and must cost less
/// than the server.
/// </summary>
sealed class SipLink : IStreamHandler, IDatagramHandler
{
    const int MaxHeaders = 128;
    static readonly FrameRules s_rules = new(64 * 1024, 1024 * 1024);

    readonly World _world;
    readonly ISipLoad _load;
    readonly ConcurrentDictionary<uint, SipExchange> _exchanges = new();
    readonly string _branch;
    readonly byte[] _branchBytes;
    Flow _flow = null!;
    FrameProgress _progress;
    uint _last;

    SipLink(World world, ISipLoad load)
    {
        _world = world;
        _load = load;
        _branch = "z9hG4bK" + world.Ids.Token(40) + ".";
        _branchBytes = System.Text.Encoding.ASCII.GetBytes(_branch);
    }

    public World World => _world;

    public bool IsReliable => _flow.IsReliable;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>host:port of this end.</summary>
    public string SentBy { get; private set; } = "";

    public string Host { get; private set; } = "";

    public IPAddress Address => _flow.Local.Address;

    /// <summary>Where requests to a user of this link go: the number tells which.</summary>
    public string ContactOf(int user) => string.Create(CultureInfo.InvariantCulture, $"<sip:m{user}@{SentBy}{SipTransport.TransportParameter(_flow)}>");

    /// <summary>Opens a way to the server.</summary>
    /// <exception cref="LoadFailedException">Nothing listens there.</exception>
    public static async Task<SipLink> OpenAsync(World world, LoadOptions options, IPAddress local, ISipLoad load)
    {
        var link = new SipLink(world, load);
        if (options.Transport == Transport.Udp)
        {
            link.Begin(world.Network.Bind(new IPEndPoint(local, 0), link).To(options.Remote));
            return link;
        }

        var opened = new TaskCompletionSource<EndReason>();
        world.Network.Connect(
            options.Remote,
            options.Transport,
            flow =>
            {
                link.Begin(flow);
                opened.SetResult(EndReason.None);
                return link;
            },
            opened.SetResult);
        var reason = await opened.Task.ConfigureAwait(false);
        return reason == EndReason.None
            ? link
            : throw new LoadFailedException($"nothing takes TCP connections at {options.Server} ({reason}); is the server running there? --server HOST:PORT names another.");
    }

    /// <summary>A new branch, which leads the response back to the exchange.</summary>
    public string Expect(SipExchange exchange, out uint number)
    {
        number = Interlocked.Increment(ref _last);
        _exchanges[number] = exchange;
        return _branch + number.ToString("x", CultureInfo.InvariantCulture);
    }

    /// <summary>Forgets an exchange; false when it was forgotten before.</summary>
    public bool Forget(uint number) => _exchanges.TryRemove(number, out _);

    /// <summary>A branch of no exchange: of an ACK.</summary>
    public string NewBranch() => _branch + "a" + Interlocked.Increment(ref _last).ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Sends one message; what the queue of the connection does not take is lost, and its exchange times out.</summary>
    public bool Send(ReadOnlySpan<byte> message) => _flow.Send(message);

    public void Reply(SipRequest request, int status, HeadersWriter? more = null, string? contentType = null, ReadOnlySpan<byte> body = default) =>
        Send(Confab.Sip.Transport.Reply.Compose(request, _flow, status, TagFor(request), more, contentType: contentType, body: body));

    /// <summary>Retransmits over UDP what has waited, and gives up what has waited too long.</summary>
    public void Sweep(long now, TimeSpan patience)
    {
        foreach (var (number, exchange) in _exchanges) exchange.Sweep(number, now, patience);
    }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length)
        {
            var result = SipFramer.Find(bytes[taken..], s_rules, ref _progress, out var consumed, out var length, out _);
            taken += consumed;
            if (result == FrameResult.Message) Take(bytes[(taken - length)..taken]);
            else if (result == FrameResult.Ping) Send("\r\n"u8);
            else if (result == FrameResult.NeedMore) return taken;
            else if (result == FrameResult.Fault)
            {
                _load.OnStrange();
                _flow.Close(EndReason.Malformed);
                return bytes.Length;
            }
        }

        return taken;
    }

    public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow) => Take(datagram);

    public void OnClosed(EndReason reason)
    {
        IsClosed = true;
        foreach (var (number, exchange) in _exchanges) exchange.OnLinkClosed(number);
    }

    /// <summary>Our tag for whoever began that conversation: the same however often the request comes.</summary>
    public static string TagFor(SipRequest request) => string.Create(CultureInfo.InvariantCulture, $"t{(uint)string.GetHashCode(request.CallId.ToString(), StringComparison.Ordinal):x}");

    void Begin(Flow flow)
    {
        _flow = flow;
        Host = flow.Local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{flow.Local.Address}]" : flow.Local.Address.ToString();
        SentBy = string.Create(CultureInfo.InvariantCulture, $"{Host}:{flow.Local.Port}");
    }

    void Take(ReadOnlySpan<byte> bytes)
    {
        if (!SipParser.TryParse(bytes.ToArray(), MaxHeaders, out var message, out _)) _load.OnStrange();
        else if (message is SipRequest request) _load.OnRequest(this, request);
        else if (message is SipResponse response)
        {
            if (TryNumber(response.TopVia.Branch.Span, out var number) && _exchanges.TryGetValue(number, out var exchange)) exchange.OnResponse(number, response);
            else _load.OnStray(this, response);
        }
    }

    bool TryNumber(ReadOnlySpan<byte> branch, out uint number)
    {
        number = 0;
        return branch.StartsWith(_branchBytes)
            && System.Buffers.Text.Utf8Parser.TryParse(branch[_branch.Length..], out number, out var used, 'x') && used == branch.Length - _branch.Length;
    }
}

/// <summary>What a load hears on its links besides the responses it waits for; on the link's reader.</summary>
interface ISipLoad
{
    void OnRequest(SipLink link, SipRequest request);

    /// <summary>A response that nobody waits for (any more): a 2xx once more, or one with an id that was never sent.</summary>
    void OnStray(SipLink link, SipResponse response);

    /// <summary>Bytes that are no SIP.</summary>
    void OnStrange();
}
